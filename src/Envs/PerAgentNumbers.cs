using System.Text.Json;
using FedPG.Envs.Options;

namespace FedPG.Envs;

/// <summary>Options that hold one number for all agents, a list with one for each, or a range that each agent's own is drawn from.</summary>
internal static class PerAgentNumbers
{
    private const string From = "from", To = "to";

    /// <summary>Reads such an option.</summary>
    /// <param name="reader">The environment's options.</param>
    /// <param name="key">The option.</param>
    /// <param name="defaultValue">Its default, for all agents.</param>
    /// <param name="range">What each number may be.</param>
    /// <param name="agents">The number of agents N.</param>
    /// <param name="meaning">What it means, without the words about lists.</param>
    /// <returns>What gives the agents' numbers, [N], from a uniform number on (0, 1) of each agent's own; a list shorter than N is gone through again and again.</returns>
    public static Func<Func<int, double>, double[]> Read(OptionReader reader, string key, double defaultValue, NumberRange range, int agents, string meaning)
    {
        object value = reader.Parsed<object>(key, defaultValue, $"{range}, a list of such numbers, or {{ \"from\": low, \"to\": high }}",
            $"{meaning} A list gives each agent its own, cyclically when it is shorter than the agents are many; from and to draw each agent's own uniformly between them, by agentSeed.", Parse)!;
        return draw => [.. Enumerable.Range(0, agents).Select(i => value switch
        {
            double[] list => list[i % list.Length],
            Range between => between.Low + ((between.High - between.Low) * draw(i)),
            _ => (double)value,
        })];

        object? Parse(JsonElement element)
        {
            if (element.ValueKind == JsonValueKind.Number) return element.TryGetDouble(out double one) && range.Contains(one) ? one : null;
            if (element.ValueKind == JsonValueKind.Object) return ParseRange(element, range);
            if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() == 0) return null;
            double[] items = [.. element.EnumerateArray().Select(i => i.ValueKind == JsonValueKind.Number && i.TryGetDouble(out double v) ? v : double.NaN)];
            return items.All(range.Contains) ? items : null;
        }
    }

    private static Range? ParseRange(JsonElement element, NumberRange allowed)
    {
        bool both = element.EnumerateObject().Count() == 2 && element.TryGetProperty(From, out JsonElement from) && element.TryGetProperty(To, out JsonElement to)
            && from.ValueKind == JsonValueKind.Number && to.ValueKind == JsonValueKind.Number;
        if (!both) return null;
        (double low, double high) = (element.GetProperty(From).GetDouble(), element.GetProperty(To).GetDouble());
        return allowed.Contains(low) && allowed.Contains(high) && low <= high ? new Range(low, high) : null;
    }

    /// <summary>Whether such an option is given as a range that numbers are drawn from.</summary>
    public static bool IsDrawn(OptionReader reader, string key) => reader.Raw(key).ValueKind == JsonValueKind.Object;

    /// <summary>Where agents' numbers are drawn from.</summary>
    private sealed record Range(double Low, double High);

    /// <summary>Pulls numbers towards their mean: x_i becomes xbar + lambda (x_i - xbar).</summary>
    public static void Scale(double[] numbers, double lambda)
    {
        // Exactly the given numbers where nothing has to move: the mean of equal numbers may round.
        if (lambda == 1 || numbers.All(x => x == numbers[0])) return;
        double mean = numbers.Average();
        for (int i = 0; i < numbers.Length; i++) numbers[i] = mean + (lambda * (numbers[i] - mean));
    }
}
