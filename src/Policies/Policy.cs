using FedPG.Core.Streams;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Policies;

/// <summary>
/// A policy evaluated for many agents at once: an agent's parameters are a row of Theta [n, d]. The module holds no parameters of its own
/// (features are buffers): the rows belong to the agents. Rows are independent of each other, so a result has the same bits whatever block
/// of rows it was computed in. A tabular policy gives log pi of all states at once, a <see cref="StateActionPolicy"/> that of pairs of
/// observation and action. Where a policy is told of the agent (<see cref="Contexts"/>), it has to know whose rows it evaluates
/// (<see cref="Serve(int, int)"/>). An instance serves one thread.
/// </summary>
public abstract class Policy : nn.Module
{
    private Tensor? _latest;
    private ParameterLeaves? _leaves;
    private RowContexts? _served;

    static Policy()
    {
        ReproducibleProducts.Request();
        NativeHeap.KeepFreedMemory();
    }

    /// <summary>Creates the policy.</summary>
    /// <param name="kind">The kind, as experiment files name it.</param>
    /// <param name="format">The type and place of rows and probabilities.</param>
    /// <param name="layout">What lies where in a row.</param>
    /// <param name="contexts">What it is told of each agent; null (the default) for nothing.</param>
    protected Policy(string kind, TensorFormat format, ParameterLayout layout, AgentContexts? contexts = null)
        : base(kind)
    {
        ArgumentNullException.ThrowIfNull(format);
        if (format.Dtype is not (ScalarType.Float32 or ScalarType.Float64))
            throw new ArgumentException($"{format.Dtype} is neither Float32 nor Float64", nameof(format));
        (Format, Layout, Contexts) = (format, layout, contexts);
    }

    /// <summary>The type and place of rows and probabilities.</summary>
    public TensorFormat Format { get; }

    /// <summary>How the d parameters of an agent are laid out.</summary>
    public ParameterLayout Layout { get; }

    /// <summary>What it is told of each agent, z_i; null where one theta is the same policy for all agents.</summary>
    public AgentContexts? Contexts { get; }

    /// <summary>
    /// The agents whose rows are evaluated, as <see cref="Serve(IReadOnlyList{int})"/> was told; null where it is told of no contexts.
    /// </summary>
    public IReadOnlyList<int>? Served => Contexts is null ? null : ServedNow.Agents;

    private RowContexts ServedNow => _served ??= new RowContexts(Contexts!, [.. Enumerable.Range(0, Contexts!.Agents)], Format);

    /// <summary>
    /// Whether log pi is a differentiable function of any parameters in R^d, so that policy gradients train it and exact derivatives exist.
    /// False for values that a policy only follows from, and for parameters that have to stay in a set (<see cref="Project"/>).
    /// </summary>
    public virtual bool TakesGradients => true;

    /// <summary>Brings rows back to the nearest ones that are parameters of a policy, in place; does nothing where all are.</summary>
    /// <param name="rows">Theta, [n, d] or one row [d], contiguous.</param>
    public virtual void Project(Tensor rows) { }

    /// <summary>
    /// Whether it can act on tasks that it was not trained on, where contexts are tasks; false for parameters that belong to one task each.
    /// </summary>
    public virtual bool ServesOtherTasks => true;

    /// <summary>
    /// How many of the numbers that its first layer takes are the context and the place in its numbers, the last ones; 0 (the default)
    /// where contexts have weights of their own.
    /// </summary>
    internal virtual int ContextInputs => 0;

    /// <summary>Whether the entropy of its actions depends on the parameters, so that an entropy term has a gradient.</summary>
    public virtual bool HasVariableEntropy => true;

    /// <summary>The first parameters theta_0, [d].</summary>
    /// <param name="key">The stream that random ones are drawn from.</param>
    public virtual double[] InitialParameters(StreamKey key) => new double[Layout.Length];

    /// <summary>
    /// An agent's first personal parameters, [dp]. By default the personal ones of theta_0, the same for all agents; an embedding, which
    /// has to tell agents apart, is drawn from the agent's own stream.
    /// </summary>
    /// <param name="common">theta_0, [d].</param>
    /// <param name="key">The stream of the agent.</param>
    public virtual double[] InitialPersonal(ReadOnlySpan<double> common, StreamKey key) => common[Layout.SharedLength..].ToArray();

    /// <summary>
    /// Which of the shared parameters an agent's policy depends on, [ds]; null (the default) for all of them. One-hot contexts and tables
    /// of their own leave an agent the others' parameters untouched.
    /// </summary>
    /// <param name="agent">i, in [0, N).</param>
    public virtual bool[]? TouchedBy(int agent) => null;

    /// <summary>What is wrong with parameters that a run is to start from, as "must ..."; null when they are fine.</summary>
    /// <param name="theta">theta_0, [d].</param>
    public virtual string? ErrorOfStart(ReadOnlySpan<double> theta) => null;

    /// <summary>
    /// Says whose rows are evaluated from now on: row r is agent first + r. All agents at the start. Does nothing for a policy without
    /// contexts, whose rows may be anybody's.
    /// </summary>
    /// <param name="first">The first agent.</param>
    /// <param name="count">The number of rows, 1 or more.</param>
    /// <exception cref="ArgumentException">The policy has no such agents.</exception>
    public void Serve(int first, int count)
    {
        if (Contexts is not null) Serve([.. Enumerable.Range(first, count)]);
    }

    /// <summary>Says whose rows are evaluated from now on: row r is agents[r]. An agent may stand there several times.</summary>
    /// <param name="agents">The agent of each row, at least one.</param>
    /// <exception cref="ArgumentException">The policy has no such agents.</exception>
    public void Serve(IReadOnlyList<int> agents)
    {
        ArgumentNullException.ThrowIfNull(agents);
        if (Contexts is null || _served?.Are(agents) == true) return;
        var served = new RowContexts(Contexts, agents, Format);
        _served?.Dispose();
        _served = served;
        OnServe(agents);
    }

    /// <summary>Tells policies that this one is made of whose rows are evaluated.</summary>
    /// <param name="agents">The agent of each row.</param>
    private protected virtual void OnServe(IReadOnlyList<int> agents) { }

    /// <summary>
    /// Agents whose contexts are equal: one theta is one policy for all of a group. Groups stand in the order of their first agents.
    /// Without contexts all agents are one group.
    /// </summary>
    /// <param name="first">The first agent.</param>
    /// <param name="count">The number of agents.</param>
    public IReadOnlyList<int[]> AgentGroups(int first, int count)
    {
        IEnumerable<int> agents = Enumerable.Range(first, count);
        return Contexts is null ? [[.. agents]] : [.. agents.GroupBy(Contexts.DistinctOf).Select(group => group.ToArray())];
    }

    /// <summary>The contexts z_i of rows, [n, 1, k], for a policy that has some; a row that is alone has a twin, [2, 1, k].</summary>
    /// <param name="rows">The rows that are evaluated, n or, for one that is alone, 2.</param>
    /// <exception cref="ArgumentException">As many rows are not served.</exception>
    protected Tensor ContextsOf(long rows) => ServedFor(rows).Values;

    /// <summary>Which of the different contexts each row has, [n, 1, 1].</summary>
    private protected Tensor DistinctContextsOf(long rows) => ServedFor(rows).Distinct;

    /// <summary>Refuses rows that are not those of the agents served.</summary>
    /// <param name="rows">Theta, [n, d].</param>
    private protected void RequireServed(Tensor rows)
    {
        if (Contexts is not null && rows.shape[0] != ServedNow.Agents.Count) throw NotServed(rows.shape[0]);
    }

    private RowContexts ServedFor(long rows)
    {
        RowContexts served = ServedNow;
        int count = served.Agents.Count;
        return rows == count || (count == 1 && rows == 2) ? served : throw NotServed(rows);
    }

    private ArgumentException NotServed(long rows) =>
        new($"{rows} rows, where {ServedNow.Agents.Count} agents are served; Serve says whose rows are evaluated");

    /// <summary>Evaluates log pi for a block of rows and keeps what its backward pass needs.</summary>
    /// <param name="rows">Theta, [n, d].</param>
    /// <param name="logProbabilities">
    /// log pi [n, ...] from the parameters in layout order, each [n, ...shape]; n may be 2 for a row that is alone.
    /// </param>
    protected PolicyEvaluation Record(Tensor rows, Func<IReadOnlyList<Tensor>, Tensor> logProbabilities)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(logProbabilities);
        return Record(rows, logProbabilities, headOf: null);
    }

    /// <summary>Evaluates what autograd differentiates, and what follows from it outside of autograd.</summary>
    /// <param name="rows">Theta, [n, d].</param>
    /// <param name="graph">The end of the graph from the parameters in layout order, [n, ...].</param>
    /// <param name="headOf">What follows from it; null where it is what is evaluated.</param>
    private protected PolicyEvaluation Record(Tensor rows, Func<IReadOnlyList<Tensor>, Tensor> graph, Func<Tensor, EvaluationHead>? headOf)
    {
        using var recording = enable_grad();
        long n = rows.shape[0];
        if (n > 1 && LeavesOf(rows) is { } kept)
        {
            kept.Clear();
            Tensor whole = graph(kept.Leaves);
            return new PolicyEvaluation(this, whole, headOf?.Invoke(whole), kept);
        }
        Tensor values = Twinned(rows.detach());
        // Every parameter is a leaf of its own that shares the rows' memory: the gradient of a slice of one big leaf would be a padded copy
        // of it all.
        Tensor[] leaves = [.. Split(values).Select(slice => slice.detach().requires_grad_())];
        Tensor end = First(n, graph(leaves));
        return new PolicyEvaluation(this, end, headOf?.Invoke(end), k => First(n, leaves[k].grad ?? zeros_like(leaves[k])));
    }

    /// <summary>
    /// A batched product of one pair of matrices rounds otherwise than one of several (it becomes a matrix-vector product where it can), so
    /// a row that is alone gets a twin: then its bits are those it has in any block.
    /// </summary>
    /// <param name="rows">[n, ...].</param>
    protected static Tensor Twinned(Tensor rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return rows.shape[0] == 1 ? rows.expand([2, .. rows.shape[1..]]).contiguous() : rows;
    }

    /// <summary>Takes the twin away again.</summary>
    protected static Tensor First(long n, Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return tensor.shape[0] == n ? tensor : tensor.narrow(0, 0, n);
    }

    /// <summary>The rows cut into parameters, as views.</summary>
    internal IEnumerable<Tensor> Split(Tensor rows)
    {
        foreach (ParameterSlice slice in Layout.Slices)
            yield return rows.narrow(1, slice.Offset, slice.Length).view([rows.shape[0], .. slice.View]);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _leaves?.Dispose();
            _served?.Dispose();
        }
        base.Dispose(disposing);
    }

    /// <summary>
    /// The leaves of rows that were evaluated last time, too; null for others. A training loop evaluates the same rows object at every
    /// step.
    /// </summary>
    private ParameterLeaves? LeavesOf(Tensor rows)
    {
        if (!ReferenceEquals(rows, _latest))
        {
            _leaves?.Dispose();
            (_latest, _leaves) = (rows, null);
            return null;
        }
        return _leaves ??= new ParameterLeaves(this, rows);
    }
}
