using FedPG.Core.Streams;
using FedPG.Policies.Episodic;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FedPG.Policies.Tabular;

/// <summary>
/// Runs a module that knows nothing of rows as a policy over listed states: the module maps observations [S, m] to logits [S, A], and the
/// adapter keeps one copy of it for each agent of the block. It costs one forward pass an agent; write a <see cref="TabularPolicy"/> of
/// your own where that matters.
/// <see cref="ModuleSoftmax"/> is the same where states are not listed.
/// </summary>
internal sealed class ModulePolicy : TabularPolicy
{
    private readonly ModuleCopies _copies;
    private readonly Tensor _observations;

    /// <summary>Creates the adapter.</summary>
    /// <param name="kind">A name for logs.</param>
    /// <param name="create">
    /// Makes the module; every call must give the same parameters in the same order. theta_0 are those it has when torch's generator is
    /// seeded from the experiment's seed.
    /// </param>
    /// <param name="observations">What the module sees of each state, [S, m].</param>
    /// <param name="actions">A, the number of logits.</param>
    /// <param name="format">The type and place of rows and probabilities; the module is brought to it.</param>
    /// <exception cref="FedPG.Core.Options.InvalidInputException">The module does not give [S, A].</exception>
    public ModulePolicy(string kind, Func<Module<Tensor, Tensor>> create, double[,] observations, int actions, TensorFormat format)
        : this(kind, new ModuleCopies(kind, create, observations.GetLength(1), actions, format), observations, actions, format) { }

    private ModulePolicy(string kind, ModuleCopies copies, double[,] observations, int actions, TensorFormat format)
        : base(kind, observations.GetLength(0), actions, format, new ParameterLayout(copies.Parameters, isPersonal: copies.IsPersonal))
    {
        (_copies, _observations) = (copies, format.Constant(observations));
        register_buffer("observations", _observations);
    }

    /// <inheritdoc/>
    public override double[] InitialParameters(StreamKey key)
    {
        double[] theta = new double[Layout.Length];
        _copies.WriteInitial(key, Layout, theta);
        return theta;
    }

    /// <inheritdoc/>
    public override PolicyEvaluation Evaluate(Tensor rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        IReadOnlyList<ModuleCopy> copies = _copies.Load([.. Split(rows.detach())]);
        using var recording = enable_grad();
        Tensor logits = stack(copies.Select(copy => copy.Module.call(_observations)));
        return new PolicyEvaluation(this, functional.log_softmax(logits, -1), k => stack(copies.Select(copy => copy.Gradient(k))));
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor rows) => Evaluate(rows).Output;

    /// <inheritdoc/>
    protected override Tensor LogProbabilities(IReadOnlyList<Tensor> parameters) =>
        throw new NotSupportedException("a module that knows nothing of rows is differentiated through Evaluate");

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _copies.Dispose();
        base.Dispose(disposing);
    }
}
