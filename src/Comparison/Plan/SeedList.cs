using System.Globalization;
using FedPG.Core.Options;

namespace FedPG.Comparison.Plan;

/// <summary>Lists of seeds as users write them: <c>1..10</c>, <c>1,2,5</c>, or both mixed. Stateless.</summary>
internal static class SeedList
{
    /// <summary>The largest seed of an experiment.</summary>
    public const long Largest = OptionReader.LargestSeed;

    /// <summary>The most seeds of one list.</summary>
    public const int Max = 10_000;

    private const string Form = "must be seeds as in 1..10 or 1,2,5";

    /// <summary>Reads a list.</summary>
    /// <param name="text">The list.</param>
    /// <param name="source">The option, as errors name it.</param>
    /// <param name="errors">Takes every error.</param>
    /// <returns>The seeds in the order given; without those that are wrong.</returns>
    public static IReadOnlyList<long> Parse(string text, string source, List<ValidationError> errors)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(errors);
        var seeds = new List<long>();
        var seen = new HashSet<long>();
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            string[] ends = part.Split("..", StringSplitOptions.TrimEntries);
            if (ends.Length > 2 || !TrySeed(ends[0], out long first) | !TrySeed(ends[^1], out long last))
            {
                errors.Add(new ValidationError(source, "", $"\"{(part.Length > 0 ? part : text)}\"",
                    $"{Form}, each a whole number from 0 to {Largest}"));
                continue;
            }
            if (last < first)
            {
                errors.Add(new ValidationError(source, "", part,
                    $"is a range without seeds, because {first} is above {last}; did you mean {last}..{first}?"));
                continue;
            }
            if (last - first >= Max || seeds.Count + (last - first) >= Max)
            {
                errors.Add(new ValidationError(source, "", part, $"gives more than {Max} seeds, which is the most"));
                continue;
            }
            for (long seed = first; seed <= last; seed++)
            {
                if (seen.Add(seed)) seeds.Add(seed);
                else errors.Add(new ValidationError(source, "", text, $"names seed {seed} twice"));
            }
        }
        return seeds;
    }

    /// <summary>A list in its shortest form.</summary>
    public static string Write(IReadOnlyList<long> seeds)
    {
        ArgumentNullException.ThrowIfNull(seeds);
        var parts = new List<string>();
        for (int i = 0; i < seeds.Count;)
        {
            int j = i;
            while (j + 1 < seeds.Count && seeds[j + 1] == seeds[j] + 1) j++;
            parts.Add(j - i < 2 ? string.Join(',', seeds.Skip(i).Take(j - i + 1)) : $"{seeds[i]}..{seeds[j]}");
            i = j + 1;
        }
        return string.Join(',', parts);
    }

    private static bool TrySeed(string text, out long seed) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out seed) && seed <= Largest;
}
