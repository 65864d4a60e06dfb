namespace FedPG.Envs.Tabular.Exact;

/// <summary>
/// The undirected graph of a kernel: a state is joined to those that any action may lead to, and to those that may lead to it.
/// </summary>
internal static class StateGraph
{
    /// <summary>The states before or after each state, ascending, without itself.</summary>
    public static int[][] Neighbours(TransitionKernel kernel)
    {
        int n = kernel.States;
        int[][] after = new int[n][];
        int[] lastSeenBy = new int[n], counts = new int[n];
        Array.Fill(lastSeenBy, -1);
        var found = new List<int>();
        for (int s = 0; s < n; s++)
        {
            found.Clear();
            lastSeenBy[s] = s;
            for (int row = s * kernel.Actions; row < (s + 1) * kernel.Actions; row++)
            {
                foreach (int next in kernel.Next(row))
                {
                    if (lastSeenBy[next] == s) continue;
                    lastSeenBy[next] = s;
                    found.Add(next);
                    counts[next]++;
                }
            }
            after[s] = [.. found];
            counts[s] += found.Count;
        }
        int[][] neighbours = [.. counts.Select(count => new int[count])];
        Array.Clear(counts);
        for (int s = 0; s < n; s++)
        {
            foreach (int next in after[s])
            {
                neighbours[s][counts[s]++] = next;
                neighbours[next][counts[next]++] = s;
            }
        }
        for (int s = 0; s < n; s++)
        {
            Array.Sort(neighbours[s]);
            neighbours[s] = WithoutRepetitions(neighbours[s]);
        }
        return neighbours;
    }

    private static int[] WithoutRepetitions(int[] sorted)
    {
        int count = 0;
        foreach (int value in sorted)
        {
            if (count == 0 || sorted[count - 1] != value) sorted[count++] = value;
        }
        return count == sorted.Length ? sorted : sorted[..count];
    }
}
