namespace FedPG.Core.Options;

/// <summary>Finds the name a user probably meant.</summary>
internal static class NearestName
{
    /// <summary>The letters that a name has at least where it is looked for within another one.</summary>
    private const int LeastPart = 3;

    /// <summary>
    /// The candidate that is the same but for case and separators, else one that begins with <paramref name="name"/>, else the one at the
    /// smallest edit distance, or at a third of it where the name has words around it; null when there are none.
    /// </summary>
    /// <param name="name">What was written.</param>
    /// <param name="candidates">What there is.</param>
    public static string? Of(string name, IEnumerable<string> candidates) => Best(name, candidates).Name;

    /// <summary>The same, and null where nothing is near: where more than a third of the letters would have to change.</summary>
    /// <param name="name">What was written.</param>
    /// <param name="candidates">What there is.</param>
    internal static string? Near(string name, IEnumerable<string> candidates)
    {
        (string? best, int distance) = Best(name, candidates);
        return best is not null && distance <= Math.Max(2, Math.Max(name.Length, best.Length) / 3) ? best : null;
    }

    private static (string? Name, int Distance) Best(string name, IEnumerable<string> candidates)
    {
        (string? best, int bestDistance) = (null, int.MaxValue);
        string letters = Letters(name);
        foreach (string candidate in candidates)
        {
            // What the user typed may be the beginning of a longer name.
            bool begins = name.Length > 0 && candidate.StartsWith(name, StringComparison.OrdinalIgnoreCase);
            string other = Letters(candidate);
            int distance = letters.Length > 0 && letters == other ? -1
                : begins ? 0 : EditDistance(name.ToUpperInvariant(), candidate.ToUpperInvariant());
            // Or more words around it: is_slippery, map_name, fickle_passenger.
            if (other.Length >= LeastPart && letters.Contains(other, StringComparison.Ordinal))
                distance = Math.Min(distance, (letters.Length - other.Length) / LeastPart);
            if (distance >= bestDistance) continue;
            (best, bestDistance) = (candidate, distance);
        }
        return (best, bestDistance);
    }

    /// <summary>A name without case and separators: localSteps, local-steps and LOCAL_STEPS are one.</summary>
    private static string Letters(string name) => string.Concat(name.Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant();

    /// <summary>
    /// Insertions, deletions, replacements of single letters and exchanges of two neighbours from one name to the other (optimal string
    /// alignment).
    /// </summary>
    private static int EditDistance(string a, string b)
    {
        int[] before = [], previous = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int[] current = new int[b.Length + 1];
            current[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replace = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                current[j] = Math.Min(replace, 1 + Math.Min(previous[j], current[j - 1]));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) current[j] = Math.Min(current[j], before[j - 2] + 1);
            }
            (before, previous) = (previous, current);
        }
        return previous[b.Length];
    }
}
