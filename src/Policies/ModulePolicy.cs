using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FedPG.Policies;

/// <summary>
/// Runs a module that knows nothing of rows as a policy: the module maps observations [S, m] to logits [S, A], and the adapter keeps one
/// copy of it for each agent of the block. It costs one forward pass an agent; write a <see cref="FinitePolicy"/> of your own where that matters.
/// </summary>
public sealed class ModulePolicy : FinitePolicy
{
    private readonly Func<Module<Tensor, Tensor>> _create;
    private readonly Tensor _observations;
    private readonly double[] _initial;
    private readonly List<(Module<Tensor, Tensor> Module, Tensor[] Parameters)> _copies = [];

    /// <summary>Creates the adapter.</summary>
    /// <param name="kind">A name for logs.</param>
    /// <param name="create">Makes the module; every call must give the same parameters in the same order. The first one's values are theta_0.</param>
    /// <param name="observations">What the module sees of each state, [S, m].</param>
    /// <param name="actions">A, the number of logits.</param>
    /// <param name="format">The type and place of rows and probabilities; the module is brought to it.</param>
    public ModulePolicy(string kind, Func<Module<Tensor, Tensor>> create, double[,] observations, int actions, TensorFormat format)
        : this(kind, create, observations, actions, format, Prototype(create)) { }

    private ModulePolicy(
        string kind, Func<Module<Tensor, Tensor>> create, double[,] observations, int actions, TensorFormat format, (ParameterLayout Layout, double[] Initial) prototype)
        : base(kind, observations.GetLength(0), actions, format, prototype.Layout)
    {
        (_create, _initial) = (create, prototype.Initial);
        _observations = format.Constant(observations);
        register_buffer("observations", _observations);
    }

    /// <inheritdoc/>
    public override double[] InitialParameters(Envs.Streams.StreamKey key) => [.. _initial];

    /// <inheritdoc/>
    public override PolicyEvaluation Evaluate(Tensor rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        int n = (int)rows.shape[0];
        while (_copies.Count < n) _copies.Add(CreateCopy());
        Tensor[] slices = [.. Split(rows.detach())];
        using (no_grad())
        {
            for (int i = 0; i < n; i++)
            {
                for (int k = 0; k < slices.Length; k++)
                {
                    _copies[i].Parameters[k].copy_(slices[k][i]);
                    _copies[i].Parameters[k].grad?.zero_();
                }
            }
        }
        using var recording = enable_grad();
        Tensor logits = stack(_copies.Take(n).Select(copy => copy.Module.call(_observations)));
        Tensor[][] parameters = [.. _copies.Take(n).Select(copy => copy.Parameters)];
        return new PolicyEvaluation(this, functional.log_softmax(logits, -1), k => stack(parameters.Select(copy => copy[k].grad!)));
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor rows) => Evaluate(rows).LogProbabilities;

    /// <inheritdoc/>
    protected override Tensor LogProbabilities(IReadOnlyList<Tensor> parameters) =>
        throw new NotSupportedException("a module that knows nothing of rows is differentiated through Evaluate");

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach ((Module<Tensor, Tensor> module, _) in _copies) module.Dispose();
        }
        base.Dispose(disposing);
    }

    private static (ParameterLayout Layout, double[] Initial) Prototype(Func<Module<Tensor, Tensor>> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        using IDisposable scope = NewDisposeScope();
        using Module<Tensor, Tensor> module = create();
        var layout = new ParameterLayout(module.named_parameters().Select(p => (p.name, p.parameter.shape)));
        double[] initial = [.. module.parameters().SelectMany(p => p.to(ScalarType.Float64).data<double>().ToArray())];
        return (layout, initial);
    }

    private (Module<Tensor, Tensor> Module, Tensor[] Parameters) CreateCopy()
    {
        using IDisposable scope = NewDisposeScope();
        Module<Tensor, Tensor> module = _create();
        module.to(Format.Device, Format.Dtype);
        Tensor[] parameters = [.. module.parameters()];
        foreach (Tensor parameter in parameters) parameter.DetachFromDisposeScope();
        return (module, parameters);
    }
}
