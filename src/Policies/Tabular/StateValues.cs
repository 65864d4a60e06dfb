using static TorchSharp.torch;

namespace FedPG.Policies.Tabular;

/// <summary>
/// Weights of the state values V(s) = sum over m of f_m(s) theta_m of one fixed policy, which they are learned for and do not change. Starts at 0.
/// Trained by <c>fedtd</c>.
/// </summary>
public sealed class StateValues : TabularPolicy
{
    /// <summary>The kind, as experiment files name it.</summary>
    public const string Kind = "state-values";

    private readonly Tensor _logTarget;
    private readonly double[] _target;

    /// <summary>Creates the values.</summary>
    /// <param name="features">What values are linear in.</param>
    /// <param name="target">pi(a|s), [S, A], the policy that is evaluated.</param>
    /// <param name="format">The type and place of rows and probabilities.</param>
    public StateValues(ValueFeatures features, double[,] target, TensorFormat format)
        : base(
            Kind, (features ?? throw new ArgumentNullException(nameof(features))).States, (target ?? throw new ArgumentNullException(nameof(target))).GetLength(1), format,
            new ParameterLayout([("weights", [features.Count])]))
    {
        Features = features;
        _target = [.. target.Cast<double>()];
        double[,] logs = new double[States, Actions];
        for (int k = 0; k < _target.Length; k++) logs[k / Actions, k % Actions] = Math.Log(_target[k]);
        _logTarget = Format.Constant(logs);
        register_buffer("target", _logTarget);
    }

    /// <summary>What values are linear in.</summary>
    public ValueFeatures Features { get; }

    /// <summary>pi(a|s) of the policy that is evaluated, [S, A].</summary>
    public ReadOnlySpan<double> Target => _target;

    /// <inheritdoc/>
    public override bool TakesGradients => false;

    /// <inheritdoc/>
    public override bool HasVariableEntropy => false;

    /// <summary>log pi of the fixed policy, whatever the weights are.</summary>
    protected override Tensor LogProbabilities(IReadOnlyList<Tensor> parameters) => _logTarget.unsqueeze(0).expand(parameters[0].shape[0], -1, -1);
}
