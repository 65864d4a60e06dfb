using FedPG.Core.Metrics;
using FedPG.Envs.Returns;
using FedPG.Federation.Agents;
using FedPG.Federation.Algorithms;
using FedPG.Federation.Rows;
using FedPG.Policies.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace FedPG.Federation.Execution;

/// <summary>
/// Agents in blocks, wherever the blocks are: asks them, sums what they answer in one order, and notes
/// what crossed. Derived classes carry calls to blocks.
/// </summary>
internal abstract class BlockwiseAgents : IFederationAgents
{
    private readonly AgentsSetup _setup;
    private readonly MessageFormat _messages;
    private readonly int _elementSize;
    private readonly TouchedColumns? _touched;
    private Tensor? _everyonesCounts;
    private IReadOnlyList<RolloutStatistics> _rolloutsBefore = [];

    /// <summary>For derived classes.</summary>
    /// <param name="setup">What the agents are made from.</param>
    protected BlockwiseAgents(AgentsSetup setup)
    {
        ArgumentNullException.ThrowIfNull(setup);
        _setup = setup;
        Count = setup.Names.Count;
        _messages = setup.Training.Federation.Messages;
        _elementSize = _messages.SizeIn(setup.Format);
        _touched = TouchedColumns.Of(setup.Training, setup.Format);
        Ledger = new ExchangeLedger(Count);
        FederationOptions federation = setup.Training.Federation;
        Participation = new RoundParticipation(Count, federation.Participation, federation.LocalStepCounts, setup.Training.Seed);
    }

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public ExchangeLedger Ledger { get; }

    /// <inheritdoc/>
    public MetricRecorder Metrics { get; } = new(agents: 1);

    /// <summary>Who is there in which round.</summary>
    public RoundParticipation Participation { get; }

    /// <inheritdoc/>
    public bool EveryoneTakesPart => Participation.IsEveryone;

    /// <inheritdoc/>
    public long EnvSteps => Observations.Sum(b => b.EnvSteps);

    /// <inheritdoc/>
    public long Trajectories => Observations.Sum(b => b.Trajectories);

    /// <summary>What is seen of the blocks, in order.</summary>
    protected abstract IReadOnlyList<IBlockObservations> Observations { get; }

    /// <inheritdoc/>
    public void Broadcast(string name, Tensor vector, int? round = null, int? entries = null)
    {
        ArgumentNullException.ThrowIfNull(vector);
        // A block holds one copy for its rows. What counts is who is sent it: an algorithm sends an agent all that it reads in a round.
        using DisposeScope scope = NewDisposeScope();
        Tensor sent = _messages.AsSent(vector);
        if (!sent.AllFinite() && _messages.ErrorOf(name, vector) is { } fault) throw new DivergedException(round ?? 0, "the server", fault);
        Send(name, sent);
        Ledger.Add(Entry(ExchangeDirection.Down, name, vector.shape, entries, Participation.CohortOf(round)));
    }

    /// <inheritdoc/>
    public void Show(string name, Tensor vector)
    {
        ArgumentNullException.ThrowIfNull(vector);
        SendShown(name, vector);
    }

    /// <inheritdoc/>
    public (Tensor Mean, Tensor Share) MeanAndShare(AgentCall call)
    {
        ArgumentNullException.ThrowIfNull(call);
        Cohort cohort = Participation.CohortOf(call.Round);
        IReadOnlyList<BlockAnswer?> answers = Ask(call);
        Cohort present = Present(cohort, answers);
        using DisposeScope outer = NewDisposeScope();
        Tensor total = Total([.. answers.Select(a => a?.Value)]);
        Ledger.Add(Entry(ExchangeDirection.Up, call.Name, total.shape, call.Entries, present));
        Tensor? weightedTotal = cohort.IsPlainMean ? null : Total([.. answers.Select(a => a?.Weighted)]);
        ThrowIfDiverged(answers, call.Round);
        if (_touched is not null) return OverTouched(_touched, total, weightedTotal, cohort, present);
        Tensor mean = (weightedTotal ?? total.Over(Math.Max(1, present.Members.Count))).MoveToOuterDisposeScope();
        return (mean, present.IsEveryone ? mean : total.Over(Count).MoveToOuterDisposeScope());
    }

    /// <summary>The same of sums to which agents gave zeros where they touch nothing: over those that touch a parameter.</summary>
    private (Tensor Mean, Tensor Share) OverTouched(
        TouchedColumns touched, Tensor total, Tensor? weightedTotal, Cohort cohort, Cohort present)
    {
        Tensor everyones = _everyonesCounts ??= touched.CountsOf(Participation.Everyone, weighted: false).DetachFromDisposeScope();
        Tensor mean = weightedTotal is not null
            ? weightedTotal / touched.CountsOf(cohort, weighted: true)
            : total / (present.IsEveryone ? everyones : touched.CountsOf(present, weighted: false));
        mean.MoveToOuterDisposeScope();
        return (mean, present.IsEveryone && weightedTotal is null ? mean : (total / everyones).MoveToOuterDisposeScope());
    }

    /// <inheritdoc/>
    public void Run(AgentCall call) => Ask(call);

    /// <inheritdoc/>
    public void Gossip(AgentCall send, AgentCall take, MixingGraph graph)
    {
        ArgumentNullException.ThrowIfNull(send);
        ArgumentNullException.ThrowIfNull(graph);
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = Rows(send);
        Ask(take, graph.Mix(rows));
        Charge(ExchangeDirection.Up, graph.ReceiversOf);
        Charge(ExchangeDirection.Down, graph.SendersTo);

        void Charge(ExchangeDirection direction, Func<int, int> messagesOf)
        {
            foreach (IGrouping<int, int> group in Enumerable.Range(0, Count).GroupBy(messagesOf).Where(g => g.Key > 0)
                .OrderBy(g => g.First()))
                Ledger.Add(Entry(direction, send.Name, [group.Key, .. rows.shape[1..]], null, Cohort.Of(Count, group)));
        }
    }

    /// <inheritdoc/>
    public Tensor Inspect(AgentCall call)
    {
        ArgumentNullException.ThrowIfNull(call);
        using DisposeScope scope = NewDisposeScope();
        return RowSums.Tree(Rows(call)).Over(Count).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public RoundMetrics TakeMetrics()
    {
        var metrics = RoundMetrics.Merge([.. Observations.Select(block => (block.Count, block.Recorded))], Metrics);
        Metrics.Reset();
        ResetObservations();
        return metrics;
    }

    /// <inheritdoc/>
    public RolloutStatistics Rollouts()
    {
        (long steps, double rewards, long episodes) = (0, 0, 0);
        foreach (RolloutStatistics rollout in LatestRollouts())
        {
            steps += rollout.EnvSteps;
            rewards += rollout.RewardSum;
            episodes += rollout.Episodes;
        }
        return new RolloutStatistics(steps, rewards, episodes);
    }

    /// <summary>
    /// What each agent's latest observed batch showed, [N]. Of agents that have sat all rounds out since a stop it is what was known then.
    /// </summary>
    internal IReadOnlyList<RolloutStatistics> LatestRollouts()
    {
        var latest = new RolloutStatistics[Count];
        int agent = 0;
        foreach (IBlockObservations block in Observations)
        {
            IReadOnlyList<RolloutStatistics> rows = block.Rollouts;
            for (int row = 0; row < block.Count && agent < Count; row++, agent++)
            {
                RolloutStatistics seen = row < rows.Count ? rows[row] : default;
                latest[agent] = seen == default && !EveryoneTakesPart && agent < _rolloutsBefore.Count ? _rolloutsBefore[agent] : seen;
            }
        }
        return latest;
    }

    /// <summary>Takes up what agents showed before a stop.</summary>
    /// <param name="rollouts">What their latest observed batches showed, [N].</param>
    internal void RestoreRollouts(IReadOnlyList<RolloutStatistics> rollouts) => _rolloutsBefore = rollouts;

    /// <summary>Has all blocks forget what they recorded.</summary>
    protected abstract void ResetObservations();

    /// <inheritdoc/>
    public abstract void BeginRound(int round);

    /// <inheritdoc/>
    public abstract AgentStates States();

    /// <inheritdoc/>
    public abstract void Restore(AgentStates states);

    /// <inheritdoc/>
    public void Dispose()
    {
        _everyonesCounts?.Dispose();
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Lets the blocks go.</summary>
    protected abstract void Dispose(bool disposing);

    /// <summary>Carries what the server sends to all blocks.</summary>
    protected abstract void Send(string name, Tensor vector);

    /// <summary>Carries what blocks may look at to all of them.</summary>
    protected abstract void SendShown(string name, Tensor vector);

    /// <summary>Has all blocks run a call, and returns when all have.</summary>
    /// <param name="asked">The call.</param>
    /// <param name="rows">What they take, [N, d], a part of it each; null for calls that hand nothing over.</param>
    /// <returns>What each block gave back, in order; null for blocks without agents of the round.</returns>
    protected abstract IReadOnlyList<BlockAnswer?> Ask(AgentCall asked, Tensor? rows = null);

    /// <summary>Of the agents that were asked, those that answered; here all of them.</summary>
    /// <param name="cohort">Who was asked.</param>
    /// <param name="answers">What each block gave back.</param>
    protected virtual Cohort Present(Cohort cohort, IReadOnlyList<BlockAnswer?> answers) => cohort;

    /// <summary>The rows of all agents, [N, d], in the caller's dispose scope.</summary>
    private Tensor Rows(AgentCall call)
    {
        IReadOnlyList<BlockAnswer?> answers = Ask(call);
        if (answers.Any(a => a is null)) throw new AgentFailureException($"\"{call.Name}\" needs all agents, and some are missing");
        Tensor all = cat([.. answers.Select(a => a!.Value!)]);
        foreach (BlockAnswer? answer in answers) answer!.Value!.Dispose();
        ThrowIfDiverged(answers, call.Round);
        return all;
    }

    private void ThrowIfDiverged(IReadOnlyList<BlockAnswer?> answers, int round)
    {
        if (answers.FirstOrDefault(a => a?.Divergence is not null)?.Divergence is { } first)
            throw new DivergedException(round, $"agent {_setup.Names[first.Agent]}", first.Error);
    }

    /// <summary>
    /// The sum over blocks, [d]; a block without agents of the round counts as zeros, so that the tree of sums keeps its shape.
    /// </summary>
    private Tensor Total(Tensor?[] sums)
    {
        Tensor? some = sums.FirstOrDefault(s => s is not null);
        if (some is null) return zeros_like(_setup.Theta);
        Tensor none = zeros_like(some);
        Tensor total = RowSums.Tree(stack([.. sums.Select(s => s ?? none)]));
        foreach (Tensor? sum in sums) sum?.Dispose();
        return total;
    }

    private ExchangeEntry Entry(ExchangeDirection direction, string name, long[] shape, int? entries, Cohort cohort)
    {
        long elements = shape.Aggregate(1L, (a, b) => a * b);
        IReadOnlyList<int>? agents = cohort.IsEveryone ? null : cohort.Members;
        return entries is { } k && k < elements
            ? new ExchangeEntry(direction, name, $"{k} of {string.Join('x', shape)}",
                (long)k * (_elementSize + ExchangeEntry.IndexBytes), agents)
            : new ExchangeEntry(direction, name, string.Join('x', shape), elements * _elementSize, agents);
    }
}
