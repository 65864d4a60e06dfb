using System.Globalization;
using System.Text.Json;
using FedPG.Core.Options;
using FedPG.Core.Streams;
using FedPG.Federation.Agents;

namespace FedPG.Experiments.Reading;

/// <summary>Reads who takes part in which round, <c>federation.participation</c>, and how much each does, <c>agentLocalSteps</c> and <c>stragglers</c>.</summary>
internal static class ParticipationReader
{
    /// <summary>The keys of the federation section.</summary>
    public const string Key = "participation", OwnStepsKey = "agentLocalSteps", StragglersKey = "stragglers";

    private const string Sample = "sample", WeightsKey = "weights", Trace = "trace", Probabilities = "probabilities", Estimator = "estimator";

    /// <summary>Reads <c>participation</c>.</summary>
    /// <param name="federation">The federation section.</param>
    /// <param name="agents">N; 0 where it is not known.</param>
    /// <param name="seed">The experiment's seed.</param>
    public static Participation Read(OptionReader federation, int agents, long seed)
    {
        OptionReader reader = federation.Section(Key);
        Participation participation = ReadKind(reader, agents, seed);
        reader.Accept([Sample, WeightsKey, Trace, Probabilities, Estimator]);
        reader.Finish();
        return participation;
    }

    /// <summary>Reads <c>agentLocalSteps</c> and <c>stragglers</c>.</summary>
    /// <param name="federation">The federation section.</param>
    /// <param name="agents">N; 0 where it is not known.</param>
    /// <param name="localSteps">H.</param>
    /// <param name="seed">The experiment's seed.</param>
    public static LocalStepCounts ReadWork(OptionReader federation, int agents, int localSteps, long seed)
    {
        int[]? own = federation.Integers(OwnStepsKey, null, 1, StreamKey.MaximumLocalStep, "tau_i, each agent's own number of local steps");
        OptionReader stragglers = federation.Section(StragglersKey);
        double share = stragglers.Number("share", 0, NumberRange.UnitInterval, "the share of agents that do not get done in a round");
        int least = stragglers.Integer("least", 1, 1, localSteps, "the least local steps that one of them takes");
        stragglers.Finish();
        if (own is not null && agents > 0 && own.Length != agents) federation.Reject(OwnStepsKey, $"must have {agents} numbers, one an agent");
        if (own is null) return LocalStepCounts.Stragglers(share, least, localSteps, seed);
        if (share > 0) federation.Reject(StragglersKey, $"cannot stand beside \"{OwnStepsKey}\"");
        return LocalStepCounts.Own(own);
    }

    private static Participation ReadKind(OptionReader reader, int agents, long seed)
    {
        int most = agents == 0 ? int.MaxValue - 1 : agents;
        switch (reader.Choice("kind", "all", ["all", "uniform", "weighted", Trace, Probabilities], "who takes part in a round"))
        {
            case "uniform":
                return Participation.Uniform(ReadSample(reader, most), seed);
            case "weighted":
                int sample = ReadSample(reader, most);
                double[]? weights = Needed(reader, WeightsKey, reader.Numbers(WeightsKey, null, NumberRange.Positive, "w_i, in proportion to which agents are drawn"));
                CohortEstimator estimator = ReadEstimator(reader);
                return weights is null || !FitsAgents(reader, WeightsKey, weights, agents) || !CanBeDrawn(reader, weights, sample)
                    ? Participation.Everyone
                    : Participation.Weighted(sample, weights, estimator, seed);
            case Trace:
                int[][]? sets = Needed(reader, Trace, reader.Parsed(Trace, null, $"a list of lists of agent indices, 0 to {most - 1}, each index once in a list",
                    "the agents that are there in round t, by t mod its length", e => Sets(e, most)));
                return sets is null ? Participation.Everyone : Participation.Trace(sets);
            case Probabilities:
                double[][]? rows = Needed(reader, Probabilities, reader.Parsed(Probabilities, null, "a list of numbers in (0, 1], one an agent, or a list of such lists",
                    "the probability that an agent is there in round t, by t mod the number of lists", Rows));
                CohortEstimator kind = ReadEstimator(reader);
                return rows is null || !Array.TrueForAll(rows, row => FitsAgents(reader, Probabilities, row, agents)) ? Participation.Everyone : Participation.Probable(rows, kind, seed);
            default:
                return Participation.Everyone;
        }
    }

    private static int ReadSample(OptionReader reader, int most)
    {
        int sample = reader.Integer(Sample, 1, 1, most, "m, the agents that take part in a round");
        if (!reader.Has(Sample)) reader.Reject(Sample, $"is needed by this kind of participation: a whole number from 1 to {most}");
        return sample;
    }

    private static CohortEstimator ReadEstimator(OptionReader reader) =>
        reader.Choice(Estimator, "unbiased", ["unbiased", "mean"], "whether a mean weighs agents by the inverse of their chance to take part, or is the plain one") == "mean"
            ? CohortEstimator.Mean
            : CohortEstimator.Unbiased;

    private static T? Needed<T>(OptionReader reader, string key, T? value)
        where T : class
    {
        if (value is null && !reader.Has(key)) reader.Reject(key, "is needed by this kind of participation");
        return value;
    }

    private static bool FitsAgents(OptionReader reader, string key, double[] numbers, int agents)
    {
        if (agents == 0 || numbers.Length == agents) return true;
        reader.Reject(key, $"must have {agents} numbers, one an agent");
        return false;
    }

    private static bool CanBeDrawn(OptionReader reader, double[] weights, int sample)
    {
        double sum = weights.Sum();
        int heavy = Array.FindIndex(weights, w => sample * w > sum * (1 + 1e-12));
        if (heavy < 0) return true;
        reader.Reject(WeightsKey, string.Create(CultureInfo.InvariantCulture,
            $"gives agent {heavy} a chance of {sample * weights[heavy] / sum:R} to be among the {sample}; no weight may be more than 1 / {sample} of their sum"));
        return false;
    }

    private static int[][]? Sets(JsonElement element, int agents)
    {
        if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() == 0) return null;
        var sets = new List<int[]>();
        foreach (JsonElement set in element.EnumerateArray())
        {
            if (set.ValueKind != JsonValueKind.Array) return null;
            int[] members = [.. set.EnumerateArray().Select(e => e.ValueKind == JsonValueKind.Number && e.TryGetInt32(out int i) && i >= 0 && i < agents ? i : -1)];
            if (members.Contains(-1) || members.Distinct().Count() != members.Length) return null;
            sets.Add(members);
        }
        return [.. sets];
    }

    private static double[][]? Rows(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() == 0) return null;
        JsonElement[] items = [.. element.EnumerateArray()];
        if (items[0].ValueKind == JsonValueKind.Number) return Row(element) is { } one ? [one] : null;
        double[]?[] rows = [.. items.Select(Row)];
        return Array.TrueForAll(rows, r => r is not null) ? [.. rows.Select(r => r!)] : null;
    }

    private static double[]? Row(JsonElement element)
    {
        var range = new NumberRange(0, 1, OpenMinimum: true);
        if (element.ValueKind != JsonValueKind.Array) return null;
        double[] row = [.. element.EnumerateArray().Select(e => e.ValueKind == JsonValueKind.Number && e.TryGetDouble(out double p) ? p : double.NaN)];
        return Array.TrueForAll(row, range.Contains) ? row : null;
    }
}
