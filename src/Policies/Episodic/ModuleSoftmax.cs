using FedPG.Envs;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FedPG.Policies.Episodic;

/// <summary>A softmax over logits that a user's module gives for what is observed: [M, m] to [M, A]. A head is the logits.</summary>
internal sealed class ModuleSoftmax : ObservationModulePolicy
{
    /// <summary>Creates the policy.</summary>
    /// <param name="kind">The kind, as experiment files name it.</param>
    /// <param name="create">
    /// Makes the module; every call must give the same parameters in the same order. theta_0 are those it has when torch's generator is
    /// seeded from the experiment's seed.
    /// </param>
    /// <param name="encoding">What the module sees of an observation, m numbers.</param>
    /// <param name="actions">The actions, A.</param>
    /// <param name="format">The type and place of rows and probabilities; the module is brought to it.</param>
    /// <exception cref="FedPG.Core.Options.InvalidInputException">The module does not give [M, A].</exception>
    public ModuleSoftmax(
        string kind, Func<Module<Tensor, Tensor>> create, ObservationEncoding encoding, Discrete actions, TensorFormat format)
        : base(kind, new ModuleCopies(kind, create, encoding.Size, actions.Count, format), [], encoding, actionSize: 1, actions.Count,
            format) { }

    /// <inheritdoc/>
    public override bool HasDivergences => true;

    /// <inheritdoc/>
    public override int MaxSteps => SoftmaxHeads.MaxSteps;

    /// <inheritdoc/>
    public override double Draw<T>(ReadOnlySpan<T> head, in ActionKey key, Span<double> action) => SoftmaxHeads.Draw(head, key, action);

    /// <inheritdoc/>
    public override void Mode<T>(ReadOnlySpan<T> head, Span<double> action) => SoftmaxHeads.Mode(head, action);

    /// <inheritdoc/>
    public override double MeanLog<T>(ReadOnlySpan<T> head) => SoftmaxHeads.MeanLog(head);

    /// <inheritdoc/>
    private protected override Tensor HeadsOf(Tensor outputs, IReadOnlyList<Tensor> more) => outputs;

    /// <inheritdoc/>
    public override Tensor LogProbabilities(Tensor heads, Tensor actions) => SoftmaxHeads.LogProbabilities(heads, actions);

    /// <inheritdoc/>
    public override Tensor Divergences(Tensor reference, Tensor heads) => Policies.Heads.LogSoftmax.Divergences(reference, heads);
}
