using FedPG.Envs.Options;
using FedPG.Federation.Agents;
using FedPG.Policies;
using static TorchSharp.torch;

namespace FedPG.Federation.Algorithms;

/// <summary>
/// FedKL: local policy improvement under penalties on how far the policy goes from the one the server sent, after Xie and Song, "FedKL: tackling data
/// heterogeneity in federated reinforcement learning by penalizing KL divergence" (IEEE JSAC 2023; the paper's [7]). An agent descends along the gradient of
/// J_i(theta) + beta_i mean_s KL_s + sigma_i mean_s sqrt(KL_s), where KL_s = KL(pi_thetabar(.|s), pi_theta(.|s)), and the server averages.
/// <para>
/// Simplified: the expectation over states is the mean over the listed states. The paper's surrogate with capped importance weights stands for new batches,
/// which every local step has here anyway. A round is one iteration of the paper, so its old policy is the global one, and both penalties pull to that.
/// Below KL_s = 1e-6 the root is replaced by a parabola's slope, since it has none at 0.
/// </para>
/// <para>After a round beta_i doubles where the mean of KL_s is above 1.5 times klTarget, and halves where it is below klTarget / 1.5; sigma_i likewise by the root.</para>
/// <para>Messages for each agent and round: up delta, down theta. beta_i and sigma_i stay with the agent.</para>
/// </summary>
public sealed class FedKl(FederationOptions options, double beta, double sigma, double target, ServerOptimizer optimizer) : Algorithm
{
    private const double SmoothBelow = 1e-6, Tolerance = 1.5, Least = 1e-4, Most = 1e4;

    /// <summary>Its place in experiment files.</summary>
    public static AlgorithmDefinition Definition { get; } = new("fedkl", "local steps held back by the divergence from the server's policy", (reader, options) =>
    {
        double beta = reader.Number("klPenalty", 1, NumberRange.NonNegative, "beta, the weight of FedKL's divergence from the server's policy");
        double sigma = reader.Number("rootKlPenalty", 0, NumberRange.NonNegative, "sigma, the weight of the root of that divergence");
        double target = reader.Number("klTarget", 0, NumberRange.NonNegative, "the divergence a round should reach, by which the weights adapt; 0 for fixed weights");
        ServerOptimizer optimizer = ServerOptimizer.Read(reader);
        return () => new FedKl(options, beta, sigma, target, optimizer);
    })
    {
        Traits = AlgorithmTraits.PartialParticipation | AlgorithmTraits.OwnLocalSteps | AlgorithmTraits.EqualsCentralized,
        Needs = new AlgorithmNeeds { ListedStates = true, PolicyKinds = [TabularSoftmax.Kind, LogLinear.Kind, NeuralSoftmax.Kind] },
    };

    /// <summary>What each agent keeps.</summary>
    /// <param name="Beta">beta_i, [n].</param>
    /// <param name="Sigma">sigma_i, [n].</param>
    public sealed record Agents(Tensor Beta, Tensor Sigma);

    /// <inheritdoc/>
    public override ServerState CreateServer(Tensor theta) => new(theta) { Optimizer = optimizer.CreateState(theta) };

    /// <inheritdoc/>
    public override object CreateAgents(Policy policy, int count)
    {
        ArgumentNullException.ThrowIfNull(policy);
        Tensor each = ones(count, dtype: policy.Format.Dtype, device: policy.Format.Device).DetachFromDisposeScope();
        var state = new Agents(each.Times(beta).DetachFromDisposeScope(), each.Times(sigma).DetachFromDisposeScope());
        each.Dispose();
        return state;
    }

    /// <inheritdoc/>
    public override void Round(ServerState server, IAgents agents, int t)
    {
        optimizer.Step(server, agents.Mean(new Uplink(Delta, LocalSteps), t), options.GlobalStepSize);
        agents.Broadcast(Theta, server.Theta, t + 1);
    }

    /// <summary>theta_i &lt;- theta_i - eta (ghat_i(theta_i) + the penalties' gradient), H times from thetabar.</summary>
    private Tensor LocalSteps(AgentBlock agents, int t)
    {
        (Tensor theta, Tensor thetabar) = (agents.Theta, agents.Received[Theta]);
        var policy = (FinitePolicy)agents.Policy;
        theta.copy_(thetabar);
        Tensor global = policy.Evaluate(theta).LogProbabilities.clone();                                // log pi_thetabar, [n, S, A]
        foreach (LocalStep step in agents.Steps(options.LocalSteps))
        {
            Tensor gradient = agents.Gradient(theta, step, t);
            if (step.Index > 0) gradient.Add(PenaltyGradient(policy, theta, global, (Agents)agents.State));  // 0 at thetabar itself
            agents.Descend(gradient, options.LocalStepSize.At(t), step);
            agents.ObserveDrift(thetabar, step);
        }
        if (target > 0) Adapt(agents, Divergences(global, policy.Evaluate(theta).LogProbabilities));
        return theta - thetabar;
    }

    /// <summary>The gradient of KL_s is -sum_a pi_thetabar(a|s) grad log pi(a|s): one backward pass with those weights, [n, d].</summary>
    private static Tensor PenaltyGradient(FinitePolicy policy, Tensor theta, Tensor global, Agents state)
    {
        PolicyEvaluation evaluation = policy.Evaluate(theta);
        Tensor divergences = Divergences(global, evaluation.LogProbabilities);
        Tensor floor = ones_like(divergences).Scale(SmoothBelow);
        Tensor slope = state.Sigma.unsqueeze(1).Times(0.5) / maximum(divergences, floor).sqrt();        // sigma_i / (2 sqrt KL_s)
        Tensor weights = slope.Plus(state.Beta.unsqueeze(1)).Scale(-1.0 / policy.States);               // [n, S]
        Tensor gradient = zeros_like(theta);
        evaluation.Backward(weights.unsqueeze(2) * global.exp(), gradient);
        return gradient;
    }

    /// <summary>KL_s, [n, S].</summary>
    private static Tensor Divergences(Tensor global, Tensor own) => (global.exp() * (global - own)).sum(-1);

    private void Adapt(AgentBlock agents, Tensor divergences)
    {
        (Tensor betas, Tensor sigmas) = (Agents)agents.State;
        Tensor positive = maximum(divergences, zeros_like(divergences));
        agents.Keep(betas, Adapted(betas, positive.mean([1]), target));
        agents.Keep(sigmas, Adapted(sigmas, positive.sqrt().mean([1]), Math.Sqrt(target)));
    }

    private static Tensor Adapted(Tensor weights, Tensor measured, double target)
    {
        Tensor one = ones_like(measured);
        Tensor up = measured > one.Times(target * Tolerance), down = measured < one.Times(target / Tolerance);
        Tensor scaled = where(up, weights.Times(2), where(down, weights.Times(0.5), weights));
        return minimum(maximum(scaled, minimum(weights, one.Times(Least))), maximum(weights, one.Times(Most)));
    }
}
