using FedPG.Core.Options;
using FedPG.Federation.Agents;
using FedPG.Federation.States;
using FedPG.Policies;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Algorithms;

/// <summary>The options of <see cref="Decentralized"/>.</summary>
public sealed record DecentralizedOptions : AlgorithmOptions
{
    /// <inheritdoc/>
    public override string Algorithm => "decentralized";

    /// <summary>Who hears whom; a ring by default.</summary>
    [Option("who hears whom")]
    public Topology Graph { get; init; } = Topology.Ring;
}

/// <summary>
/// Decentralised policy gradient by gossip, without a server: Zeng et al., "A decentralized policy gradient approach to multi-task
/// reinforcement learning" (UAI 2021; the paper's [8]), here with any estimator and with H local steps between two exchanges: theta_i &lt;-
/// sum_j W_ij theta_j + alpha_g Delta_i, Delta_i being what H steps along -eta ghat_i make of theta_i, all taken before mixing.
/// <para>Symbols: W = graph, doubly stochastic, so that the mean of the rows moves by the mean change;
/// thetabar is that mean, known to the evaluation only.</para>
/// <para>Messages for each agent and round: up theta to each agent that hears it, down theta from each agent it hears.</para>
/// </summary>
internal sealed class Decentralized(DecentralizedOptions options, FederationOptions federation)
    : Algorithm<ServerState, Decentralized.Agents>
{
    /// <summary>Its place in experiment files.</summary>
    public static AlgorithmDefinition Definition { get; } = AlgorithmDefinition.For<DecentralizedOptions>(
        "local steps and gossip with neighbours, no server", (options, federation) => new Decentralized(options, federation), Check) with
    {
        Traits = AlgorithmTraits.OwnLocalSteps | AlgorithmTraits.EqualsCentralized,
    };

    /// <summary>What each agent keeps.</summary>
    /// <param name="Theta">theta_i, [n, d].</param>
    public sealed record Agents(Tensor Theta);

    /// <inheritdoc/>
    public override ServerState CreateServer(Tensor theta) => new(theta);

    /// <inheritdoc/>
    public override Agents CreateAgents(Policy policy, int count) => new(AgentBlock.Rows(policy, count));

    /// <inheritdoc/>
    public override void Start(ServerState server, IAgents<Agents> agents) =>
        agents.Run((block, _) => block.State.Theta.copy_(block.Received[Theta]), 0);

    /// <inheritdoc/>
    public override void Round(ServerState server, IAgents<Agents> agents, int t)
    {
        agents.Show(Theta, server.Theta);
        agents.Run(LocalSteps, t);
        agents.Gossip(Theta, options.Graph.For(agents.Count), (block, _) => block.State.Theta, Mix, t);
        server.Theta.copy_(agents.Inspect(block => block.State.Theta, t));
    }

    /// <summary>H steps along -eta ghat_i from an agent's own theta_i, left in the block's rows.</summary>
    private void LocalSteps(AgentBlock<Agents> agents, int t)
    {
        Tensor theta = agents.Theta;
        theta.copy_(agents.State.Theta);
        foreach (LocalStep step in agents.Steps(federation.LocalSteps))
        {
            agents.Advance(step, t, federation.LocalStepSize.At(t), fromEqualRows: false);
            agents.ObserveDrift(agents.Seen[Theta], step);  // seen from outside, as the evaluation is
        }
    }

    /// <summary>theta_i &lt;- sum_j W_ij theta_j + alpha_g Delta_i.</summary>
    private void Mix(AgentBlock<Agents> agents, Tensor mixed)
    {
        Tensor own = agents.State.Theta, delta = agents.Theta - own;
        // What rounding took off a message stays with its sender: the mean of all rows is as if nothing had been rounded.
        Tensor heard = federation.Messages.IsHalf ? mixed.Plus(own - federation.Messages.AsSent(own)) : mixed;
        own.copy_(heard).AddMultiple(federation.GlobalStepSize, delta);
    }

    private static void Check(DecentralizedOptions options, FederationOptions federation, OptionReader reader)
    {
        if (options.Graph.ErrorFor(federation.Agents) is { } error) reader.Reject("graph", error);
    }
}
