using FedPG.Core.Streams;
using FedPG.Federation.Agents;
using FedPG.Federation.Estimators;
using FedPG.Federation.States;
using FedPG.Policies;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Algorithms;

/// <summary>
/// Fast-FedPG, Algorithm 1 of Zhu, Heath and Mitra, "Towards fast rates for federated and multi-task reinforcement learning" (2024).
/// <para>Symbols: eta = LocalStepSize of the round, alpha_g = GlobalStepSize, H = LocalSteps,
/// thetabar = Theta, m_i = Memory, mbar = MemoryMean.</para>
/// <para>Messages for each agent: a round, up delta and memory, down theta and memory_mean;
/// before round 0, up memory and down memory_mean.</para>
/// <para>
/// Beyond the paper: rounds of some agents (<see cref="AbsentMemory"/>; by name memory_change goes up then), own numbers of local steps,
/// where corrections no longer cancel in the mean though the optimum stays a fixed point, server optimisers in the place of Eq. (7), and
/// corrections that are held back (<see cref="CorrectionKind.Guarded"/>).
/// </para>
/// </summary>
internal sealed class FastFedPg(FastFedPgOptions options, FederationOptions federation) : Algorithm<FastFedPg.Server, FastFedPg.Agents>
{
    private const string MemoryMean = "memory_mean";
    private readonly ServerOptimizer _optimizer = new(options);

    /// <summary>Its place in experiment files.</summary>
    public static AlgorithmDefinition Definition { get; } = AlgorithmDefinition.For<FastFedPgOptions>(
        "local steps corrected by a memory of the global gradient", (options, federation) => new FastFedPg(options, federation)) with
    {
        Traits = AlgorithmTraits.PartialParticipation | AlgorithmTraits.OwnLocalSteps | AlgorithmTraits.EqualsCentralized
            | AlgorithmTraits.ServerPolicyGradient,
        MeanGradient = MemoryMean,
    };

    /// <summary>What the server keeps.</summary>
    /// <param name="Theta">thetabar, [d].</param>
    /// <param name="MemoryMean">mbar, the global policy gradient at thetabar, [d].</param>
    public sealed record Server(Tensor Theta, Tensor MemoryMean) : ServerState(Theta)
    {
        /// <summary>
        /// The mean over all agents of their last known memories; null where nobody is ever absent, because it is mbar then.
        /// </summary>
        public Absentees? Known { get; init; }
    }

    /// <summary>What the server keeps for rounds of some agents.</summary>
    /// <param name="MemoryMean">The mean of the last known memories, 0 for agents not yet heard of, [d].</param>
    public sealed record Absentees(Tensor MemoryMean) : IStateRecord;

    /// <summary>What each agent keeps.</summary>
    /// <param name="Memory">m_i, its gradient at thetabar: the very vector it sent, or the
    /// corrections would not sum to zero. [n, d].</param>
    public sealed record Agents(Tensor Memory);

    /// <inheritdoc/>
    /// <remarks>
    /// A memory that was sampled again leaves its noise in every round: tr(Sigma) / (N B) (1 / H + 2) in the place of tr(Sigma) / (N H B).
    /// </remarks>
    internal override LimitLaws Limits =>
        (federation.IsPlain && _optimizer.IsAveraging && options.Correction == CorrectionKind.Plain, options.Memory) switch
    {
        (false, _) => LimitLaws.Unknown,
        (_, MemoryKind.Resample) => LimitLaws.Unbiased with { Noise = 1 + (2.0 * federation.LocalSteps) },
        _ => LimitLaws.Unbiased,
    };

    private bool RemembersAbsent => options.AbsentMemory == AbsentMemory.Last && !federation.Participation.IsEveryone;

    /// <inheritdoc/>
    public override Server CreateServer(Tensor theta) => new(theta, zeros_like(theta).DetachFromDisposeScope())
    {
        Known = RemembersAbsent ? new Absentees(zeros_like(theta).DetachFromDisposeScope()) : null,
        Optimizer = _optimizer.CreateState(theta),
    };

    /// <inheritdoc/>
    public override Agents CreateAgents(Policy policy, int count) => new(AgentBlock.Rows(policy, count));

    /// <inheritdoc/>
    public override void Start(Server server, IAgents<Agents> agents) => ExchangeMemories(server, agents, t: 0);  // line 1

    /// <inheritdoc/>
    public override void Round(Server server, IAgents<Agents> agents, int t)
    {
        Tensor delta = agents.Mean(Delta, LocalSteps, t);                  // lines 3-10
        _optimizer.Step(server, delta, federation.GlobalStepSize);         // Eq. (7)
        agents.Broadcast(Theta, server.Theta, t + 1);                      // line 11
        ExchangeMemories(server, agents, t + 1);                           // lines 12-15
    }

    private void ExchangeMemories(Server server, IAgents<Agents> agents, int t)
    {
        if (server.Known is { } known)
        {
            // What the participants' memories changed by corrects the mean of all known ones: exactly
            // the mean of the new ones when nobody is absent.
            (Tensor mean, Tensor share) = agents.MeanAndShare("memory_change", SendMemoryChange, t);
            server.MemoryMean.copy_(known.MemoryMean.Plus(mean));
            known.MemoryMean.Add(share);
        }
        else
        {
            server.MemoryMean.copy_(agents.Mean("memory", SendMemory, t));  // lines 12-14
        }
        agents.Broadcast(MemoryMean, server.MemoryMean, t);                 // line 15
    }

    /// <summary>Agents, lines 4 to 9: H local steps from thetabar, and the change they made.</summary>
    private Tensor LocalSteps(AgentBlock<Agents> agents, int t)
    {
        (Tensor theta, Tensor thetabar, Tensor mbar) = (agents.Theta, agents.Received[Theta], agents.Received[MemoryMean]);
        Tensor m = agents.State.Memory;
        double eta = federation.LocalStepSize.At(t);
        agents.ObserveCorrections(m, mbar);
        agents.Optimizer.Share(mbar, agents.Active);
        theta.copy_(thetabar);                                              // line 4
        if (options.Memory == MemoryKind.Resample)
            agents.Keep(m, agents.Gradient(theta, sameRows: true, new BatchKey(t, StreamKey.ResampledBatch, Active: agents.Active)));
        foreach (LocalStep step in agents.Steps(federation.LocalSteps))     // line 5
        {
            if (step.Index == 0 && options.Memory == MemoryKind.Reuse)
            {
                FirstStep(agents, step, t, eta);                            // Eq. (6), where ghat_i = m_i
            }
            else
            {
                agents.Advance(                                             // lines 6 and 7, Eq. (6)
                    step, t, eta, m, mbar, guarded: options.Correction == CorrectionKind.Guarded, localSteps: federation.LocalSteps);
            }
            agents.ObserveDrift(thetabar, step);
        }
        return theta - thetabar;                                            // line 9
    }

    /// <summary>The step that shares its batch with the memory: ghat_i - m_i + mbar is mbar, but for a learner's later updates.</summary>
    private static void FirstStep(AgentBlock<Agents> agents, LocalStep step, int t, double eta)
    {
        (Tensor theta, Tensor mbar) = (agents.Theta, agents.Received[MemoryMean]);
        if (agents.Learns) agents.Advance(step, t, eta, agents.State.Memory, mbar, again: true);
        else if (agents.Optimizer.Settings.IsPlain) theta.sub_(mbar.Times(eta));
        else agents.Descend(mbar.unsqueeze(0).expand_as(theta).clone(), eta, step);
    }

    /// <summary>Agents, line 13: the gradient at thetabar, kept and sent.</summary>
    private Tensor SendMemory(AgentBlock<Agents> agents, int t) =>
        agents.Keep(agents.State.Memory, federation.Messages.AsSent(MemoryGradient(agents, t)));

    /// <summary>The same where some agents are absent: what is sent is by how much the memory changed.</summary>
    private Tensor SendMemoryChange(AgentBlock<Agents> agents, int t)
    {
        Tensor m = agents.State.Memory, gradient = MemoryGradient(agents, t);
        Tensor change = federation.Messages.AsSent(gradient - m);
        agents.Keep(m, federation.Messages.IsHalf ? m.Plus(change) : gradient);
        return change;
    }

    private Tensor MemoryGradient(AgentBlock<Agents> agents, int t)
    {
        agents.Theta.copy_(agents.Received[Theta]);
        bool isReused = options.Memory == MemoryKind.Reuse;
        return agents.Gradient(
            agents.Theta, sameRows: true, new BatchKey(t, isReused ? 0 : StreamKey.MemoryBatch, Observe: isReused, agents.Active));
    }
}
