using System.Text.Json;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Policies.Options;

namespace FedPG.Policies.Episodic;

/// <summary>
/// Weights of the values V(o) = sum over m of f_m(o) theta_m of one fixed policy, which they are learned for and do not change; it acts
/// whatever the weights are. Starts at 0. Trained by <c>fedtd</c>.
/// </summary>
internal sealed class ObservationStateValues : LinearHeads
{
    /// <summary>Creates the values.</summary>
    /// <param name="encoding">What is seen of an observation.</param>
    /// <param name="features">What values are linear in.</param>
    /// <param name="target">The policy that is evaluated.</param>
    /// <param name="format">The type and place of rows.</param>
    public ObservationStateValues(ObservationEncoding encoding, ObservationFeatures features, FixedActions target, TensorFormat format)
        : base(StateValuesOptions.Name, encoding, features, (target ?? throw new ArgumentNullException(nameof(target))).Size, "weights",
            outputs: 1, format) => Target = target;

    /// <summary>The kind of values where environments are episodic.</summary>
    internal static PolicyDefinition Definition { get; } = PolicyDefinition.For<EpisodicEnvironment, StateValuesOptions>(
        "values, linear in features of observations, of a policy that looks at nothing, for fedtd", Create, Read) with
    {
        TakesGradients = false,
    };

    /// <summary>The policy that is evaluated.</summary>
    public FixedActions Target { get; }

    /// <inheritdoc/>
    public override int MaxSteps => Target.MaxSteps;

    /// <inheritdoc/>
    public override double Draw<T>(ReadOnlySpan<T> head, in ActionKey key, Span<double> action) => Target.Draw(key, action);

    /// <inheritdoc/>
    public override double MeanLog<T>(ReadOnlySpan<T> head) => Target.MeanLog;

    private static ObservationStateValues Create(StateValuesOptions options, EpisodicEnvironment environment, TensorFormat format)
    {
        var encoding = new ObservationEncoding(environment.ObservationSpace);
        return new ObservationStateValues(
            encoding, ObservedValues.FeaturesOf(options, encoding), TargetOf(options, environment.ActionSpace), format);
    }

    private static FixedActions TargetOf(StateValuesOptions options, Space actions) => actions switch
    {
        Discrete when options.Evaluates is { Word: null } given => FixedActions.Of(given.Numbers<double[]>()!),
        Discrete discrete => FixedActions.Of([.. Enumerable.Repeat(1.0 / discrete.Count, discrete.Count)]),
        Box continuous when options.Evaluates?.Word == "uniform" => FixedActions.UniformOn(continuous),
        Box continuous => FixedActions.Gaussian(continuous.Size, options.StandardDeviation),
        _ => throw new NotSupportedException($"no fixed policy acts in {actions}"),
    };

    private static StateValuesOptions Read(OptionReader reader, EpisodicEnvironment? environment) => ObservedValues.Read(
        reader, new StateValuesOptions(), environment,
        (nameof(StateValuesOptions.Evaluates), property => ReadTarget(reader, property, environment?.ActionSpace)));

    private static WordOrNumbers ReadTarget(OptionReader reader, OptionProperty property, Space? actions)
    {
        JsonElement raw = reader.Raw(property.Key);
        if (raw.ValueKind == JsonValueKind.Array) return ReadProbabilities(reader, property.Key, raw, actions);
        bool bounded = actions is not Box box || Enumerable.Range(0, box.Size).All(k => double.IsFinite(box.High[k] - box.Low[k]));
        string[] allowed = (actions, bounded) switch
        {
            (null, _) or (Box, true) => ["uniform", "gaussian"],
            (Box, false) => ["gaussian"],
            _ => ["uniform"],
        };
        return WordOrNumbers.Of(reader.Choice(property.Key, allowed[0], allowed, property.Attribute.Meaning));
    }

    private static WordOrNumbers ReadProbabilities(OptionReader reader, string key, JsonElement raw, Space? actions)
    {
        const double tolerance = 1e-8;
        reader.Resolved[key] = JsonDocuments.NodeOf(raw);
        var given = WordOrNumbers.Of(raw);
        if (actions is null) return given;
        int? count = (actions as Discrete)?.Count;
        double[] numbers = given.Numbers<double[]>() ?? [];
        if (numbers.Length == count && numbers.All(p => p >= 0) && Math.Abs(numbers.Sum() - 1) <= tolerance) return given;
        string allowed = count is null
            ? "must be \"uniform\" or \"gaussian\" where actions are continuous"
            : $"must be {count} probabilities that sum to one, one an action";
        reader.Errors.Add(reader.PathOf(key), raw.GetRawText(), allowed);
        return given;
    }
}
