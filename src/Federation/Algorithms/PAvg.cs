using FedPG.Federation.Agents;
using FedPG.Federation.States;
using FedPG.Policies.Tabular;
using static TorchSharp.torch;

namespace FedPG.Federation.Algorithms;

/// <summary>The options of <see cref="PAvg"/>.</summary>
public sealed record PAvgOptions : AveragingOptions
{
    /// <inheritdoc/>
    public override string Algorithm => "pavg";
}

/// <summary>
/// PAvg of Jin, Peng, Yang, Wang and Zhang, "Federated reinforcement learning with environment heterogeneity" (AISTATS 2022), in both of
/// its forms: local policy gradient steps, and averaging.
/// <para>Softmax (<c>policy.kind</c> tabular-softmax): theta_i &lt;- theta_i - eta (Q_i - V_i) /
/// (1 - gamma), then the mean of the logits.</para>
/// <para>Projected (tabular-direct): pi_i &lt;- Proj(pi_i - eta d_i Q_i / (1 - gamma)) onto the simplex of every state, then the mean of
/// the probabilities.</para>
/// <para>
/// In episodic environments there is the softmax form alone, with any policy on observations: its
/// step is the natural direction, estimated by rollouts.
/// </para>
/// <para>
/// Symbols: eta = LocalStepSize of the round, E = LocalSteps, Q of the costs, which are minimised.
/// Messages for each agent and round: up delta, down theta.
/// </para>
/// </summary>
internal sealed class PAvg(PAvgOptions options, FederationOptions federation) : Algorithm<ServerState>
{
    private readonly ServerOptimizer _optimizer = new(options);

    /// <summary>Its place in experiment files.</summary>
    public static AlgorithmDefinition Definition { get; } = AlgorithmDefinition.For<PAvgOptions>(
        "local policy gradient steps, softmax or projected, and averaging", (options, federation) => new PAvg(options, federation)) with
    {
        Traits = AlgorithmTraits.PartialParticipation | AlgorithmTraits.OwnLocalSteps,
        Needs = new AlgorithmNeeds { PolicyKinds = [TabularSoftmax.Kind, TabularDirect.Kind], AnyPolicyWhereEpisodic = true },
        DirectionOf = kind => kind == TabularDirect.Kind ? "plain" : "natural",
    };

    /// <inheritdoc/>
    public override ServerState CreateServer(Tensor theta) => new(theta) { Optimizer = _optimizer.CreateState(theta) };

    /// <inheritdoc/>
    public override void Round(ServerState server, IAgents<NoState> agents, int t)
    {
        _optimizer.Step(server, agents.Mean(Delta, LocalSteps, t), federation.GlobalStepSize);
        agents.Broadcast(Theta, server.Theta, t + 1);
    }

    /// <summary>E local steps from the server's table, each followed by the projection, which does nothing to logits.</summary>
    private Tensor LocalSteps(AgentBlock<NoState> agents, int t)
    {
        (Tensor theta, Tensor thetabar) = (agents.Theta, agents.Received[Theta]);
        theta.copy_(thetabar);
        foreach (LocalStep step in agents.Steps(federation.LocalSteps))
        {
            agents.Advance(step, t, federation.LocalStepSize.At(t));
            agents.Project(step);
            agents.ObserveDrift(thetabar, step);
        }
        return theta - thetabar;
    }
}
