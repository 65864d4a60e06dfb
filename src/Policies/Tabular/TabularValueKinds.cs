using System.Text.Json;
using FedPG.Core.Options;
using FedPG.Envs.Tabular;

namespace FedPG.Policies.Tabular;

/// <summary>How the kinds that hold values, not policies, are read: <c>action-values</c> and <c>state-values</c>.</summary>
internal static class TabularValueKinds
{
    private const string FeaturesKey = "features", TargetKey = "evaluates";
    private const double SumTolerance = 1e-8;

    public static IEnumerable<PolicyDefinition> Definitions =>
    [
        PolicyDefinition.For<FiniteMdp>(ActionValues.Kind, "action values and their greedy policy, for qavg and fedq", (options, mdp) =>
        {
            Func<ValueFeatures> features = ReadFeatures(options, mdp);
            return format => new ActionValues(features(), mdp!.Actions, format);
        }) with { TakesGradients = false },
        PolicyDefinition.For<FiniteMdp>(StateValues.Kind, "state values of a fixed policy, for fedtd", (options, mdp) =>
        {
            Func<ValueFeatures> features = ReadFeatures(options, mdp);
            double[,]? target = ReadTarget(options, mdp);
            return format => new StateValues(features(), target ?? Uniform(mdp!), format);
        }) with { TakesGradients = false },
    ];

    private static Func<ValueFeatures> ReadFeatures(OptionReader options, FiniteMdp? mdp)
    {
        JsonElement raw = options.Raw(FeaturesKey);
        (int rows, int columns, double width) = FeatureOptions.ReadRadial(options);
        int count = options.Integer("featureCount", 25, 1, 10_000, "m, the number of \"random\" features");
        long instance = options.Seed("featureInstance", 0, "the seed that \"random\" features are drawn from");
        if (raw.ValueKind == JsonValueKind.Array)
        {
            options.Resolved[FeaturesKey] = System.Text.Json.Nodes.JsonNode.Parse(raw.GetRawText());
            if (mdp is null) return () => throw new InvalidOperationException("no environment");
            double[,]? given = Matrix(raw, mdp.States, null);
            if (given is null) options.Errors.Add(options.PathOf(FeaturesKey), raw.GetRawText(), $"must be finite numbers [{mdp.States}][m], m the same everywhere");
            return () => ValueFeatures.Of(given!);
        }
        string features = options.Choice(
            FeaturesKey, "one-hot", ["one-hot", "coordinates", "radial", "random"], "the features of states that values are linear in, or an array [S][m] of given ones",
            FeatureOptions.Offered(mdp, "one-hot", "random"));
        if (features is "coordinates" or "radial") FeatureOptions.NeedGrid(options, FeaturesKey, mdp, "\"one-hot\" | \"random\"");
        return () => features switch
        {
            "coordinates" => ValueFeatures.Of(StateFeatures.Affine(mdp!.Grid!)),
            "radial" => ValueFeatures.Of(StateFeatures.Radial(mdp!.Grid!, rows, columns, width)),
            "random" => ValueFeatures.Random(mdp!.States, count, instance),
            _ => ValueFeatures.Table(mdp!.States),
        };
    }

    private static double[,]? ReadTarget(OptionReader options, FiniteMdp? mdp)
    {
        JsonElement raw = options.Raw(TargetKey);
        if (raw.ValueKind != JsonValueKind.Array)
        {
            options.Choice(TargetKey, "uniform", ["uniform"], "the policy whose values are learned, or an array [S][A] of probabilities");
            return null;
        }
        options.Resolved[TargetKey] = System.Text.Json.Nodes.JsonNode.Parse(raw.GetRawText());
        if (mdp is null) return null;
        double[,]? target = Matrix(raw, mdp.States, mdp.Actions);
        bool fits = target is not null && Enumerable.Range(0, mdp.States).All(s =>
        {
            double[] row = [.. Enumerable.Range(0, mdp.Actions).Select(a => target[s, a])];
            return row.All(p => p >= 0) && Math.Abs(row.Sum() - 1) <= SumTolerance;
        });
        if (!fits) options.Errors.Add(options.PathOf(TargetKey), raw.GetRawText(), $"must be probabilities [{mdp.States}][{mdp.Actions}], those of each state summing to one");
        return fits ? target : null;
    }

    private static double[,]? Matrix(JsonElement raw, int rows, int? columns)
    {
        double[][]? values = null;
        try
        {
            values = raw.Deserialize<double[][]>();
        }
        catch (JsonException)
        {
            // Reported by the caller with the shape that is allowed.
        }
        int width = columns ?? (values is [{ Length: > 0 } first, ..] ? first.Length : 0);
        if (width == 0 || values is null || values.Length != rows || values.Any(row => row is null || row.Length != width || !row.All(double.IsFinite))) return null;
        double[,] matrix = new double[rows, width];
        for (int k = 0; k < matrix.Length; k++) matrix[k / width, k % width] = values[k / width][k % width];
        return matrix;
    }

    private static double[,] Uniform(FiniteMdp mdp)
    {
        double[,] target = new double[mdp.States, mdp.Actions];
        for (int k = 0; k < target.Length; k++) target[k / mdp.Actions, k % mdp.Actions] = 1.0 / mdp.Actions;
        return target;
    }
}
