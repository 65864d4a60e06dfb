using FedPG.Envs;
using FedPG.Policies.Heads;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FedPG.Policies.Episodic;

/// <summary>
/// A Gaussian around means that a user's module gives for what is observed, [M, m] to [M, k], with one sigma for each number of an action,
/// learnt through its logarithm or fixed, as in <see cref="GaussianPolicy"/>. A head is mu and log sigma, [2 k].
/// </summary>
internal sealed class ModuleGaussian : ObservationModulePolicy
{
    private readonly double _deviation;
    private readonly bool _learnt;
    private readonly Tensor _constants;

    /// <summary>Creates the policy.</summary>
    /// <param name="kind">The kind, as experiment files name it.</param>
    /// <param name="create">
    /// Makes the module; every call must give the same parameters in the same order. theta_0 are those it has when torch's generator is
    /// seeded from the experiment's seed.
    /// </param>
    /// <param name="encoding">What the module sees of an observation, m numbers.</param>
    /// <param name="actions">The actions, k numbers.</param>
    /// <param name="standardDeviation">The first sigma, above 0.</param>
    /// <param name="learnDeviation">Whether log sigma is a parameter; otherwise sigma stays.</param>
    /// <param name="format">The type and place of rows and probabilities; the module is brought to it.</param>
    /// <exception cref="FedPG.Core.Options.InvalidInputException">The module does not give [M, k].</exception>
    public ModuleGaussian(
        string kind, Func<Module<Tensor, Tensor>> create, ObservationEncoding encoding, Box actions, double standardDeviation,
        bool learnDeviation, TensorFormat format)
        : base(kind, new ModuleCopies(kind, create, encoding.Size, actions.Size, format),
            learnDeviation ? [("log_standard_deviation", [actions.Size])] : [],
            encoding, actions.Size, 2 * actions.Size, format)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(standardDeviation);
        (_deviation, _learnt) = (standardDeviation, learnDeviation);
        _constants = GaussianHeads.Constants(actions.Size, standardDeviation, format);
        register_buffer("constants", _constants);
    }

    /// <summary>Only a learnt sigma changes the entropy.</summary>
    public override bool HasVariableEntropy => _learnt;

    /// <inheritdoc/>
    public override bool HasDivergences => true;

    /// <inheritdoc/>
    public override int MaxSteps => GaussianHeads.MaxSteps(ActionSize);

    /// <inheritdoc/>
    public override double Draw<T>(ReadOnlySpan<T> head, in ActionKey key, Span<double> action) => GaussianHeads.Draw(head, key, action);

    /// <inheritdoc/>
    public override void Mode<T>(ReadOnlySpan<T> head, Span<double> action) => GaussianHeads.Mode(head, action);

    /// <inheritdoc/>
    public override double MeanLog<T>(ReadOnlySpan<T> head) => GaussianHeads.MeanLog(head);

    /// <inheritdoc/>
    private protected override Tensor HeadsOf(Tensor outputs, IReadOnlyList<Tensor> more) =>
        GaussianHeads.Join(outputs, _learnt ? more[0] : null, _constants);

    /// <inheritdoc/>
    private protected override void FillMore(Span<double> more) => more.Fill(Math.Log(_deviation));

    /// <inheritdoc/>
    public override Tensor LogProbabilities(Tensor heads, Tensor actions) => GaussianHeads.LogProbabilities(heads, actions, _constants);

    /// <inheritdoc/>
    public override Tensor Divergences(Tensor reference, Tensor heads) => GaussianHeads.Divergences(reference, heads);
}
