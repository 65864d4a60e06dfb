using FedPG.Core.Options;
using FedPG.Federation.Agents;
using FedPG.Federation.Estimators;
using FedPG.Federation.States;
using FedPG.Policies;
using FedPG.Policies.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace FedPG.Federation.Algorithms;

/// <summary>The options of <see cref="FedKl"/>: its penalties and how they adapt.</summary>
public sealed record FedKlOptions : AveragingOptions
{
    /// <inheritdoc/>
    public override string Algorithm => "fedkl";

    /// <summary>beta_0, the weight of the divergence from the policy that sampled the batch, 0 or more; 1 by default.</summary>
    [Option("beta, the weight of FedKL's divergence from the policy that sampled the batch", Minimum = 0)]
    public double KlPenalty { get; init; } = 1;

    /// <summary>sigma_0, the weight of the root of the divergence from the server's policy, 0 or more; 0.001 by default.</summary>
    [Option("sigma, the weight of the root of the divergence from the server's policy", Minimum = 0)]
    public double RootKlPenalty { get; init; } = 0.001;

    /// <summary>What the first divergence should be after a batch, by which beta_i adapts; 0 for a fixed weight; 0.01 by default.</summary>
    [Option("what the divergence should be after a batch, by which beta adapts; 0 for a fixed beta", Minimum = 0)]
    public double KlTarget { get; init; } = 0.01;

    /// <summary>The same for the root and sigma_i; 0.07 by default.</summary>
    [Option("what the root should be after a batch, by which sigma adapts; 0 for a fixed sigma", Minimum = 0)]
    public double RootKlTarget { get; init; } = 0.07;

    /// <summary>The largest importance weight that counts, 1 or more; 10 by default.</summary>
    [Option("the importance weight above which a pair has no gradient", Minimum = 1)]
    public double ImportanceCap { get; init; } = 10;

    /// <summary>Local steps on one batch, 1 to 65,535; 10 by default.</summary>
    [Option("local steps on one batch", Minimum = 1, Maximum = 65_535)]
    public int BatchSteps { get; init; } = 10;
}

/// <summary>
/// FedKL: local policy improvement under penalties on how far the policy goes, Xie and Song, "FedKL: tackling data heterogeneity in
/// federated reinforcement learning by penalizing KL divergence" (IEEE JSAC 2023; the paper's [7]; details as in the authors' public code).
/// Agent i samples a batch with pi_old and takes steps down the gradient of its local objective, in costs
/// <para>E[min(w, cap) A] + beta_i E KL(pi_old, pi) + sigma_i E sqrt(max(KL(pi_thetabar, pi), 1e-8)),   w = pi(a|s) / pi_old(a|s),</para>
/// <para>
/// E over what the batch visited (<see cref="SurrogateBatch"/>), A the return minus the estimator's baseline. Then beta_i and sigma_i
/// adapt: twice as large where the term they weigh is above 1.1 targets, half where it is below target / 1.1. After H steps, on as many
/// batches as that takes, the server averages.
/// </para>
/// <para>Messages for each agent and round: up delta, down theta. beta_i and sigma_i stay with the agent.</para>
/// </summary>
internal sealed class FedKl(FedKlOptions options, FederationOptions federation) : Algorithm<ServerState, FedKl.Agents>
{
    private const double MinBeta = 1e-8, Max = 20, Tolerance = 1.1, Factor = 2;
    private readonly ServerOptimizer _optimizer = new(options);

    /// <summary>Its place in experiment files.</summary>
    public static AlgorithmDefinition Definition { get; } = AlgorithmDefinition.For<FedKlOptions>(
        "local steps on one batch, held back by divergences of policies", (options, federation) => new FedKl(options, federation)) with
    {
        Traits = AlgorithmTraits.PartialParticipation | AlgorithmTraits.OwnLocalSteps | AlgorithmTraits.EqualsCentralized,
        Needs = new AlgorithmNeeds { Batches = true },
        DirectionOf = _ => "plain",
    };

    /// <summary>What each agent keeps.</summary>
    /// <param name="Beta">beta_i, [n].</param>
    /// <param name="Sigma">sigma_i, [n].</param>
    public sealed record Agents(Tensor Beta, Tensor Sigma);

    /// <inheritdoc/>
    public override ServerState CreateServer(Tensor theta) => new(theta) { Optimizer = _optimizer.CreateState(theta) };

    /// <inheritdoc/>
    public override Agents CreateAgents(Policy policy, int count)
    {
        ArgumentNullException.ThrowIfNull(policy);
        Tensor each = ones(count, dtype: policy.Format.Dtype, device: policy.Format.Device).DetachFromDisposeScope();
        var state = new Agents(each.Times(options.KlPenalty).DetachFromDisposeScope(),
            each.Times(options.RootKlPenalty).DetachFromDisposeScope());
        each.Dispose();
        return state;
    }

    /// <inheritdoc/>
    public override void Round(ServerState server, IAgents<Agents> agents, int t)
    {
        _optimizer.Step(server, agents.Mean(Delta, LocalSteps, t), federation.GlobalStepSize);
        agents.Broadcast(Theta, server.Theta, t + 1);
    }

    /// <summary>
    /// H steps from thetabar down the gradient of the local objective; pi_old is renewed, and a
    /// batch sampled with it, every BatchSteps of them.
    /// </summary>
    private Tensor LocalSteps(AgentBlock<Agents> agents, int t)
    {
        (Tensor theta, Tensor thetabar) = (agents.Theta, agents.Received[Theta]);
        theta.copy_(thetabar);
        (Tensor server, Tensor gradient, double eta) = (theta.clone(), zeros_like(theta), federation.LocalStepSize.At(t));
        (SurrogateBatch? batch, bool[]? met) = (null, null);
        try
        {
            foreach (LocalStep step in agents.Steps(federation.LocalSteps))
            {
                if (step.Index % options.BatchSteps == 0)
                {
                    if (batch is not null) Adapt(agents, batch, met);
                    batch?.Dispose();
                    batch = agents.Collect(theta, server, sameRows: step.Index == 0,
                        new BatchKey(t, step.Index, Observe: step.Index == 0, step.Active));
                    met = (bool[]?)step.Active?.Clone();
                }
                using DisposeScope scope = NewDisposeScope();
                (Tensor beta, Tensor sigma) = agents.State;
                batch!.Gradients(theta, new SurrogatePenalties(beta, sigma, options.ImportanceCap), gradient);
                agents.Descend(gradient, eta, step);
                agents.ObserveDrift(thetabar, step);
            }
            if (batch is not null) Adapt(agents, batch, met);
        }
        finally
        {
            batch?.Dispose();
        }
        return theta - thetabar;
    }

    /// <summary>Goes by what the batch shows at the agents' parameters.</summary>
    /// <param name="agents">The agents.</param>
    /// <param name="batch">Their batch.</param>
    /// <param name="met">Which of them it is of, [n]; null for all.</param>
    private void Adapt(AgentBlock<Agents> agents, SurrogateBatch batch, bool[]? met)
    {
        if (options is { KlTarget: 0, RootKlTarget: 0 }) return;
        using DisposeScope scope = NewDisposeScope();
        (Tensor beta, Tensor sigma) = agents.State;
        (Tensor divergences, Tensor roots) = batch.Measure(agents.Theta);
        if (options.KlTarget > 0) agents.Keep(beta, Adapted(beta, divergences, options.KlTarget, MinBeta, options.KlPenalty, met));
        if (options.RootKlTarget > 0)
            agents.Keep(sigma, Adapted(sigma, roots, options.RootKlTarget, options.RootKlPenalty, options.RootKlPenalty, met));
    }

    /// <summary>A weight of 0 stays 0.</summary>
    private static Tensor Adapted(Tensor weights, Tensor measured, double target, double least, double start, bool[]? met)
    {
        Tensor one = ones_like(measured);
        Tensor up = measured > one.Times(target * Tolerance), down = measured < one.Times(target / Tolerance);
        Tensor scaled = where(up, weights.Times(Factor), where(down, weights.Times(1 / Factor), weights));
        Tensor bounded = minimum(maximum(scaled, one.Times(Math.Min(least, start))), one.Times(Math.Max(Max, start)));
        return met is null ? bounded : where(tensor(met, device: weights.device), bounded, weights);
    }
}
