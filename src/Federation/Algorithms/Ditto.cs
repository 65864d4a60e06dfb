using FedPG.Core.Options;
using FedPG.Core.Streams;
using FedPG.Federation.Agents;
using FedPG.Federation.Optimizers;
using FedPG.Federation.States;
using FedPG.Policies;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Algorithms;

/// <summary>The options of <see cref="Ditto"/>.</summary>
public sealed record DittoOptions : AveragingOptions
{
    /// <inheritdoc/>
    public override string Algorithm => "ditto";

    /// <summary>lambda, the weight of the term that holds own policies near the common one, 0 or more; 0.1 by default.</summary>
    [Option("lambda, the weight of the term that holds Ditto's own policies near the common one; 0 holds none", Minimum = 0)]
    public double Proximal { get; init; } = 0.1;
}

/// <summary>
/// Ditto, Algorithm 1 of Li, Hu, Beirami and Smith, "Ditto: fair and robust federated learning through personalization" (ICML 2021). Beside
/// the common policy, which FedAvg trains, every agent has a policy of its own, held near the common one by a term
/// lambda / 2 ||v_i - thetabar||^2. Agents are served by their own.
/// <para>Symbols: thetabar = Theta, w in the paper; v_i = Own; lambda = proximal; eta = LocalStepSize and H = LocalSteps, for either
/// policy.</para>
/// <para>Messages for each agent and round: up delta, down theta. v_i never leaves its agent.</para>
/// </summary>
internal sealed class Ditto(DittoOptions options, FederationOptions federation) : Algorithm<ServerState, Ditto.Agents>
{
    /// <summary>
    /// Batches of own steps are numbered from here, those of common steps from 0, and personal parameters' from the other end.
    /// </summary>
    private const int FirstOwnStep = StreamKey.MaximumLocalStep / 4;

    private readonly ServerOptimizer _optimizer = new(options);

    /// <summary>Its place in experiment files.</summary>
    public static AlgorithmDefinition Definition { get; } = AlgorithmDefinition.For<DittoOptions>(
        "own policies held near a common one", (options, federation) => new Ditto(options, federation), Check) with
    {
        Traits = AlgorithmTraits.PartialParticipation | AlgorithmTraits.OwnLocalSteps | AlgorithmTraits.EqualsCentralized,
    };

    /// <summary>What each agent keeps.</summary>
    /// <param name="Own">v_i, [n, d].</param>
    public sealed record Agents(Tensor Own);

    /// <inheritdoc/>
    public override string OwnParameters => nameof(Agents.Own);

    /// <inheritdoc/>
    public override ServerState CreateServer(Tensor theta) => new(theta) { Optimizer = _optimizer.CreateState(theta) };

    /// <inheritdoc/>
    public override Agents CreateAgents(Policy policy, int count) => new(AgentBlock.Rows(policy, count));

    /// <inheritdoc/>
    /// <remarks>Of all agents, whoever takes part in round 0; nothing is sent.</remarks>
    public override void Start(ServerState server, IAgents<Agents> agents) =>
        agents.Inspect(block => block.State.Own.copy_(block.Received[Theta]), 0);

    /// <inheritdoc/>
    public override void Round(ServerState server, IAgents<Agents> agents, int t)
    {
        agents.Run(OwnSteps, t);
        _optimizer.Step(server, agents.Mean(Delta, CommonSteps, t), federation.GlobalStepSize);
        agents.Broadcast(Theta, server.Theta, t + 1);
    }

    /// <summary>v_i &lt;- v_i - eta (ghat_i(v_i) + lambda (v_i - thetabar)), H times.</summary>
    private void OwnSteps(AgentBlock<Agents> agents, int t)
    {
        (Tensor v, Tensor thetabar) = (agents.Theta, agents.Received[Theta]);
        v.copy_(agents.State.Own);
        foreach (LocalStep step in agents.Steps(federation.LocalSteps))
        {
            agents.Advance(
                step with { Index = FirstOwnStep + step.Index }, t, federation.LocalStepSize.At(t),
                gradient => gradient.AddMultiple(options.Proximal, v - thetabar), fromEqualRows: false);
        }
        agents.Keep(agents.State.Own, v);
    }

    /// <summary>theta_i &lt;- theta_i - eta ghat_i(theta_i), H times from thetabar.</summary>
    private Tensor CommonSteps(AgentBlock<Agents> agents, int t)
    {
        (Tensor theta, Tensor thetabar) = (agents.Theta, agents.Received[Theta]);
        theta.copy_(thetabar);
        foreach (LocalStep step in agents.Steps(federation.LocalSteps))
        {
            agents.Advance(step, t, federation.LocalStepSize.At(t));
            agents.ObserveDrift(thetabar, step);
        }
        return theta - thetabar;
    }

    private static void Check(DittoOptions options, FederationOptions federation, OptionReader reader)
    {
        string reason = $"must be at most {FirstOwnStep} with federation.algorithm \"ditto\"";
        if (options.LocalSteps > FirstOwnStep) reader.Reject("localSteps", reason);
        if (options.AgentLocalSteps?.Any(steps => steps > FirstOwnStep) == true) reader.Reject("agentLocalSteps", reason);
        int most = StreamKey.MaximumLocalStep - (2 * FirstOwnStep);
        if (options.PersonalSteps > most)
            reader.Reject("personalSteps", $"must be at most {most} with federation.algorithm \"ditto\"");
        LocalOptimizerSettings local = federation.LocalOptimizer;
        if (local.Kind != LocalOptimizerKind.Sgd && local.State != LocalOptimizerState.Reset)
        {
            reader.Reject(
                "localOptimizerState", "must be \"reset\" with federation.algorithm \"ditto\" and a local optimiser with moments: those of "
                + "an agent's two policies are not the same");
        }
    }
}
