using FedPG.Experiments;
using FedPG.Federation.Agents;
using FedPG.Federation.Algorithms;
using FedPG.Federation.Estimators;
using FedPG.Federation.States;
using FedPG.Policies;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Claims.Breaking;

/// <summary>
/// Fast-FedPG with a mistake in it, to show which claims would notice. It sends the same messages as the
/// right one; known to claims only, not to experiment files.
/// </summary>
internal sealed class BrokenFastFedPg(FederationOptions federation, Breakage breakage)
    : Algorithm<BrokenFastFedPg.Server, BrokenFastFedPg.Agents>
{
    internal const string WrongSignName = "broken-wrong-sign", DropName = "broken-drop", StaleName = "broken-stale";
    private const string MemoryMean = "memory_mean";

    /// <summary>What the server keeps.</summary>
    /// <param name="Theta">thetabar, [d].</param>
    /// <param name="MemoryMean">mbar of this round, [d].</param>
    /// <param name="OldMemoryMean">mbar of the round before, [d].</param>
    public sealed record Server(Tensor Theta, Tensor MemoryMean, Tensor OldMemoryMean) : ServerState(Theta);

    /// <summary>What each agent keeps.</summary>
    /// <param name="Memory">m_i of this round, [n, d].</param>
    /// <param name="OldMemory">m_i of the round before, [n, d].</param>
    public sealed record Agents(Tensor Memory, Tensor OldMemory);

    /// <summary>All that is built in, and the broken algorithms.</summary>
    public static ExperimentCatalog Catalog()
    {
        var catalog = new ExperimentCatalog();
        foreach ((string name, Breakage breakage) in new[]
        {
            (WrongSignName, Breakage.WrongSign), (DropName, Breakage.Drop), (StaleName, Breakage.Stale),
        })
        {
            catalog.Add(AlgorithmDefinition.For<BrokenOptions>(
                "broken on purpose", (_, federation) => new BrokenFastFedPg(federation, breakage)) with { Name = name });
        }
        return catalog;
    }

    private sealed record BrokenOptions : AlgorithmOptions
    {
        public override string Algorithm => "broken";
    }

    /// <inheritdoc/>
    public override Server CreateServer(Tensor theta) =>
        new Server(theta, zeros_like(theta).DetachFromDisposeScope(), zeros_like(theta).DetachFromDisposeScope());

    /// <inheritdoc/>
    public override Agents CreateAgents(Policy policy, int count) =>
        new Agents(AgentBlock.Rows(policy, count), AgentBlock.Rows(policy, count));

    /// <inheritdoc/>
    public override void Start(Server server, IAgents<Agents> agents)
    {
        ExchangeMemories(server, agents, t: 0);
        agents.Broadcast(MemoryMean, server.MemoryMean);
    }

    /// <inheritdoc/>
    public override void Round(Server server, IAgents<Agents> agents, int t)
    {
        server.Theta.AddMultiple(federation.GlobalStepSize, agents.Mean(Delta, LocalSteps, t));
        agents.Broadcast(Theta, server.Theta);
        ExchangeMemories(server, agents, t + 1);
        agents.Broadcast(MemoryMean, breakage == Breakage.Stale ? server.OldMemoryMean : server.MemoryMean);
    }

    private static void ExchangeMemories(Server server, IAgents<Agents> agents, int t)
    {
        server.OldMemoryMean.copy_(server.MemoryMean);
        server.MemoryMean.copy_(agents.Mean("memory", SendMemory, t));
    }

    private static Tensor SendMemory(AgentBlock<Agents> agents, int t)
    {
        agents.Theta.copy_(agents.Received[Theta]);
        Agents state = agents.State;
        state.OldMemory.copy_(state.Memory);
        return state.Memory.copy_(agents.Gradient(agents.Theta, sameRows: true, new BatchKey(t, 0, Observe: true)));
    }

    /// <summary>As in <see cref="FastFedPg"/>, with the memory re-used as the first gradient, but for the correction.</summary>
    private Tensor LocalSteps(AgentBlock<Agents> agents, int t)
    {
        (Tensor theta, Tensor thetabar, Tensor mbar) = (agents.Theta, agents.Received[Theta], agents.Received[MemoryMean]);
        Agents state = agents.State;
        // In round 0 there is no older memory yet.
        Tensor m = breakage == Breakage.Stale && t > 0 ? state.OldMemory : state.Memory;
        Tensor correction = breakage switch
        {
            Breakage.WrongSign => m - mbar,
            Breakage.Drop when t % 2 == 1 => zeros_like(m),
            _ => mbar - m,
        };
        theta.copy_(thetabar);
        for (int l = 0; l < federation.LocalSteps; l++)
        {
            Tensor gradient = l == 0 ? state.Memory : agents.Gradient(theta, sameRows: false, new BatchKey(t, l));
            theta.sub_(gradient.Plus(correction).Scale(federation.LocalStepSize.At(t)));
            agents.ObserveDrift(thetabar);
        }
        return theta - thetabar;
    }
}
