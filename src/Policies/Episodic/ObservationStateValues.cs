
using FedPG.Policies.Tabular;

namespace FedPG.Policies.Episodic;

/// <summary>
/// Weights of the values V(o) = sum over m of f_m(o) theta_m of one fixed policy, which they are learned for and do not change; it acts whatever the weights are. Starts
/// at 0. Trained by <c>fedtd</c>.
/// </summary>
public sealed class ObservationStateValues : LinearHeads
{
    /// <summary>Creates the values.</summary>
    /// <param name="encoding">What is seen of an observation.</param>
    /// <param name="features">What values are linear in.</param>
    /// <param name="target">The policy that is evaluated.</param>
    /// <param name="format">The type and place of rows.</param>
    public ObservationStateValues(ObservationEncoding encoding, ObservationFeatures features, FixedActions target, TensorFormat format)
        : base(StateValues.Kind, encoding, features, (target ?? throw new ArgumentNullException(nameof(target))).Size, "weights", outputs: 1, format) => Target = target;

    /// <summary>The policy that is evaluated.</summary>
    public FixedActions Target { get; }

    /// <inheritdoc/>
    public override int MaxSteps => Target.MaxSteps;

    /// <inheritdoc/>
    public override double Draw<T>(ReadOnlySpan<T> head, in ActionKey key, Span<double> action) => Target.Draw(key, action);

    /// <inheritdoc/>
    public override double MeanLog<T>(ReadOnlySpan<T> head) => Target.MeanLog;
}
