using System.Text.Json;
using FedPG.Core.Options;
using FedPG.Federation.Agents;
using FedPG.Federation.States;
using FedPG.Policies;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Algorithms;

/// <summary>
/// Decentralised policy gradient by gossip, without a server: Zeng et al., "A decentralized policy gradient approach to multi-task reinforcement learning"
/// (UAI 2021; the paper's [8]), here with any estimator and with H local steps between two exchanges:
/// theta_i &lt;- sum_j W_ij theta_j + alpha_g Delta_i, Delta_i being what H steps along -eta ghat_i make of theta_i, all taken before mixing.
/// <para>Symbols: W = graph, doubly stochastic, so that the mean of the rows moves by the mean change; thetabar is that mean, known to the evaluation only.</para>
/// <para>Messages for each agent and round: up theta to each agent that hears it, down theta from each agent it hears.</para>
/// </summary>
public sealed class Decentralized(FederationOptions options, Func<int, MixingGraph> graph) : Algorithm<ServerState, Decentralized.Agents>
{
    private const string GraphKey = "graph";

    /// <summary>Its place in experiment files.</summary>
    public static AlgorithmDefinition Definition { get; } = new("decentralized", "local steps and gossip with neighbours, no server", (reader, options) =>
    {
        Func<int, MixingGraph> graph = ReadGraph(reader, options.Agents);
        return () => new Decentralized(options, graph);
    })
    {
        Traits = AlgorithmTraits.OwnLocalSteps | AlgorithmTraits.EqualsCentralized,
    };

    /// <summary>What each agent keeps.</summary>
    /// <param name="Theta">theta_i, [n, d].</param>
    public sealed record Agents(Tensor Theta);

    /// <inheritdoc/>
    public override ServerState CreateServer(Tensor theta) => new(theta);

    /// <inheritdoc/>
    public override Agents CreateAgents(Policy policy, int count) => new Agents(AgentBlock.Rows(policy, count));

    /// <inheritdoc/>
    public override void Start(ServerState server, IAgents<Agents> agents) => agents.Run((block, _) => block.State.Theta.copy_(block.Received[Theta]), 0);

    /// <inheritdoc/>
    public override void Round(ServerState server, IAgents<Agents> agents, int t)
    {
        agents.Show(Theta, server.Theta);
        agents.Run(LocalSteps, t);
        agents.Gossip(Theta, graph(agents.Count), (block, _) => block.State.Theta, Mix, t);
        server.Theta.copy_(agents.Inspect(block => block.State.Theta, t));
    }

    /// <summary>H steps along -eta ghat_i from an agent's own theta_i, left in the block's rows.</summary>
    private void LocalSteps(AgentBlock<Agents> agents, int t)
    {
        Tensor theta = agents.Theta;
        theta.copy_(agents.State.Theta);
        foreach (LocalStep step in agents.Steps(options.LocalSteps))
        {
            agents.Descend(agents.Gradient(theta, step, t, fromEqualRows: false), options.LocalStepSize.At(t), step);
            agents.ObserveDrift(agents.Seen[Theta], step);  // seen from outside, as the evaluation is
        }
    }

    /// <summary>theta_i &lt;- sum_j W_ij theta_j + alpha_g Delta_i.</summary>
    private void Mix(AgentBlock<Agents> agents, Tensor mixed)
    {
        Tensor own = agents.State.Theta, delta = agents.Theta - own;
        // What rounding took off a message stays with its sender: the mean of all rows is as if nothing had been rounded.
        Tensor heard = options.Messages.IsHalf ? mixed.Plus(own - options.Messages.AsSent(own)) : mixed;
        own.copy_(heard).AddMultiple(options.GlobalStepSize, delta);
    }

    private static Func<int, MixingGraph> ReadGraph(OptionReader reader, int agents)
    {
        const string allowed = "\"complete\" | \"ring\" | \"bipartite\", or a doubly stochastic matrix [[...], ...], a row an agent";
        object graph = reader.Parsed<object>(GraphKey, "ring", allowed, "who hears whom", element => element.ValueKind switch
        {
            JsonValueKind.String when element.GetString() is "complete" or "ring" or "bipartite" => element.GetString(),
            JsonValueKind.Array => Matrix(element),
            _ => null,
        })!;
        if (graph is double[][] matrix)
        {
            string? fault = agents == 0 ? null : MixingGraph.ErrorOf(matrix, agents);
            if (fault is null) return _ => MixingGraph.Of(matrix);
            reader.Reject(GraphKey, fault);
        }
        return graph switch
        {
            "complete" => MixingGraph.Complete,
            "bipartite" => MixingGraph.Bipartite,
            _ => MixingGraph.Ring,
        };
    }

    private static double[][]? Matrix(JsonElement element)
    {
        double[]?[] rows = [.. element.EnumerateArray().Select(row => row.ValueKind == JsonValueKind.Array
            && row.EnumerateArray().All(e => e.ValueKind == JsonValueKind.Number && e.TryGetDouble(out _)) ? row.EnumerateArray().Select(e => e.GetDouble()).ToArray() : null)];
        return rows.Length > 0 && Array.TrueForAll(rows, r => r is not null) ? [.. rows.Select(r => r!)] : null;
    }
}
