using FedPG.Core.Streams;
using FedPG.Policies.Tabular;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Policies;

/// <summary>
/// A policy evaluated for many agents at once: an agent's parameters are a row of Theta [n, d]. The module holds no parameters of its own
/// (features are buffers): the rows belong to the agents. Rows are independent of each other, so a result has the same bits whatever block
/// of rows it was computed in. <see cref="TabularPolicy"/> gives log pi of listed states, <see cref="StateActionPolicy"/> that of the observations and
/// actions met. An instance serves one thread.
/// </summary>
public abstract class Policy : nn.Module
{
    private Tensor? _latest;
    private ParameterLeaves? _leaves;

    static Policy()
    {
        ReproducibleProducts.Request();
        NativeHeap.KeepFreedMemory();
    }

    /// <summary>Creates the policy.</summary>
    /// <param name="kind">The kind, as experiment files name it.</param>
    /// <param name="format">The type and place of rows and probabilities.</param>
    /// <param name="layout">What lies where in a row.</param>
    protected Policy(string kind, TensorFormat format, ParameterLayout layout)
        : base(kind)
    {
        ArgumentNullException.ThrowIfNull(format);
        if (format.Dtype is not (ScalarType.Float32 or ScalarType.Float64)) throw new ArgumentException($"{format.Dtype} is neither Float32 nor Float64", nameof(format));
        (Format, Layout) = (format, layout);
    }

    /// <summary>The type and place of rows and probabilities.</summary>
    public TensorFormat Format { get; }

    /// <summary>How the d parameters of an agent are laid out.</summary>
    public ParameterLayout Layout { get; }

    /// <summary>
    /// Whether log pi is a differentiable function of any parameters in R^d, so that policy gradients train it and exact derivatives exist. False for
    /// values that a policy only follows from, and for parameters that have to stay in a set (<see cref="Project"/>).
    /// </summary>
    public virtual bool TakesGradients => true;

    /// <summary>Brings rows back to the nearest ones that are parameters of a policy, in place; does nothing where all are.</summary>
    /// <param name="rows">Theta, [n, d] or one row [d], contiguous.</param>
    public virtual void Project(Tensor rows) { }

    /// <summary>Whether the entropy of its actions depends on the parameters, so that an entropy term has a gradient.</summary>
    public virtual bool HasVariableEntropy => true;

    /// <summary>The first parameters theta_0, [d].</summary>
    /// <param name="key">The stream that random ones are drawn from.</param>
    public virtual double[] InitialParameters(StreamKey key) => new double[Layout.Length];

    /// <summary>What is wrong with parameters that a run is to start from, as "must ..."; null when they are fine.</summary>
    /// <param name="theta">theta_0, [d].</param>
    public virtual string? ErrorOfStart(ReadOnlySpan<double> theta) => null;

    /// <summary>Evaluates log pi for a block of rows and keeps what its backward pass needs.</summary>
    /// <param name="rows">Theta, [n, d].</param>
    /// <param name="logProbabilities">log pi [n, ...] from the parameters in layout order, each [n, ...shape]; n may be 2 for a row that is alone.</param>
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
        // Every parameter is a leaf of its own that shares the rows' memory: the gradient of a slice of one big leaf would be a padded copy of it all.
        Tensor[] leaves = [.. Split(values).Select(slice => slice.detach().requires_grad_())];
        Tensor end = First(n, graph(leaves));
        return new PolicyEvaluation(this, end, headOf?.Invoke(end), k => First(n, leaves[k].grad ?? zeros_like(leaves[k])));
    }

    /// <summary>
    /// A batched product of one pair of matrices rounds otherwise than one of several (it becomes a matrix-vector product where it can), so a
    /// row that is alone gets a twin: then its bits are those it has in any block.
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
        if (disposing) _leaves?.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>The leaves of rows that were evaluated last time, too; null for others. A training loop evaluates the same rows object at every step.</summary>
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
