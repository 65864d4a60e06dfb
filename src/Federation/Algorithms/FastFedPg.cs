using FedPG.Envs.Streams;
using FedPG.Federation.Agents;
using FedPG.Federation.Oracles;
using FedPG.Policies;
using static TorchSharp.torch;

namespace FedPG.Federation.Algorithms;

/// <summary>Where the memory gradient comes from, and what it is used for besides.</summary>
public enum MemoryKind
{
    /// <summary>The memory is also the first local gradient: H batches a round, the paper's count of N H T trajectories.</summary>
    Reuse,

    /// <summary>The memory has a batch of its own: H + 1 batches a round, Algorithm 1 as printed.</summary>
    Fresh,

    /// <summary>
    /// An agent subtracts another sample than it sent. Wrong on purpose: the corrections no longer cancel, and noise of about 2 sigma^2 / N
    /// stays in the round's direction whatever H is.
    /// </summary>
    Resample,
}

/// <summary>
/// Fast-FedPG, Algorithm 1 of Zhu, Heath and Mitra, "Towards fast rates for federated and multi-task reinforcement learning" (2024).
/// <para>Symbols: eta = LocalStepSize of the round, alpha_g = GlobalStepSize, H = LocalSteps, thetabar = Theta, m_i = Memory, mbar = MemoryMean.</para>
/// <para>Messages for each agent: a round, up delta and memory, down theta and memory_mean; before round 0, up memory and down memory_mean.</para>
/// </summary>
public sealed class FastFedPg(FederationOptions options, MemoryKind memory) : Algorithm
{
    private const string MemoryMean = "memory_mean";

    /// <summary>What the server keeps.</summary>
    /// <param name="Theta">thetabar, [d].</param>
    /// <param name="MemoryMean">mbar, the global policy gradient at thetabar, [d].</param>
    public sealed record Server(Tensor Theta, Tensor MemoryMean) : ServerState(Theta);

    /// <summary>What each agent keeps.</summary>
    /// <param name="Memory">m_i, its gradient at thetabar: the very vector it sent, or the corrections would not sum to zero. [n, d].</param>
    public sealed record Agents(Tensor Memory);

    /// <inheritdoc/>
    /// <remarks>A memory that was sampled again leaves its noise in every round: tr(Sigma) / (N B) (1 / H + 2) in the place of tr(Sigma) / (N H B).</remarks>
    public override LimitLaws Limits => memory == MemoryKind.Resample ? LimitLaws.Unbiased with { Noise = 1 + (2.0 * options.LocalSteps) } : LimitLaws.Unbiased;

    /// <inheritdoc/>
    public override ServerState CreateServer(Tensor theta) => new Server(theta, zeros_like(theta).DetachFromDisposeScope());

    /// <inheritdoc/>
    public override object CreateAgents(Policy policy, int count) => new Agents(AgentBlock.Rows(policy, count));

    /// <inheritdoc/>
    public override void Start(ServerState server, IAgents agents) => ExchangeMemories((Server)server, agents, t: 0);  // line 1

    /// <inheritdoc/>
    public override void Round(ServerState server, IAgents agents, int t)
    {
        Tensor delta = agents.Mean(new Uplink(Delta, LocalSteps), t);          // lines 3-10
        server.Theta.AddMultiple(options.GlobalStepSize, delta);               // Eq. (7)
        agents.Broadcast(Theta, server.Theta);                                 // line 11
        ExchangeMemories((Server)server, agents, t + 1);                       // lines 12-15
    }

    private void ExchangeMemories(Server server, IAgents agents, int t)
    {
        server.MemoryMean.copy_(agents.Mean(new Uplink("memory", SendMemory), t));  // lines 12-14
        agents.Broadcast(MemoryMean, server.MemoryMean);                            // line 15
    }

    /// <summary>Agents, lines 4 to 9: H local steps from thetabar, and the change they made.</summary>
    private Tensor LocalSteps(AgentBlock agents, int t)
    {
        (Tensor theta, Tensor thetabar, Tensor mbar) = (agents.Theta, agents.Received[Theta], agents.Received[MemoryMean]);
        Tensor m = ((Agents)agents.State).Memory;
        double eta = options.LocalStepSize.At(t);
        RowNorms.Distances(m, mbar, agents.CorrectionNorms);
        theta.copy_(thetabar);                                                                          // line 4
        if (memory == MemoryKind.Resample)
            m.copy_(agents.Gradient(theta, sameRows: true, new BatchKey(t, StreamKey.ResampledBatch)));
        for (int l = 0; l < options.LocalSteps; l++)                                                    // line 5
        {
            if (l == 0 && memory == MemoryKind.Reuse)
            {
                theta.sub_(mbar.Times(eta));                                                            // Eq. (6), where ghat_i = m_i
            }
            else
            {
                Tensor gradient = agents.Gradient(theta, sameRows: l == 0, new BatchKey(t, l, Observe: l == 0));  // line 6
                theta.sub_(gradient.sub_(m).Add(mbar).Scale(eta));                                      // line 7, Eq. (6)
            }
            agents.ObserveDrift(thetabar);
        }
        return theta - thetabar;                                                                        // line 9
    }

    /// <summary>Agents, line 13: the gradient at thetabar, kept and sent.</summary>
    private Tensor SendMemory(AgentBlock agents, int t)
    {
        agents.Theta.copy_(agents.Received[Theta]);
        BatchKey batch = memory == MemoryKind.Reuse ? new BatchKey(t, 0, Observe: true) : new BatchKey(t, StreamKey.MemoryBatch);
        return ((Agents)agents.State).Memory.copy_(agents.Gradient(agents.Theta, sameRows: true, batch));
    }
}
