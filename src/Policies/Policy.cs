using FedPG.Envs.Streams;
using static TorchSharp.torch;

namespace FedPG.Policies;

/// <summary>
/// A stochastic policy over listed states, evaluated for many agents at once: rows Theta [n, d] in, log pi(a|s) [n, S, A] out, all rows in
/// the same few operations. The module holds no parameters of its own (features are buffers): the rows belong to the agents. Rows are
/// independent of each other, so a result has the same bits whatever block of rows it was computed in. An instance serves one thread.
/// </summary>
public abstract class Policy : nn.Module<Tensor, Tensor>
{
    /// <summary>Creates the policy.</summary>
    /// <param name="kind">The kind, as experiment files name it.</param>
    /// <param name="states">S.</param>
    /// <param name="actions">A.</param>
    /// <param name="format">The type and place of rows and probabilities.</param>
    /// <param name="layout">What lies where in a row.</param>
    protected Policy(string kind, int states, int actions, TensorFormat format, ParameterLayout layout)
        : base(kind)
    {
        ArgumentNullException.ThrowIfNull(format);
        if (format.Dtype is not (ScalarType.Float32 or ScalarType.Float64)) throw new ArgumentException($"{format.Dtype} is neither Float32 nor Float64", nameof(format));
        (States, Actions, Format, Layout) = (states, actions, format, layout);
    }

    /// <summary>The number of states S.</summary>
    public int States { get; }

    /// <summary>The number of actions A.</summary>
    public int Actions { get; }

    /// <summary>The type and place of rows and probabilities.</summary>
    public TensorFormat Format { get; }

    /// <summary>How the d parameters of an agent are laid out.</summary>
    public ParameterLayout Layout { get; }

    /// <summary>log pi(a|s), [n, S, A], for rows [n, d]; differentiable in the rows.</summary>
    public override Tensor forward(Tensor rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return First(rows.shape[0], LogProbabilities([.. Split(Twinned(rows))]));
    }

    /// <summary>
    /// Evaluates the policy for a block of rows and keeps what its backward pass needs. Call within a dispose scope, in any
    /// gradient mode; the rows must not change before <see cref="PolicyEvaluation.Backward"/> has run.
    /// </summary>
    /// <param name="rows">Theta, [n, d].</param>
    public virtual PolicyEvaluation Evaluate(Tensor rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        using var recording = enable_grad();
        Tensor values = Twinned(rows.detach());
        // Every parameter is a leaf of its own that shares the rows' memory: the gradient of a slice of one big leaf would be a padded copy of it all.
        Tensor[] leaves = [.. Split(values).Select(slice => slice.detach().requires_grad_())];
        long n = rows.shape[0];
        return new PolicyEvaluation(this, First(n, LogProbabilities(leaves)), k => First(n, leaves[k].grad!));
    }

    /// <summary>The first parameters theta_0, [d]; the policy they give is uniform.</summary>
    /// <param name="key">The stream that random ones are drawn from.</param>
    public virtual double[] InitialParameters(StreamKey key) => new double[Layout.Length];

    /// <summary>log pi [n, S, A] from the parameters in layout order, each [n, ...shape].</summary>
    protected abstract Tensor LogProbabilities(IReadOnlyList<Tensor> parameters);

    /// <summary>
    /// A batched product of one pair of matrices rounds otherwise than one of several (it becomes a matrix-vector product where it can), so a
    /// row that is alone gets a twin: then its bits are those it has in any block.
    /// </summary>
    private static Tensor Twinned(Tensor rows) => rows.shape[0] == 1 ? rows.expand(2, -1).contiguous() : rows;

    /// <summary>Takes the twin away again.</summary>
    private static Tensor First(long n, Tensor tensor) => tensor.shape[0] == n ? tensor : tensor.narrow(0, 0, n);

    /// <summary>The rows cut into parameters, as views.</summary>
    internal IEnumerable<Tensor> Split(Tensor rows)
    {
        foreach (ParameterSlice slice in Layout.Slices)
            yield return rows.narrow(1, slice.Offset, slice.Length).view([rows.shape[0], .. slice.Shape]);
    }
}
