using System.Text.Json;
using FedPG.Envs.Options;

namespace FedPG.Envs;

/// <summary>Options that hold one number for all agents, or a list with one for each.</summary>
internal static class PerAgentNumbers
{
    /// <summary>Reads such an option.</summary>
    /// <param name="reader">The environment's options.</param>
    /// <param name="key">The option.</param>
    /// <param name="defaultValue">Its default, for all agents.</param>
    /// <param name="range">What each number may be.</param>
    /// <param name="agents">The number of agents N.</param>
    /// <param name="meaning">What it means, without the words about lists.</param>
    /// <returns>Each agent's number, [N]; a shorter list is gone through again and again.</returns>
    public static double[] Read(OptionReader reader, string key, double defaultValue, NumberRange range, int agents, string meaning)
    {
        object value = reader.Parsed<object>(key, defaultValue, $"{range}, or a list of such numbers",
            $"{meaning} A list gives each agent its own, cyclically when it is shorter than the agents are many.", Parse)!;
        return value is double[] list
            ? [.. Enumerable.Range(0, agents).Select(i => list[i % list.Length])]
            : [.. Enumerable.Repeat((double)value, agents)];

        object? Parse(JsonElement element)
        {
            if (element.ValueKind == JsonValueKind.Number) return element.TryGetDouble(out double one) && range.Contains(one) ? one : null;
            if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() == 0) return null;
            double[] items = [.. element.EnumerateArray().Select(i => i.ValueKind == JsonValueKind.Number && i.TryGetDouble(out double v) ? v : double.NaN)];
            return items.All(range.Contains) ? items : null;
        }
    }

    /// <summary>Pulls numbers towards their mean: x_i becomes xbar + lambda (x_i - xbar).</summary>
    public static void Scale(double[] numbers, double lambda)
    {
        // Exactly the given numbers where nothing has to move: the mean of equal numbers may round.
        if (lambda == 1 || numbers.All(x => x == numbers[0])) return;
        double mean = numbers.Average();
        for (int i = 0; i < numbers.Length; i++) numbers[i] = mean + (lambda * (numbers[i] - mean));
    }
}
