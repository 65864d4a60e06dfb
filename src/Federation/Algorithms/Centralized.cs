using FedPG.Federation.Agents;
using FedPG.Federation.Estimators;
using FedPG.Federation.States;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Algorithms;

/// <summary>The options of <see cref="Centralized"/>.</summary>
public sealed record CentralizedOptions : AlgorithmOptions
{
    /// <inheritdoc/>
    public override string Algorithm => "centralized";
}

/// <summary>
/// Centralised policy gradient on the average of the agents' objectives: H steps a round, each with all agents' gradients at the same
/// parameters. Agents never leave the server's parameters, so their drift is 0.
/// <para>Messages for each agent and round: H times up gradient and down theta.</para>
/// </summary>
internal sealed class Centralized(FederationOptions federation) : Algorithm<ServerState>
{
    /// <summary>Its place in experiment files.</summary>
    public static AlgorithmDefinition Definition { get; } = AlgorithmDefinition.For<CentralizedOptions>(
        "one policy, all agents' gradients at every step", (_, federation) => new Centralized(federation)) with
    {
        Traits = AlgorithmTraits.PartialParticipation | AlgorithmTraits.EqualsCentralized | AlgorithmTraits.ServerPolicyGradient,
    };

    /// <inheritdoc/>
    internal override LimitLaws Limits => federation.IsPlain ? LimitLaws.Unbiased : LimitLaws.Unknown;

    /// <inheritdoc/>
    public override ServerState CreateServer(Tensor theta) => new(theta);

    /// <inheritdoc/>
    public override void Round(ServerState server, IAgents<NoState> agents, int t)
    {
        for (int l = 0; l < federation.LocalSteps; l++)
        {
            int step = l;
            Tensor gradient = agents.Mean("gradient", (block, round) => Gradient(block, round, step), t);
            server.Theta.sub_(gradient.Scale(federation.LocalStepSize.At(t) * federation.GlobalStepSize));
            agents.Broadcast(Theta, server.Theta, l + 1 < federation.LocalSteps ? t : t + 1);
        }
    }

    private static Tensor Gradient(AgentBlock<NoState> agents, int t, int l)
    {
        agents.Theta.copy_(agents.Received[Theta]);
        return agents.Gradient(agents.Theta, sameRows: true, new BatchKey(t, l, Observe: l == 0, agents.Active));
    }
}
