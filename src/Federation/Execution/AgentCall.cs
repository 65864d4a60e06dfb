using FedPG.Federation.Agents;
using FedPG.Federation.Rows;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Execution;

/// <summary>What kind of thing blocks are asked for.</summary>
public enum AgentCallKind
{
    /// <summary>The sum of rows that agents send up.</summary>
    Sum,

    /// <summary>Work that they tell nobody about.</summary>
    Work,

    /// <summary>Their rows one by one.</summary>
    Rows,

    /// <summary>To take rows.</summary>
    Take,
}

/// <summary>
/// One thing that the server asks of agents. A round of an algorithm is a list of them, the same whatever the server's numbers are, so the place in the list
/// says what is to be run to everyone who knows the algorithm.
/// </summary>
public sealed class AgentCall
{
    private readonly Uplink? _uplink;
    private readonly Action<AgentBlock, int>? _work;
    private readonly Func<AgentBlock, int, Tensor>? _rows;
    private readonly Action<AgentBlock, Tensor>? _take;

    private AgentCall(
        AgentCallKind kind, string name, int round, bool everyone, Uplink? uplink = null, Action<AgentBlock, int>? work = null,
        Func<AgentBlock, int, Tensor>? rows = null, Action<AgentBlock, Tensor>? take = null) =>
        (Kind, Name, Round, IsForEveryone, _uplink, _work, _rows, _take) = (kind, name, round, everyone, uplink, work, rows, take);

    /// <summary>What is asked for.</summary>
    public AgentCallKind Kind { get; }

    /// <summary>The name of the message; empty where there is none.</summary>
    public string Name { get; }

    /// <summary>The round that random numbers and the cohort belong to.</summary>
    public int Round { get; }

    /// <summary>Whether all agents are asked, rather than those of the round.</summary>
    public bool IsForEveryone { get; }

    /// <summary><see cref="IAgents.Mean"/> and <see cref="IAgents.MeanAndShare"/>.</summary>
    public static AgentCall Sum(Uplink uplink, int round)
    {
        ArgumentNullException.ThrowIfNull(uplink);
        return new(AgentCallKind.Sum, uplink.Name, round, everyone: false, uplink: uplink);
    }

    /// <summary><see cref="IAgents.Run"/>.</summary>
    public static AgentCall Work(Action<AgentBlock, int> work, int round)
    {
        ArgumentNullException.ThrowIfNull(work);
        return new(AgentCallKind.Work, "", round, everyone: false, work: work);
    }

    /// <summary>The first half of <see cref="IAgents.Gossip"/>.</summary>
    public static AgentCall Send(string name, Func<AgentBlock, int, Tensor> send, int round)
    {
        ArgumentNullException.ThrowIfNull(send);
        return new(AgentCallKind.Rows, name, round, everyone: true, rows: send);
    }

    /// <summary>The second half of <see cref="IAgents.Gossip"/>.</summary>
    public static AgentCall Take(string name, Action<AgentBlock, Tensor> receive, int round)
    {
        ArgumentNullException.ThrowIfNull(receive);
        return new(AgentCallKind.Take, name, round, everyone: true, take: receive);
    }

    /// <summary><see cref="IAgents.Inspect"/>.</summary>
    public static AgentCall Inspect(Func<AgentBlock, Tensor> rows, int round)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return new(AgentCallKind.Rows, "", round, everyone: true, rows: (block, _) => rows(block));
    }

    /// <summary>Runs on one block, which is told who of it takes part. Opens a dispose scope of its own.</summary>
    /// <param name="block">The block.</param>
    /// <param name="attendance">Who is there in which round.</param>
    /// <param name="rows">What the block takes, [n, d]; null for calls that hand nothing over.</param>
    /// <returns>Null where nobody of the block takes part.</returns>
    public BlockAnswer? Execute(AgentBlock block, RoundParticipation attendance, Tensor? rows = null)
    {
        ArgumentNullException.ThrowIfNull(attendance);
        using IDisposable scope = NewDisposeScope();
        using var noGrad = no_grad();
        Cohort cohort = attendance.CohortOf(IsForEveryone ? null : Round);
        if (!attendance.Enter(block, cohort, Round)) return null;
        switch (Kind)
        {
            case AgentCallKind.Sum:
                return SumOf(block, cohort);
            case AgentCallKind.Rows:
                Tensor computed = _rows!(block, Round);
                Tensor all = Name.Length > 0 ? block.Messages.AsSent(computed) : computed;
                return new BlockAnswer(all.clone().DetachFromDisposeScope(), null, DivergedOf(block, all, all, computed));
            case AgentCallKind.Take:
                _take!(block, rows ?? throw new ArgumentNullException(nameof(rows)));
                return new BlockAnswer(null, null, null);
            default:
                _work!(block, Round);
                return new BlockAnswer(null, null, null);
        }
    }

    private BlockAnswer SumOf(AgentBlock block, Cohort cohort)
    {
        Tensor computed = AgentBlock.Masked(_uplink!.Run(block, Round), block.Active);
        Tensor rows = block.Messages.AsSent(computed);
        Tensor sum = RowSums.Tree(rows);
        Tensor? weighted = cohort.IsPlainMean ? null : RowSums.Tree(rows.mul(Weights(cohort, block, rows))).clone().DetachFromDisposeScope();
        return new BlockAnswer(sum.clone().DetachFromDisposeScope(), weighted, DivergedOf(block, sum, rows, computed));
    }

    private Divergence? DivergedOf(AgentBlock block, Tensor sum, Tensor rows, Tensor computed)
    {
        if (sum.AllFinite()) return null;
        int row = FirstNonFinite(rows);
        return new Divergence(block.First + row, block.ErrorOf(row) ?? block.Messages.ErrorOf(Name, computed.select(0, row)));
    }

    /// <summary>The first row with a number that is not finite; row 0 when only their sum overflowed.</summary>
    private static int FirstNonFinite(Tensor rows)
    {
        for (int i = 0; i < rows.shape[0]; i++)
        {
            if (!rows.select(0, i).AllFinite()) return i;
        }
        return 0;
    }

    private static Tensor Weights(Cohort cohort, AgentBlock block, Tensor rows)
    {
        double[] weights = [.. Enumerable.Range(block.First, block.Count).Select(cohort.WeightOf)];
        return tensor(weights, dtype: rows.dtype, device: rows.device).unsqueeze(1);
    }
}

/// <summary>What a block gives back. The tensors belong to whoever gets it.</summary>
/// <param name="Value">The plain sum of the rows, [d], or the rows, [n, d]; null where nothing was asked for.</param>
/// <param name="Weighted">The weighted sum, [d], where a mean is not the plain one; else null.</param>
/// <param name="Divergence">The first agent whose numbers are not finite; null where all are.</param>
public sealed record BlockAnswer(Tensor? Value, Tensor? Weighted, Divergence? Divergence);

/// <summary>An agent whose numbers stopped being finite.</summary>
/// <param name="Agent">Its index.</param>
/// <param name="Error">Why, where that is known.</param>
public sealed record Divergence(int Agent, string? Error);
