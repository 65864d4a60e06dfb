using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core.Options;

namespace FedPG.Envs.Episodic;

/// <summary>
/// An option that may differ between agents: one number for all of them, or a list with one number an agent. A number and a list convert to
/// it: <c>Length = 0.5</c>, <c>Length = [0.3, 0.5, 0.8]</c>. What <see cref="AgentParameters.Number"/> returns has its values once all
/// options are read; environments take them when they are made. Immutable once it has its values.
/// </summary>
[CollectionBuilder(typeof(AgentNumbers), nameof(List))]
public sealed class AgentNumbers : IOptionValue<AgentNumbers>, IEquatable<AgentNumbers>
{
    private readonly string? _key;
    private readonly bool _isList;
    private double[]? _values;

    private AgentNumbers(double[] values, bool isList, bool isDefault) => (_values, _isList, IsDefault) = (values, isList, isDefault);

    /// <summary>Creates an option of the short way of registration, whose values are not yet known.</summary>
    /// <param name="key">The key of the option.</param>
    internal AgentNumbers(string key) => (_key, _isList) = (key, true);

    /// <summary>The value of an agent.</summary>
    /// <param name="agent">The agent's index.</param>
    /// <exception cref="InvalidOperationException">The options are still being read.</exception>
    /// <exception cref="IndexOutOfRangeException">The list has no number for the agent.</exception>
    public double this[int agent] => _isList ? Values[agent] : Values[0];

    /// <summary>Whether this is the default of an option that nobody has given.</summary>
    internal bool IsDefault { get; }

    /// <summary>The list, one number an agent; null where one number is for all.</summary>
    internal double[]? Items => _isList ? Values : null;

    /// <summary>The list, or the one number.</summary>
    internal double[] Values
    {
        get => _values ?? throw new InvalidOperationException(
            $"the agents' values of {_key} are known once all options are read; use them when an environment is made");
        set => _values = value;
    }

    /// <summary>One number for all agents.</summary>
    /// <param name="value">The number.</param>
    public static implicit operator AgentNumbers(double value) => new([value], isList: false, isDefault: false);

    /// <summary>A list with one number an agent.</summary>
    /// <param name="values">[N].</param>
    public static implicit operator AgentNumbers(double[] values) => List(values);

    /// <summary>A list with one number an agent.</summary>
    /// <param name="values">[N].</param>
    public static AgentNumbers List(params ReadOnlySpan<double> values) => new([.. values], isList: true, isDefault: false);

    /// <summary>
    /// The default of an option: it counts as not given. So it is replaced by draws where <see cref="EpisodicOptions.Heterogeneity"/> is
    /// above 0 and the option has a range of its own, and a number that is given is not.
    /// </summary>
    /// <param name="value">The number that all agents have where nothing is said.</param>
    public static AgentNumbers Default(double value) => new([value], isList: false, isDefault: true);

    /// <summary>The list, or the one number.</summary>
    public IEnumerator<double> GetEnumerator() => ((IEnumerable<double>)Values).GetEnumerator();

    /// <inheritdoc/>
    public static JsonObject Form(NumberRange range) => JsonForm.OneOf(JsonForm.Number(range), JsonForm.ListOf(JsonForm.Number(range)));

    /// <inheritdoc/>
    public static string Allowed(NumberRange range) => Allowed(range, agents: 1);

    /// <inheritdoc/>
    public static bool TryParse(JsonElement element, NumberRange range, out AgentNumbers value)
    {
        value = null!;
        if (element.ValueKind == JsonValueKind.Array)
        {
            if (JsonValues.Numbers(element, range) is { } list) value = list;
        }
        else if (element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out double number) && range.Contains(number))
        {
            value = number;
        }
        return value is not null;
    }

    /// <inheritdoc/>
    /// <returns>null for a default, which counts as not given.</returns>
    public JsonNode? ToJson() => IsDefault ? null : ValueJson();

    /// <inheritdoc/>
    public bool Equals(AgentNumbers? other) =>
        other is not null && _isList == other._isList && IsDefault == other.IsDefault && _values.AsSpan().SequenceEqual(other._values);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as AgentNumbers);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_isList, _values?.Length, _values is [var first, ..] ? first : 0);

    /// <inheritdoc/>
    public override string ToString() => _values is null ? $"{_key}, not yet known" : ValueJson().ToJsonString();

    /// <summary>What is allowed for a number of agents.</summary>
    /// <param name="range">The range of each number.</param>
    /// <param name="agents">N.</param>
    internal static string Allowed(NumberRange range, int agents) => agents == 1
        ? $"{range}, or a list of one such number an agent"
        : $"{range}, or a list of {agents} of them, one an agent";

    /// <summary>The value in JSON, a default too.</summary>
    internal JsonNode ValueJson() => _isList ? new JsonArray([.. Values.Select(value => (JsonNode)value)]) : (JsonNode)Values[0];
}
