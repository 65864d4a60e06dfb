using FedPG.Federation.Rows;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Agents;

/// <summary>What kind of thing blocks are asked for.</summary>
internal enum AgentCallKind
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
/// One thing that the server asks of agents. A round of an algorithm is a list of them, the same whatever the server's numbers are, so the
/// place in the list says what is to be run to everyone who knows the algorithm. Immutable.
/// </summary>
internal sealed class AgentCall
{
    private readonly Func<AgentBlock, Tensor?, Tensor?> _run;

    private AgentCall(
        AgentCallKind kind, string name, int round, bool everyone, Delegate function, Func<AgentBlock, Tensor?, Tensor?> run,
        int? entries = null) =>
        (Kind, Name, Round, IsForEveryone, Function, _run, Entries) = (kind, name, round, everyone, function, run, entries);

    /// <summary>What is asked for.</summary>
    public AgentCallKind Kind { get; }

    /// <summary>The name of the message; empty where there is none.</summary>
    public string Name { get; }

    /// <summary>The round that random numbers and the cohort belong to.</summary>
    public int Round { get; }

    /// <summary>Whether all agents are asked, rather than those of the round.</summary>
    public bool IsForEveryone { get; }

    /// <summary>k where only k entries of a row are sent; null where all are.</summary>
    public int? Entries { get; }

    /// <summary>The function of the algorithm that runs on blocks.</summary>
    public Delegate Function { get; }

    /// <summary><see cref="IAgents{TState}.Mean"/> and <see cref="IAgents{TState}.MeanAndShare"/>.</summary>
    public static AgentCall Sum<TState>(string name, Func<AgentBlock<TState>, int, Tensor> send, int round, int? entries = null)
        where TState : class
    {
        ArgumentNullException.ThrowIfNull(send);
        return new(AgentCallKind.Sum, name, round, everyone: false, send, (block, _) => send(Typed<TState>(block), round), entries);
    }

    /// <summary>A sum of rows that need no state of the algorithm, for measurements.</summary>
    public static AgentCall Sum(string name, Func<AgentBlock, int, Tensor> send, int round)
    {
        ArgumentNullException.ThrowIfNull(send);
        return new(AgentCallKind.Sum, name, round, everyone: false, send, (block, _) => send(block, round));
    }

    /// <summary>Work that needs no state of the algorithm, for measurements.</summary>
    public static AgentCall Work(Action<AgentBlock, int> work, int round)
    {
        ArgumentNullException.ThrowIfNull(work);
        return new(AgentCallKind.Work, "", round, everyone: false, work, (block, _) =>
        {
            work(block, round);
            return null;
        });
    }

    /// <summary><see cref="IAgents{TState}.Run"/>.</summary>
    public static AgentCall Work<TState>(Action<AgentBlock<TState>, int> work, int round)
        where TState : class
    {
        ArgumentNullException.ThrowIfNull(work);
        return new(AgentCallKind.Work, "", round, everyone: false, work, (block, _) =>
        {
            work(Typed<TState>(block), round);
            return null;
        });
    }

    /// <summary>The first half of <see cref="IAgents{TState}.Gossip"/>.</summary>
    public static AgentCall Send<TState>(string name, Func<AgentBlock<TState>, int, Tensor> send, int round)
        where TState : class
    {
        ArgumentNullException.ThrowIfNull(send);
        return new(AgentCallKind.Rows, name, round, everyone: true, send, (block, _) => send(Typed<TState>(block), round));
    }

    /// <summary>The second half of <see cref="IAgents{TState}.Gossip"/>.</summary>
    public static AgentCall Take<TState>(string name, Action<AgentBlock<TState>, Tensor> receive, int round)
        where TState : class
    {
        ArgumentNullException.ThrowIfNull(receive);
        return new(AgentCallKind.Take, name, round, everyone: true, receive, (block, rows) =>
        {
            receive(Typed<TState>(block), rows ?? throw new ArgumentNullException(nameof(rows)));
            return null;
        });
    }

    /// <summary><see cref="IAgents{TState}.Inspect"/>.</summary>
    public static AgentCall Inspect<TState>(Func<AgentBlock<TState>, Tensor> rows, int round)
        where TState : class
    {
        ArgumentNullException.ThrowIfNull(rows);
        return new(AgentCallKind.Rows, "", round, everyone: true, rows, (block, _) => rows(Typed<TState>(block)));
    }

    /// <summary>Runs on one block, which is told who of it takes part. Opens a dispose scope of its own.</summary>
    /// <param name="block">The block.</param>
    /// <param name="participation">Who takes part in which round.</param>
    /// <param name="rows">What the block takes, [n, d]; null for calls that hand nothing over.</param>
    /// <returns>Null where nobody of the block takes part.</returns>
    public BlockAnswer? Execute(AgentBlock block, RoundParticipation participation, Tensor? rows = null)
    {
        ArgumentNullException.ThrowIfNull(participation);
        using IDisposable scope = NewDisposeScope();
        using var noGrad = no_grad();
        Cohort cohort = participation.CohortOf(IsForEveryone ? null : Round);
        if (!participation.Enter(block, cohort, Round)) return null;
        Tensor? computed = _run(block, rows);
        return Kind switch
        {
            AgentCallKind.Sum => SumOf(block, computed!, cohort),
            AgentCallKind.Rows => RowsOf(block, computed!),
            _ => new BlockAnswer(null, null, null),
        };
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Kind}{(Name.Length > 0 ? $" \"{Name}\"" : "")} of round {Round}";

    /// <summary>The blocks of an algorithm are those that it made itself, so their state is of the type that it names.</summary>
    private static AgentBlock<TState> Typed<TState>(AgentBlock block)
        where TState : class => (AgentBlock<TState>)block;

    private BlockAnswer RowsOf(AgentBlock block, Tensor computed)
    {
        Tensor all = Name.Length > 0 ? block.Messages.AsSent(computed) : computed;
        return new BlockAnswer(all.clone().DetachFromDisposeScope(), null, DivergedOf(block, all, all, computed));
    }

    private BlockAnswer SumOf(AgentBlock block, Tensor sent, Cohort cohort)
    {
        Tensor computed = AgentBlock.Masked(sent, block.Active);
        if (block.Touched is { } touched) computed = computed * touched;
        Tensor rows = block.Messages.AsSent(computed);
        Tensor sum = RowSums.Tree(rows);
        Tensor? weighted = cohort.IsPlainMean ? null : RowSums.Tree(rows.mul(Weights(cohort, block, rows))).clone()
            .DetachFromDisposeScope();
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
internal sealed record BlockAnswer(Tensor? Value, Tensor? Weighted, Divergence? Divergence);

/// <summary>An agent whose numbers stopped being finite.</summary>
/// <param name="Agent">Its index.</param>
/// <param name="Error">Why, where that is known.</param>
internal sealed record Divergence(int Agent, string? Error);
