using System.Text.Json;
using FedPG.Core.Options;

namespace FedPG.Envs;

/// <summary>
/// An option that holds one number for all agents, a list with one for each, or a range that each agent's own is drawn from. With the degree lambda,
/// agent i has c + lambda (x_i - c): c is the mean over agents of a list, and the middle of a range, so that a draw depends on no other agent.
/// </summary>
internal sealed class PerAgentNumbers
{
    private const string From = "from", To = "to";
    private readonly object _value;
    private readonly int _agents;

    private PerAgentNumbers(object value, int agents) => (_value, _agents) = (value, agents);

    /// <summary>Whether each agent's number is drawn.</summary>
    public bool IsDrawn => _value is Range;

    /// <summary>Whether agents can have different numbers.</summary>
    public bool Differs => _value switch
    {
        double[] list => list.Any(x => x != list[0]),
        Range range => range.Low < range.High,
        _ => false,
    };

    /// <summary>Reads such an option.</summary>
    /// <param name="reader">The environment's options.</param>
    /// <param name="key">The option.</param>
    /// <param name="defaultValue">Its default, for all agents.</param>
    /// <param name="range">What each number may be.</param>
    /// <param name="agents">The number of agents N.</param>
    /// <param name="meaning">What it means, without the words about lists.</param>
    public static PerAgentNumbers Read(OptionReader reader, string key, double defaultValue, NumberRange range, int agents, string meaning)
    {
        object value = reader.Parsed<object>(key, defaultValue, $"{range}, a list of such numbers, or {{ \"from\": low, \"to\": high }}",
            $"{meaning} A list, at most one number an agent, gives each its own, cyclically when it is shorter than the agents are many; from and to draw each agent's own uniformly between them, by agentSeed.", Parse)!;
        if (value is double[] list) RequireFit(reader, key, list.Length, agents);
        return new PerAgentNumbers(value, agents);

        object? Parse(JsonElement element)
        {
            if (element.ValueKind == JsonValueKind.Number) return element.TryGetDouble(out double one) && range.Contains(one) ? one : null;
            if (element.ValueKind == JsonValueKind.Object) return ParseRange(element, range);
            if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() == 0) return null;
            double[] items = [.. element.EnumerateArray().Select(i => i.ValueKind == JsonValueKind.Number && i.TryGetDouble(out double v) ? v : double.NaN)];
            return items.All(range.Contains) ? items : null;
        }
    }

    /// <summary>Refuses a list that gives more than one item an agent: the rest would be left out.</summary>
    /// <param name="reader">The environment's options.</param>
    /// <param name="key">The option.</param>
    /// <param name="items">The length of the list.</param>
    /// <param name="agents">The number of agents N.</param>
    public static void RequireFit(OptionReader reader, string key, int items, int agents)
    {
        if (items > agents) reader.Reject(key, $"lists {items} for {agents} agent{(agents == 1 ? "" : "s")}; give at most one an agent");
    }

    /// <summary>The agents' numbers, [N].</summary>
    /// <param name="lambda">The degree in [0, 1].</param>
    /// <param name="draw">A uniform number on (0, 1) of each agent's own.</param>
    public double[] At(double lambda, Func<int, double> draw)
    {
        double[] numbers = [.. Enumerable.Range(0, _agents).Select(i => _value switch
        {
            double[] list => list[i % list.Length],
            Range between => between.Low + ((between.High - between.Low) * draw(i)),
            _ => (double)_value,
        })];
        // Exactly the given numbers where nothing has to move: the mean of equal numbers may round.
        if (lambda == 1 || !Differs) return numbers;
        double centre = _value is Range range ? range.Low + ((range.High - range.Low) / 2) : numbers.Average();
        for (int i = 0; i < numbers.Length; i++) numbers[i] = centre + (lambda * (numbers[i] - centre));
        return numbers;
    }

    private static Range? ParseRange(JsonElement element, NumberRange allowed)
    {
        bool both = element.EnumerateObject().Count() == 2 && element.TryGetProperty(From, out JsonElement from) && element.TryGetProperty(To, out JsonElement to)
            && from.ValueKind == JsonValueKind.Number && to.ValueKind == JsonValueKind.Number;
        if (!both) return null;
        (double low, double high) = (element.GetProperty(From).GetDouble(), element.GetProperty(To).GetDouble());
        return allowed.Contains(low) && allowed.Contains(high) && low <= high ? new Range(low, high) : null;
    }

    /// <summary>Where agents' numbers are drawn from.</summary>
    private sealed record Range(double Low, double High);
}
