using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core.Options;

namespace FedPG.Envs;

/// <summary>
/// An option that holds one number for all agents, a list with one for each, or a range that each agent's own is drawn from. With the
/// degree lambda, agent i has c + lambda (x_i - c). The centre c is the mean over agents of a list, and the middle of a range, so that a
/// draw depends on no other agent. A number, a list in brackets, an array and <see cref="Between"/> make one. Immutable.
/// </summary>
[CollectionBuilder(typeof(PerAgentNumbers), nameof(List))]
public sealed class PerAgentNumbers : IOptionValue<PerAgentNumbers>
{
    private const string From = "from", To = "to";
    private readonly double[] _numbers;
    private readonly Kind _kind;

    private PerAgentNumbers(Kind kind, params double[] numbers) => (_kind, _numbers) = (kind, numbers);

    private enum Kind
    {
        Common,
        List,
        Range,
    }

    /// <inheritdoc/>
    public static string Rule =>
        "A list, at most one number an agent, gives each its own, cyclically when it is shorter than the agents are many; "
        + "from and to draw each agent's own uniformly between them, by agentSeed.";

    /// <summary>Whether each agent's number is drawn.</summary>
    internal bool IsDrawn => _kind == Kind.Range;

    /// <summary>Whether the agents have numbers of their own: a list, or a range.</summary>
    internal bool IsOwn => _kind != Kind.Common;

    /// <summary>Whether agents can have different numbers.</summary>
    internal bool Differs => _kind switch
    {
        Kind.List => _numbers.Any(x => x != _numbers[0]),
        Kind.Range => _numbers[0] < _numbers[1],
        _ => false,
    };

    /// <summary>One number for all agents.</summary>
    /// <param name="number">The number.</param>
    public static implicit operator PerAgentNumbers(double number) => new(Kind.Common, number);

    /// <summary>Numbers of the agents' own, at most one an agent, cyclically when there are fewer.</summary>
    /// <param name="numbers">At least one number.</param>
    public static implicit operator PerAgentNumbers(double[] numbers) => new(Kind.List, numbers);

    /// <summary>The same, for lists in brackets.</summary>
    /// <param name="numbers">At least one number.</param>
    public static PerAgentNumbers List(ReadOnlySpan<double> numbers) => new(Kind.List, numbers.ToArray());

    /// <summary>A number of each agent's own, drawn uniformly by <c>agentSeed</c>.</summary>
    /// <param name="low">The least.</param>
    /// <param name="high">The greatest, at least <paramref name="low"/>.</param>
    public static PerAgentNumbers Between(double low, double high) => new(Kind.Range, low, high);

    /// <inheritdoc/>
    public static JsonObject Form(NumberRange range) => JsonForm.OneOf(
        JsonForm.Number(range), JsonForm.ListOf(JsonForm.Number(range)),
        JsonForm.Section([KeyValuePair.Create(From, JsonForm.Number(range)), KeyValuePair.Create(To, JsonForm.Number(range))]));

    /// <inheritdoc/>
    public static string Allowed(NumberRange range) => $"{range}, a list of such numbers, or {{ \"from\": low, \"to\": high }}";

    /// <inheritdoc/>
    public static bool TryParse(JsonElement element, NumberRange range, out PerAgentNumbers value)
    {
        PerAgentNumbers? read = element.ValueKind switch
        {
            JsonValueKind.Number => element.TryGetDouble(out double one) && range.Contains(one) ? (PerAgentNumbers)one : null,
            JsonValueKind.Array => JsonValues.Numbers(element, range) is { Length: > 0 } items ? (PerAgentNumbers)items : null,
            JsonValueKind.Object => ParseRange(element, range),
            _ => null,
        };
        value = read!;
        return read is not null;
    }

    /// <inheritdoc/>
    public JsonNode? ToJson() => _kind switch
    {
        Kind.Common => _numbers[0],
        Kind.List => new JsonArray([.. _numbers.Select(x => (JsonNode)x)]),
        _ => new JsonObject { [From] = _numbers[0], [To] = _numbers[1] },
    };

    /// <summary>The numbers that were given: the one, the list, or the ends of the range.</summary>
    public IEnumerator<double> GetEnumerator() => ((IEnumerable<double>)_numbers).GetEnumerator();

    /// <summary>Refuses a list that gives more than one item an agent: the rest would be left out.</summary>
    /// <param name="reader">The environment's options.</param>
    /// <param name="key">The option.</param>
    /// <param name="items">The length of the list.</param>
    /// <param name="agents">The number of agents N.</param>
    internal static void RequireFit(OptionReader reader, string key, int items, int agents)
    {
        if (items > agents) reader.Reject(key, $"lists {items} for {agents} agent{(agents == 1 ? "" : "s")}; give at most one an agent");
    }

    /// <summary>The same for these numbers.</summary>
    /// <param name="reader">The environment's options.</param>
    /// <param name="key">The option.</param>
    /// <param name="agents">The number of agents N.</param>
    internal void RequireFit(OptionReader reader, string key, int agents)
    {
        if (_kind == Kind.List) RequireFit(reader, key, _numbers.Length, agents);
    }

    /// <summary>The agents' numbers, [N].</summary>
    /// <param name="agents">The number of agents N.</param>
    /// <param name="lambda">The degree in [0, 1].</param>
    /// <param name="draw">A uniform number on (0, 1) of each agent's own.</param>
    internal double[] At(int agents, double lambda, Func<int, double> draw)
    {
        double[] numbers = [.. Enumerable.Range(0, agents).Select(i => IsDrawn
            ? _numbers[0] + ((_numbers[1] - _numbers[0]) * draw(i))
            : _numbers[i % _numbers.Length])];
        // Exactly the given numbers where nothing has to move: the mean of equal numbers may round.
        if (lambda == 1 || !Differs) return numbers;
        double centre = IsDrawn ? _numbers[0] + ((_numbers[1] - _numbers[0]) / 2) : numbers.Average();
        for (int i = 0; i < numbers.Length; i++) numbers[i] = centre + (lambda * (numbers[i] - centre));
        return numbers;
    }

    private static PerAgentNumbers? ParseRange(JsonElement element, NumberRange allowed)
    {
        bool both = element.EnumerateObject().Count() == 2
            && element.TryGetProperty(From, out JsonElement from) && element.TryGetProperty(To, out JsonElement to)
            && from.ValueKind == JsonValueKind.Number && to.ValueKind == JsonValueKind.Number;
        if (!both) return null;
        (double low, double high) = (element.GetProperty(From).GetDouble(), element.GetProperty(To).GetDouble());
        return allowed.Contains(low) && allowed.Contains(high) && low <= high ? Between(low, high) : null;
    }
}
