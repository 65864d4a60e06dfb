namespace FedPG.Cluster.Server;

/// <summary>Which worker holds which block: by threads, and with as few moves as that allows.</summary>
internal static class BlockSpread
{
    /// <summary>Spreads blocks over workers.</summary>
    /// <param name="current">The worker of each block, an index into <paramref name="threads"/>; null where it has none.</param>
    /// <param name="threads">The threads of each worker, 1 or more; at least one worker.</param>
    /// <returns>The worker of each block.</returns>
    public static int[] Assign(IReadOnlyList<int?> current, IReadOnlyList<int> threads)
    {
        int[] target = Shares(current, threads);
        int[] held = new int[threads.Count], result = new int[current.Count];
        for (int b = 0; b < current.Count; b++)
        {
            result[b] = current[b] is { } w && held[w] < target[w] ? w : -1;
            if (result[b] >= 0) held[result[b]]++;
        }
        int next = 0;
        for (int b = 0; b < current.Count; b++)
        {
            if (result[b] >= 0) continue;
            while (held[next] >= target[next]) next++;
            held[result[b] = next]++;
        }
        return result;
    }

    /// <summary>
    /// How many blocks each worker gets: each further block goes to the worker that has the fewest a
    /// thread; among equals, to one that holds more already.
    /// </summary>
    private static int[] Shares(IReadOnlyList<int?> current, IReadOnlyList<int> threads)
    {
        int[] holds = new int[threads.Count], share = new int[threads.Count];
        foreach (int? worker in current)
        {
            if (worker is { } w) holds[w]++;
        }
        for (int b = 0; b < current.Count; b++)
        {
            int best = 0;
            for (int w = 1; w < threads.Count; w++)
            {
                long mine = (long)(share[w] + 1) * threads[best], other = (long)(share[best] + 1) * threads[w];
                if (mine < other || (mine == other && holds[w] - share[w] > holds[best] - share[best])) best = w;
            }
            share[best]++;
        }
        return share;
    }
}
