using FedPG.Core.Options;
using FedPG.Envs.Tabular;
using FedPG.Policies.Options;
using static TorchSharp.torch;

namespace FedPG.Policies.Tabular;

/// <summary>
/// Weights of the state values V(s) = sum over m of f_m(s) theta_m of one fixed policy, which they are learned for and do not change.
/// Starts at 0. Trained by <c>fedtd</c>.
/// </summary>
internal sealed class StateValues : TabularPolicy
{
    /// <summary>The kind, as experiment files name it.</summary>
    public const string Kind = StateValuesOptions.Name;

    private const double SumTolerance = 1e-8;

    private readonly Tensor _logTarget;
    private readonly double[] _target;

    /// <summary>Creates the values.</summary>
    /// <param name="features">What values are linear in.</param>
    /// <param name="target">pi(a|s), [S, A], the policy that is evaluated.</param>
    /// <param name="format">The type and place of rows and probabilities.</param>
    public StateValues(ValueFeatures features, double[,] target, TensorFormat format)
        : base(
            Kind, (features ?? throw new ArgumentNullException(nameof(features))).States,
            (target ?? throw new ArgumentNullException(nameof(target))).GetLength(1), format,
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

    /// <summary>The kind of values where states are listed.</summary>
    internal static PolicyDefinition Definition { get; } =
        PolicyDefinition.For<FiniteMdp, StateValuesOptions>(
            "state values of a fixed policy, for fedtd", Create, Read) with { TakesGradients = false };

    /// <inheritdoc/>
    public override bool TakesGradients => false;

    /// <inheritdoc/>
    public override bool HasVariableEntropy => false;

    /// <summary>log pi of the fixed policy, whatever the weights are.</summary>
    protected override Tensor LogProbabilities(IReadOnlyList<Tensor> parameters) =>
        _logTarget.unsqueeze(0).expand(parameters[0].shape[0], -1, -1);

    private static StateValues Create(StateValuesOptions options, FiniteMdp mdp, TensorFormat format) =>
        new(TableValues.FeaturesOf(options, mdp), options.Evaluates?.Matrix(mdp.States, mdp.Actions) ?? Uniform(mdp), format);

    private static StateValuesOptions Read(OptionReader reader, FiniteMdp? mdp) => TableValues.Read(
        reader, new StateValuesOptions(), mdp,
        (nameof(StateValuesOptions.Evaluates), property => ReadTarget(reader, property, mdp)),
        (nameof(StateValuesOptions.StandardDeviation), null),
        (nameof(StateValuesOptions.LearnStandardDeviation), null));

    private static WordOrNumbers ReadTarget(OptionReader reader, OptionProperty property, FiniteMdp? mdp)
    {
        string allowed = $"probabilities [{mdp?.States}][{mdp?.Actions}], those of each state summing to one";
        WordOrNumbers? given = TableFeatures.Given(
            reader, property.Key, array => mdp is null || AreProbabilities(array.Matrix(mdp.States, mdp.Actions)), allowed);
        return given ?? WordOrNumbers.Of(reader.Choice(property.Key, "uniform", ["uniform"], property.Attribute.Meaning));
    }

    private static bool AreProbabilities(double[,]? target)
    {
        for (int s = 0; s < target?.GetLength(0); s++)
        {
            double sum = 0;
            for (int a = 0; a < target.GetLength(1); a++) sum += target[s, a] >= 0 ? target[s, a] : double.NaN;
            if (!(Math.Abs(sum - 1) <= SumTolerance)) return false;
        }
        return target is not null;
    }

    private static double[,] Uniform(FiniteMdp mdp)
    {
        double[,] target = new double[mdp.States, mdp.Actions];
        for (int k = 0; k < target.Length; k++) target[k / mdp.Actions, k % mdp.Actions] = 1.0 / mdp.Actions;
        return target;
    }
}
