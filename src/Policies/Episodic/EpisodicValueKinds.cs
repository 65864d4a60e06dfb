using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Policies.Tabular;

namespace FedPG.Policies.Episodic;

/// <summary>How the kinds that hold values are read where environments are stepped: <c>action-values</c> and <c>state-values</c>.</summary>
internal static class EpisodicValueKinds
{
    private const string FeaturesKey = "features", TargetKey = "evaluates", BinsKey = "actionBins";
    private const int MaxFeatures = 10_000;

    public static IEnumerable<PolicyDefinition> Definitions =>
    [
        PolicyDefinition.For<EpisodicEnvironment>(ActionValues.Kind, "action values linear in features of observations, and their greedy policy, for qavg and fedq", (options, environment) =>
        {
            Func<ObservationEncoding, ObservationFeatures> features = ReadFeatures(options, environment);
            int bins = options.Integer(BinsKey, 5, 2, 1_001, "the levels that an action of one bounded number is chosen from; not used for discrete actions");
            return format =>
            {
                var encoding = new ObservationEncoding(environment!.ObservationSpace);
                return new ObservationActionValues(encoding, features(encoding), environment.ActionSpace, bins, format);
            };
        }) with { TakesGradients = false, RefusalIn = Choiceless },
        PolicyDefinition.For<EpisodicEnvironment>(StateValues.Kind, "values, linear in features of observations, of a policy that looks at nothing, for fedtd", (options, environment) =>
        {
            Func<ObservationEncoding, ObservationFeatures> features = ReadFeatures(options, environment);
            FixedActions? target = ReadTarget(options, environment);
            return format =>
            {
                var encoding = new ObservationEncoding(environment!.ObservationSpace);
                return new ObservationStateValues(encoding, features(encoding), target!, format);
            };
        }) with { TakesGradients = false },
    ];

    private static string? Choiceless(FederatedEnvironment environment) => environment is EpisodicEnvironment { ActionSpace: var actions } && !ObservationActionValues.CanChoose(actions)
        ? $"\"{ActionValues.Kind}\" chooses among finitely many actions: it needs discrete ones, or one bounded number, which {BinsKey} cuts into levels; the actions of {environment.Name} are {actions}"
        : null;

    private static Func<ObservationEncoding, ObservationFeatures> ReadFeatures(OptionReader options, EpisodicEnvironment? environment)
    {
        Box? box = environment?.ObservationSpace as Box;
        string[] allowed = environment is null ? ["one-hot", "coordinates", "fourier", "random"] : box is null ? ["one-hot"] : ["fourier", "coordinates", "random"];
        string kind = options.Choice(FeaturesKey, allowed[0], allowed, "the features of what is observed that values are linear in");
        int order = options.Integer("featureOrder", 3, 0, 1_000, "the highest frequency of \"fourier\" features in each number that is observed");
        int count = options.Integer("featureCount", 25, 1, MaxFeatures, "m, the number of \"random\" features");
        double width = options.Number("featureWidth", 0.25, new NumberRange(1e-6, 1e6), "the width of the kernel that \"random\" features stand for, where observations span [0, 1]");
        long instance = options.Seed("featureInstance", 0, "the seed that \"random\" features are drawn from");
        Bounds? bounds = options.Parsed<Bounds>("featureBounds", null, box is null ? "a list of ranges [low, high]" : $"a list of {box.Size} ranges [low, high], low < high and a finite width, one for each number that is observed",
            "the range of each number that is observed, in which features tell values apart; none for the bounds of the observation space, and 1/2 + x / (2 (1 + |x|)) for numbers without", element => ParseBounds(element, box));
        if (box is not null && kind == "fourier" && ObservationFeatures.FourierCount(box.Size, order) > MaxFeatures)
            options.Reject("featureOrder", $"{order} gives (1 + {order})^{box.Size} features of {box.Size} numbers; at most {MaxFeatures} are allowed (or choose \"random\" features)");
        return encoding =>
        {
            if (box is null) return ObservationFeatures.OneHot(encoding);
            var scales = new ObservationScales(box, bounds?.Ranges);
            return kind switch
            {
                "coordinates" => ObservationFeatures.Coordinates(scales),
                "random" => ObservationFeatures.Random(scales, count, width, instance),
                _ => ObservationFeatures.Fourier(scales, order),
            };
        };
    }

    private static Bounds? ParseBounds(JsonElement element, Box? box)
    {
        if (element.ValueKind != JsonValueKind.Array || (box is not null && element.GetArrayLength() != box.Size)) return null;
        var ranges = new List<(double Low, double High)>();
        foreach (JsonElement range in element.EnumerateArray())
        {
            if (range.ValueKind != JsonValueKind.Array) return null;
            double[] ends = [.. range.EnumerateArray().Select(end => end.ValueKind == JsonValueKind.Number && end.TryGetDouble(out double value) ? value : double.NaN)];
            if (ends is not [double low, double high] || !ObservationScales.IsRange((low, high))) return null;
            ranges.Add((low, high));
        }
        return new Bounds(ranges);
    }

    /// <summary>The fixed policy.</summary>
    private static FixedActions? ReadTarget(OptionReader options, EpisodicEnvironment? environment)
    {
        JsonElement raw = options.Raw(TargetKey);
        (double deviation, _) = EpisodicPolicyKinds.ReadDeviation(options);
        Space? actions = environment?.ActionSpace;
        if (raw.ValueKind == JsonValueKind.Array) return ReadProbabilities(options, raw, actions);
        bool bounded = actions is not Box box || Enumerable.Range(0, box.Size).All(k => double.IsFinite(box.High[k] - box.Low[k]));
        string[] allowed = actions is null ? ["uniform", "gaussian"] : actions is not Box ? ["uniform"] : bounded ? ["uniform", "gaussian"] : ["gaussian"];
        string target = options.Choice(TargetKey, allowed[0], allowed, "the policy whose values are learned: uniform over the actions, or normal around 0 with standardDeviation; or an array [A] of probabilities of discrete actions");
        return actions switch
        {
            Discrete discrete => FixedActions.Of([.. Enumerable.Repeat(1.0 / discrete.Count, discrete.Count)]),
            Box continuous => target == "gaussian" || !bounded ? FixedActions.Gaussian(continuous.Size, deviation) : FixedActions.UniformOn(continuous),
            _ => null,
        };
    }

    private static FixedActions? ReadProbabilities(OptionReader options, JsonElement raw, Space? actions)
    {
        const double tolerance = 1e-8;
        options.Resolved[TargetKey] = JsonNode.Parse(raw.GetRawText());
        if (actions is null) return null;
        double[] given = [.. raw.EnumerateArray().Select(p => p.ValueKind == JsonValueKind.Number && p.TryGetDouble(out double value) && value >= 0 ? value : double.NaN)];
        var choices = actions as Discrete;
        if (given.Length == choices?.Count && Math.Abs(given.Sum() - 1) <= tolerance) return FixedActions.Of(given);
        options.Errors.Add(options.PathOf(TargetKey), raw.GetRawText(), choices is null ? "must be \"uniform\" or \"gaussian\" where actions are continuous" : $"must be {choices.Count} probabilities that sum to one, one an action");
        return null;
    }

    private sealed record Bounds(IReadOnlyList<(double Low, double High)> Ranges);
}
