using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core.Options;

namespace FedPG.Envs.Python;

/// <summary>Keyword arguments of a Python class: an object of any JSON values. Immutable.</summary>
public sealed class PythonArguments : IOptionValue<PythonArguments>, IEquatable<PythonArguments>
{
    private readonly string _json;

    private PythonArguments(string json) => _json = json;

    /// <summary>No arguments.</summary>
    public static PythonArguments None { get; } = new("{}");

    /// <summary>Arguments from an object.</summary>
    /// <param name="arguments">Each by its name.</param>
    public static PythonArguments Of(JsonObject arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return new PythonArguments(arguments.ToJsonString());
    }

    /// <inheritdoc/>
    public static string Allowed(NumberRange range) => "an object";

    /// <inheritdoc/>
    public static bool TryParse(JsonElement element, NumberRange range, out PythonArguments value)
    {
        value = element.ValueKind == JsonValueKind.Object ? Of((JsonObject)JsonDocuments.NodeOf(element)!) : null!;
        return value is not null;
    }

    /// <inheritdoc/>
    public JsonNode? ToJson() => Object();

    /// <inheritdoc/>
    public bool Equals(PythonArguments? other) => other is not null && other._json == _json;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PythonArguments);

    /// <inheritdoc/>
    public override int GetHashCode() => _json.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => _json;

    /// <summary>The arguments, those of another set in the place of equal names.</summary>
    internal JsonObject With(PythonArguments own)
    {
        JsonObject all = Object();
        foreach ((string name, JsonNode? value) in own.Object()) all[name] = value?.DeepClone();
        return all;
    }

    private JsonObject Object() => (JsonObject)JsonNode.Parse(_json)!;
}

/// <summary>Keyword arguments of each agent: a list of objects. Immutable.</summary>
public sealed class PythonAgentArguments : IOptionValue<PythonAgentArguments>, IEquatable<PythonAgentArguments>
{
    private PythonAgentArguments(PythonArguments[] items) => Items = items;

    /// <summary>One an agent.</summary>
    public IReadOnlyList<PythonArguments> Items { get; }

    /// <summary>Arguments of each agent.</summary>
    /// <param name="items">One an agent.</param>
    public static PythonAgentArguments Of(params ReadOnlySpan<PythonArguments> items) => new([.. items]);

    /// <inheritdoc/>
    public static string Allowed(NumberRange range) => "a list of objects, one an agent";

    /// <inheritdoc/>
    public static bool TryParse(JsonElement element, NumberRange range, out PythonAgentArguments value)
    {
        value = null!;
        if (element.ValueKind != JsonValueKind.Array
            || !element.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Object))
            return false;
        value = new([.. element.EnumerateArray().Select(item => PythonArguments.Of((JsonObject)JsonDocuments.NodeOf(item)!))]);
        return true;
    }

    /// <inheritdoc/>
    public JsonNode? ToJson() => new JsonArray([.. Items.Select(item => item.ToJson())]);

    /// <inheritdoc/>
    public bool Equals(PythonAgentArguments? other) => other is not null && other.Items.SequenceEqual(Items);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PythonAgentArguments);

    /// <inheritdoc/>
    public override int GetHashCode() => Items.Aggregate(0, HashCode.Combine);
}

/// <summary>What tells the agents' tasks apart: a list of numbers for each agent. Immutable.</summary>
public sealed class PythonTasks : IOptionValue<PythonTasks>, IEquatable<PythonTasks>
{
    private PythonTasks(double[][] values) => Values = values;

    /// <summary>[N, k].</summary>
    public IReadOnlyList<double[]> Values { get; }

    /// <summary>The tasks of the agents.</summary>
    /// <param name="values">[N, k].</param>
    public static PythonTasks Of(params double[][] values) => new([.. values]);

    /// <inheritdoc/>
    public static string Allowed(NumberRange range) => "a list of lists of numbers, one an agent, all of one length";

    /// <inheritdoc/>
    public static bool TryParse(JsonElement element, NumberRange range, out PythonTasks value)
    {
        value = null!;
        if (element.ValueKind != JsonValueKind.Array) return false;
        double[]?[] rows = [.. element.EnumerateArray().Select(row => JsonValues.Numbers(row, NumberRange.Any))];
        if (rows.Length == 0 || rows.Any(row => row is null || row.Length == 0 || row.Length != rows[0]!.Length)) return false;
        value = new(rows!);
        return true;
    }

    /// <inheritdoc/>
    public JsonNode? ToJson() => new JsonArray([.. Values.Select(row => new JsonArray([.. row.Select(x => (JsonNode)x)]))]);

    /// <inheritdoc/>
    public bool Equals(PythonTasks? other) =>
        other is not null && other.Values.Count == Values.Count
            && other.Values.Zip(Values).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PythonTasks);

    /// <inheritdoc/>
    public override int GetHashCode() => Values.Count;
}
