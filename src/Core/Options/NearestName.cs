namespace FedPG.Core.Options;

/// <summary>Finds the name a user probably meant.</summary>
internal static class NearestName
{
    /// <summary>
    /// The candidate that begins with <paramref name="name"/>, else the one at the smallest edit distance; null when there are none.
    /// </summary>
    public static string? Of(string name, IEnumerable<string> candidates)
    {
        string? best = null;
        int bestDistance = int.MaxValue;
        foreach (string candidate in candidates)
        {
            // What the user typed may be the beginning of a longer name.
            bool begins = name.Length > 0 && candidate.StartsWith(name, StringComparison.OrdinalIgnoreCase);
            int distance = begins ? 0 : EditDistance(name.ToUpperInvariant(), candidate.ToUpperInvariant());
            if (distance >= bestDistance) continue;
            (best, bestDistance) = (candidate, distance);
        }
        return best;
    }

    /// <summary>Levenshtein's distance: single-letter insertions, deletions and replacements from one name to the other.</summary>
    private static int EditDistance(string a, string b)
    {
        int[] previous = [.. Enumerable.Range(0, b.Length + 1)];
        int[] current = new int[b.Length + 1];
        for (int i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replace = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                current[j] = Math.Min(replace, 1 + Math.Min(previous[j], current[j - 1]));
            }
            (previous, current) = (current, previous);
        }
        return previous[b.Length];
    }
}
