using FedPG.Cluster.Wire;
using FedPG.Federation.Agents;
using FedPG.Federation.Evaluation;
using FedPG.Federation.Execution;
using TorchSharp;
using static TorchSharp.torch;

namespace FedPG.Cluster.Server;

/// <summary>
/// Agents that are pinned to sites: nothing of them can be anywhere else. What they keep from round to round is put by at the site, their
/// objective is what they say it is, and everything that crosses is in the ledger, what is seen of them for the logs included.
/// </summary>
internal sealed class SiteAgents : ClusterAgents, IOwnObjectives
{
    /// <summary>The numbers of <see cref="ObservationData"/> for one agent beside its metrics, and the seconds its worker took.</summary>
    private const int ObservedNumbers = 6;

    /// <summary>The numbers of a metric of one agent.</summary>
    private const int MetricNumbers = 2;

    private readonly Sites _sites;
    private bool _begun, _goesOn;

    public SiteAgents(AgentsSetup setup, Sites sites, int cardBytes, ServerState server, RetryingBlockClient client)
        : base(setup, 1, sites.OfAgent, server, client)
    {
        _sites = sites;
        if (cardBytes > 0) Ledger.Add(new ExchangeEntry(ExchangeDirection.Up, "environment_card", "text", cardBytes, [0]));
    }

    /// <inheritdoc/>
    public override void BeginRound(int round)
    {
        if (_goesOn)
        {
            foreach (RemoteBlock block in Blocks) block.Reset(new BlockSnapshot(null, [.. ReceivedVectors], 0, 0, [], OwnRound: round));
        }
        (_begun, _goesOn) = (true, false);
        base.BeginRound(round);
    }

    /// <inheritdoc/>
    public override AgentStates States()
    {
        // Before the first round there is nothing that a site would not know.
        if (_begun) Keep(Blocks, Program + 1, isLasting: true);
        return new AgentStates([], ReceivedTensors());
    }

    /// <inheritdoc/>
    public override void Restore(AgentStates states)
    {
        ArgumentNullException.ThrowIfNull(states);
        foreach ((string name, Tensor vector) in states.Received) Remember(TensorData.Of(name, vector, Messages));
        _goesOn = true;
    }

    /// <inheritdoc/>
    public IReadOnlyList<(double Objective, double? Error)?> Objectives(Tensor theta, double? temperature)
    {
        using DisposeScope scope = NewDisposeScope();
        TensorData sent = TensorData.Of("evaluate", theta);
        var entry = new BlockEntry(EntryKind.Evaluate, sent, Temperature: temperature);
        foreach (RemoteBlock block in Blocks) block.Add(entry);
        BlockReply?[] replies = Deliver(Blocks, wantsState: false);
        int[] asked = Answering(replies);
        Ledger.Add(new ExchangeEntry(ExchangeDirection.Down, "evaluate",
            sent.Shape[0].ToString(System.Globalization.CultureInfo.InvariantCulture), sent.Size, asked));
        Ledger.Add(new ExchangeEntry(ExchangeDirection.Up, "objective", "2", 2 * sizeof(double), asked));
        return [.. replies.Select(r => r?.Objective is { } objective ? (objective, r.ObjectiveError) : ((double, double?)?)null)];
    }

    /// <inheritdoc/>
    protected override void Spread() => LetGo();

    /// <inheritdoc/>
    protected override void BackUp(IReadOnlyList<RemoteBlock> blocks, int round) => Keep(blocks, round, isLasting: false);

    private void Keep(IReadOnlyList<RemoteBlock> blocks, int round, bool isLasting)
    {
        RemoteBlock?[] keeping = [.. blocks.Select(b => b.KeepsState ? b : null)];
        var entry = new BlockEntry(EntryKind.Keep, Round: round, IsLasting: isLasting);
        foreach (RemoteBlock block in keeping.OfType<RemoteBlock>()) block.Add(entry);
        BlockReply?[] replies = Deliver(keeping, wantsState: false);
        for (int k = 0; k < blocks.Count; k++)
        {
            // A site that is missing keeps nothing now; what has happened to it is kept here.
            if (keeping[k] is not null && replies[k] is null) continue;
            ObservationData seen = blocks[k].Observations;
            blocks[k].Keep(new BlockSnapshot(keeping[k] is null ? [] : null, [.. ReceivedVectors], seen.EnvSteps, seen.Trajectories,
                seen.AgentRollouts, keeping[k] is null ? null : round));
        }
    }

    /// <inheritdoc/>
    protected override BlockReply?[] Deliver(IReadOnlyList<RemoteBlock?> blocks, bool wantsState)
    {
        BlockReply?[] replies = base.Deliver(blocks, wantsState);
        foreach (IGrouping<int, (int Agent, int Numbers)> group in Observed(replies, blocks).GroupBy(seen => seen.Numbers))
        {
            string shape = group.Key.ToString(System.Globalization.CultureInfo.InvariantCulture);
            int[] agents = [.. group.Select(seen => seen.Agent)];
            Ledger.Add(new ExchangeEntry(ExchangeDirection.Up, "observations", shape, group.Key * sizeof(double), agents));
        }
        return replies;
    }

    /// <inheritdoc/>
    protected override async Task<BlockReply?> DeliverAsync(RemoteBlock block, bool wantsState)
    {
        try
        {
            return await base.DeliverAsync(block, wantsState).ConfigureAwait(false);
        }
        catch (SiteMissingException) when (_sites.Missing == MissingSite.Skip)
        {
            block.Withdraw();
            return null;
        }
        catch (SiteMissingException e)
        {
            throw e.ToFailure();
        }
    }

    /// <inheritdoc/>
    protected override Cohort Present(Cohort cohort, IReadOnlyList<BlockAnswer?> answers)
    {
        int[] there = [.. cohort.Members.Where(agent => answers[agent] is not null)];
        if (there.Length == cohort.Members.Count) return cohort;
        return there.Length > 0 ? Cohort.Of(Count, there) : throw new AgentFailureException("every site is missing");
    }

    /// <summary>The agents whose sites said what is seen of them, and the numbers they sent for it.</summary>
    private static IEnumerable<(int Agent, int Numbers)> Observed(BlockReply?[] replies, IReadOnlyList<RemoteBlock?> blocks)
    {
        for (int k = 0; k < replies.Length; k++)
        {
            if (replies[k]?.Observations is { } seen)
                yield return (blocks[k]?.Range.First ?? k, ObservedNumbers + (MetricNumbers * seen.Metrics.Length));
        }
    }

    private static int[] Answering(BlockReply?[] replies, IReadOnlyList<RemoteBlock?>? blocks = null) =>
        [.. replies.Select((reply, k) => reply?.Observations is null ? -1 : blocks?[k]?.Range.First ?? k).Where(agent => agent >= 0)];
}
