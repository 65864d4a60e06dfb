using FedPG.Core.Options;
using FedPG.Federation.Agents;
using FedPG.Federation.Estimators;
using FedPG.Federation.States;
using FedPG.Policies;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Algorithms;

/// <summary>The options of <see cref="FedLin"/>.</summary>
public sealed record FedLinOptions : AveragingOptions
{
    /// <inheritdoc/>
    public override string Algorithm => "fedlin";

    /// <summary>Entries of the mean gradient that the server sends: a whole number, a share below 1, or 0 (the default) for all.</summary>
    [Option("entries of the mean gradient that FedLin's server sends: a whole number, a share below 1, 0 for all", Minimum = 0)]
    public double ServerTopK { get; init; }

    /// <summary>Entries of a gradient that agents send: a whole number, a share below 1, or 0 (the default) for all.</summary>
    [Option("entries of a gradient that FedLin's agents send: a whole number, a share below 1, 0 for all", Minimum = 0)]
    public double AgentTopK { get; init; }

    /// <summary>How local gradients are corrected; as published by default.</summary>
    [Option("how local gradients are corrected: as published, or scaled down where the gradient has become smaller than the memory of it")]
    public CorrectionKind Correction { get; init; }
}

/// <summary>
/// FedLin of Mitra, Jaafar, Pappas and Hassani, "Linear convergence in federated learning: tackling client heterogeneity and sparse
/// gradients" (NeurIPS 2021; the paper's [14]), with estimated gradients in the place of exact ones: local steps corrected by the gradient
/// at the server's parameters, which may be sparsified on its way up, down or both, with error feedback.
/// <para>
/// Symbols: xbar = Theta of the server, x_i = the agents' rows, g = GradientMean, f_i' = Gradient, tau_i = an agent's number of local
/// steps, rho and rho_i = what sparsification has withheld so far. eta_i = LocalStepSize H / tau_i, so that every agent goes equally far.
/// </para>
/// <para>Messages for each agent: a round, up delta and gradient, down theta and gradient_mean; before
/// round 0, up gradient and down gradient_mean.</para>
/// <para>
/// The batch of f_i'(xbar) is also that of the first local step, whose correction is then g itself. In a round of some agents g is their
/// mean: it is FedLin on those agents, and its fixed point is theirs.
/// </para>
/// </summary>
internal sealed class FedLin(FedLinOptions options, FederationOptions federation) : Algorithm<FedLin.Server, FedLin.Agents>
{
    private const string GradientMean = "gradient_mean";
    private readonly ServerOptimizer _optimizer = new(options);
    private readonly TopK _serverTopK = new(options.ServerTopK), _agentTopK = new(options.AgentTopK);

    /// <summary>Its place in experiment files.</summary>
    public static AlgorithmDefinition Definition { get; } = AlgorithmDefinition.For<FedLinOptions>(
        "local steps corrected by the global gradient, sparsified with error feedback",
        (options, federation) => new FedLin(options, federation), Check) with
    {
        Traits = AlgorithmTraits.PartialParticipation | AlgorithmTraits.OwnLocalSteps | AlgorithmTraits.EqualsCentralized
            | AlgorithmTraits.ServerPolicyGradient,
        MeanGradient = GradientMean,
    };

    /// <summary>What the server keeps.</summary>
    /// <param name="Theta">xbar, [d].</param>
    /// <param name="GradientMean">g as it was sent, [d].</param>
    public sealed record Server(Tensor Theta, Tensor GradientMean) : ServerState(Theta)
    {
        /// <summary>rho; null where the server sends everything.</summary>
        public ErrorFeedback? Error { get; init; }
    }

    /// <summary>What each agent keeps.</summary>
    /// <param name="Gradient">f_i'(xbar), whole, whatever of it was sent, [n, d].</param>
    public sealed record Agents(Tensor Gradient)
    {
        /// <summary>rho_i; null where agents send everything.</summary>
        public ErrorFeedback? Error { get; init; }
    }

    /// <summary>What sparsification has withheld, to be sent later.</summary>
    /// <param name="Withheld">rho, [d], or rho_i, [n, d].</param>
    public sealed record ErrorFeedback(Tensor Withheld) : IStateRecord;

    /// <inheritdoc/>
    internal override LimitLaws Limits => federation.IsPlain && _optimizer.IsAveraging && _serverTopK.IsNone && _agentTopK.IsNone
        && options.Correction == CorrectionKind.Plain ? LimitLaws.Unbiased : LimitLaws.Unknown;

    /// <inheritdoc/>
    public override Server CreateServer(Tensor theta) => new(theta, zeros_like(theta).DetachFromDisposeScope())
    {
        Error = _serverTopK.IsNone ? null : new ErrorFeedback(zeros_like(theta).DetachFromDisposeScope()),
        Optimizer = _optimizer.CreateState(theta),
    };

    /// <inheritdoc/>
    public override Agents CreateAgents(Policy policy, int count) => new(AgentBlock.Rows(policy, count))
    {
        Error = _agentTopK.IsNone ? null : new ErrorFeedback(AgentBlock.Rows(policy, count)),
    };

    /// <inheritdoc/>
    public override void Start(Server server, IAgents<Agents> agents) => ExchangeGradients(server, agents, t: 0);

    /// <inheritdoc/>
    public override void Round(Server server, IAgents<Agents> agents, int t)
    {
        _optimizer.Step(server, agents.Mean(Delta, LocalSteps, t), federation.GlobalStepSize);  // xbar = mean x_i
        agents.Broadcast(Theta, server.Theta, t + 1);
        ExchangeGradients(server, agents, t + 1);
    }

    private void ExchangeGradients(Server server, IAgents<Agents> agents, int t)
    {
        long d = server.Theta.shape[0];
        Tensor mean = agents.Mean("gradient", SendGradient, t, _agentTopK.EntriesOf(d));
        if (federation.CohortOf(t).Members.Count > 0)                         // else nobody hears of g, and rho waits
        {
            server.GradientMean.copy_(federation.Messages.AsSent(Compress(_serverTopK, server.Error, mean)));  // g = C(rho + mean h_i)
            server.Error?.Withheld.Add(mean).sub_(server.GradientMean);                                // rho <- rho + mean h_i - g
        }
        agents.Broadcast(GradientMean, server.GradientMean, t, _serverTopK.EntriesOf(d));
    }

    /// <summary>x_i &lt;- x_i - eta_i (f_i'(x_i) - f_i'(xbar) + g), tau_i times from xbar.</summary>
    private Tensor LocalSteps(AgentBlock<Agents> agents, int t)
    {
        (Tensor x, Tensor xbar, Tensor g) = (agents.Theta, agents.Received[Theta], agents.Received[GradientMean]);
        Tensor own = agents.State.Gradient;
        double eta = federation.LocalStepSize.At(t);
        Tensor? shares = StepShares(agents, x);
        agents.ObserveCorrections(own, g);
        agents.Optimizer.Share(g, agents.Active);
        x.copy_(xbar);
        foreach (LocalStep step in agents.Steps(federation.LocalSteps))
        {
            if (step.Index == 0 && !agents.Learns)
            {
                // Where f_i'(x_i) is f_i'(xbar).
                if (agents.Optimizer.Settings.IsPlain) x.sub_(Shared(g.Times(eta), shares));
                else agents.Descend(Shared(g.unsqueeze(0).expand_as(x).clone(), shares), eta, step);
            }
            else
            {
                agents.Advance(step, t, eta, gradient => Corrected(gradient, step), again: step.Index == 0);
            }
            agents.ObserveDrift(xbar, step);
        }
        return x - xbar;

        Tensor Corrected(Tensor gradient, LocalStep step)
        {
            agents.ObserveSaturation(gradient, own, step, federation.LocalSteps);
            bool guarded = options.Correction == CorrectionKind.Guarded;
            return Shared(guarded ? agents.Guarded(gradient, own, g, step) : gradient.sub_(own).Add(g), shares);
        }
    }

    /// <summary>
    /// h_i = C(rho_i + f_i'(xbar)) is sent, rho_i &lt;- rho_i + f_i'(xbar) - h_i is kept, what rounding took off included.
    /// </summary>
    private Tensor SendGradient(AgentBlock<Agents> agents, int t)
    {
        Agents state = agents.State;
        agents.Theta.copy_(agents.Received[Theta]);
        Tensor gradient = agents.Gradient(agents.Theta, sameRows: true, new BatchKey(t, 0, Observe: true, agents.Active));
        agents.Keep(state.Gradient, state.Error is null ? federation.Messages.AsSent(gradient) : gradient);
        Tensor sent = federation.Messages.AsSent(Compress(_agentTopK, state.Error, state.Gradient));
        if (state.Error is { } error) agents.Keep(error.Withheld, error.Withheld.Plus(state.Gradient).sub_(sent));
        return sent;
    }

    private static void Check(FedLinOptions options, FederationOptions federation, OptionReader reader)
    {
        foreach ((string key, double amount) in new[] { ("serverTopK", options.ServerTopK), ("agentTopK", options.AgentTopK) })
        {
            if (!TopK.IsAmount(amount)) reader.Reject(key, TopK.Allowed);
        }
    }

    private static Tensor Compress(TopK topK, ErrorFeedback? error, Tensor rows) =>
        error is null ? rows : topK.Of(error.Withheld.Plus(rows));

    /// <summary>H / tau_i, [n, 1]; null where it is 1 for all.</summary>
    private Tensor? StepShares(AgentBlock<Agents> agents, Tensor rows)
    {
        int h = federation.LocalSteps;
        double[] shares = [.. agents.StepCounts(h).Select(steps => steps == 0 ? 1 : (double)h / steps)];
        return Array.TrueForAll(shares, s => s == 1) ? null : tensor(shares, dtype: rows.dtype, device: rows.device).unsqueeze(1);
    }

    private static Tensor Shared(Tensor direction, Tensor? shares) => shares is null ? direction : direction * shares;
}
