namespace FedPG.Reporting.Figures;

/// <summary>
/// One style for each algorithm, in every figure: a reader who knows one picture can read the next. The first eight have colours of their
/// own; later ones have those again with other markers.
/// </summary>
internal static class AlgorithmStyles
{
    private static readonly string[] Known =
    [
        "fast-fedpg", "fedavg", "centralized", "scaffold", "fedlin", "fedprox", "fedkl", "independent", "decentralized", "pmd", "pavg",
        "qavg", "fedq", "fedtd", "ditto",
    ];

    /// <summary>
    /// A style for each of several curves, no two the same: an algorithm's own for its first one, and free ones for others of the same
    /// algorithm and for algorithms of plug-ins.
    /// </summary>
    /// <param name="algorithms">The registered name of each curve's algorithm.</param>
    public static int[] Of(IReadOnlyList<string> algorithms)
    {
        int[] styles = [.. algorithms.Select((name, k) => algorithms.Take(k).Contains(name) ? -1 : Array.IndexOf(Known, name))];
        var taken = new HashSet<int>(styles.Where(style => style >= 0));
        int next = 0;
        for (int k = 0; k < styles.Length; k++)
        {
            if (styles[k] >= 0) continue;
            while (!taken.Add(next)) next++;
            styles[k] = next;
        }
        return styles;
    }
}
