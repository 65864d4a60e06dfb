using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core.Options;
using FedPG.Core.Streams;

namespace FedPG.Federation.Agents;

/// <summary>Those who are there: sets of agents that repeat, round t having set t mod L. Means are plain.</summary>
[Word("trace")]
public sealed record TraceParticipation : Participation
{
    /// <summary>L sets of agent indices; an empty set makes a round in which nothing happens. They must be given.</summary>
    [Option("the agents that are there in round t, by t mod its length")]
    public AgentSets? Trace { get; init; }

    /// <inheritdoc/>
    public override Cohort CohortOf(int agents, int round, long seed) => Cohort.Of(agents, Trace!.Sets[round % Trace.Sets.Count]);

    internal override bool Check(OptionReader section, int agents)
    {
        if (!IsGiven(section, "trace") || Trace is not { } trace) return false;
        if (agents == 0 || trace.Sets.All(set => set.All(agent => agent < agents))) return true;
        section.Reject("trace", $"must be a list of lists of agent indices, 0 to {agents - 1}, each index once in a list");
        return false;
    }
}

/// <summary>Each agent is there or not, independently of the others and of other rounds.</summary>
[Word("probabilities")]
public sealed record ProbableParticipation : Participation
{
    /// <summary>L rows of N probabilities in (0, 1] that repeat, round t having row t mod L. They must be given.</summary>
    [Option("the probability that an agent is there in round t, by t mod the number of lists", Minimum = 0, Maximum = 1,
        OpenMinimum = true)]
    public NumberRows? Probabilities { get; init; }

    /// <summary>How means are taken; unbiased by default.</summary>
    [Option("whether a mean weighs agents by the inverse of their chance to take part, or is the plain one")]
    public CohortEstimator Estimator { get; init; }

    /// <inheritdoc/>
    public override Cohort CohortOf(int agents, int round, long seed)
    {
        RandomSequence random = Numbers(seed, round);
        double[] probabilities = Probabilities!.Rows[round % Probabilities.Rows.Count];
        return Cohort.Of(agents, [.. Enumerable.Range(0, agents).Where(i => random.NextDouble() < probabilities[i])],
            WeightsFor(Estimator, probabilities));
    }

    internal override bool Check(OptionReader section, int agents) =>
        IsGiven(section, "probabilities") && Probabilities is { } rows
            && rows.Rows.All(row => FitsAgents(section, "probabilities", row, agents));
}

/// <summary>Sets of agents, by index. Immutable.</summary>
/// <param name="Sets">At least one set; each index once in a set.</param>
public sealed record AgentSets(IReadOnlyList<int[]> Sets) : IOptionValue<AgentSets>
{
    /// <summary>Sets of agents.</summary>
    public static implicit operator AgentSets(int[][] sets) => FromArrays(sets);

    /// <summary>Sets of agents.</summary>
    public static AgentSets FromArrays(int[][] sets) => new((IReadOnlyList<int[]>)sets);

    /// <inheritdoc/>
    public static JsonObject Form(NumberRange range) => JsonForm.ListOf(JsonForm.ListOf(JsonForm.Whole(0, int.MaxValue)));

    /// <inheritdoc/>
    public static string Allowed(NumberRange range) => "a list of lists of agent indices, each index once in a list";

    /// <inheritdoc/>
    public static bool TryParse(JsonElement element, NumberRange range, out AgentSets value)
    {
        List<int[]> sets = [];
        value = new AgentSets((IReadOnlyList<int[]>)sets);
        if (element.ValueKind != JsonValueKind.Array) return false;
        foreach (JsonElement set in element.EnumerateArray())
        {
            if (set.ValueKind != JsonValueKind.Array) return false;
            int[] members = [.. set.EnumerateArray().Select(e => (int)(WholeNumbers.Of(e, 0, int.MaxValue) ?? -1))];
            if (members.Contains(-1) || members.Distinct().Count() != members.Length) return false;
            sets.Add(members);
        }
        return sets.Count > 0;
    }

    /// <inheritdoc/>
    public JsonNode? ToJson() => JsonSerializer.SerializeToNode(Sets);
}

/// <summary>Rows of numbers: one list for all rounds, or several that take turns. Immutable.</summary>
/// <param name="Rows">At least one row.</param>
public sealed record NumberRows(IReadOnlyList<double[]> Rows) : IOptionValue<NumberRows>
{
    /// <summary>One row.</summary>
    public static implicit operator NumberRows(double[] row) => FromRow(row);

    /// <summary>Several rows.</summary>
    public static implicit operator NumberRows(double[][] rows) => FromRows(rows);

    /// <summary>One row.</summary>
    public static NumberRows FromRow(double[] row) => FromRows([row]);

    /// <summary>Several rows.</summary>
    public static NumberRows FromRows(double[][] rows) => new((IReadOnlyList<double[]>)rows);

    /// <inheritdoc/>
    public static JsonObject Form(NumberRange range) =>
        JsonForm.OneOf(JsonForm.ListOf(JsonForm.Number(range)), JsonForm.ListOf(JsonForm.ListOf(JsonForm.Number(range))));

    /// <inheritdoc/>
    public static string Allowed(NumberRange range) => "a list of numbers in (0, 1], one an agent, or a list of such lists";

    /// <inheritdoc/>
    public static bool TryParse(JsonElement element, NumberRange range, out NumberRows value)
    {
        value = FromRows([]);
        if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() == 0) return false;
        JsonElement[] items = [.. element.EnumerateArray()];
        double[]?[] rows = items[0].ValueKind == JsonValueKind.Number ? [Row(element, range)] : [.. items.Select(item => Row(item, range))];
        if (!Array.TrueForAll(rows, row => row is not null)) return false;
        value = FromRows([.. rows.Select(row => row!)]);
        return true;
    }

    /// <inheritdoc/>
    public JsonNode? ToJson() => Rows.Count == 1 ? JsonSerializer.SerializeToNode(Rows[0]) : JsonSerializer.SerializeToNode(Rows);

    private static double[]? Row(JsonElement element, NumberRange range)
    {
        if (element.ValueKind != JsonValueKind.Array) return null;
        double[] row = [.. element.EnumerateArray()
            .Select(e => e.ValueKind == JsonValueKind.Number && e.TryGetDouble(out double p) ? p : double.NaN)];
        return Array.TrueForAll(row, range.Contains) ? row : null;
    }
}
