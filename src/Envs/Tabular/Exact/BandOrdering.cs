namespace FedPG.Envs.Tabular.Exact;

/// <summary>
/// An order of the states that brings the entries of every policy's transition matrix close to the diagonal (Cuthill and McKee 1969,
/// reversed): a gridworld of width w gets half-bandwidth about w, so a factorisation costs S w^2 instead of S^3. Immutable.
/// </summary>
internal sealed class BandOrdering
{
    private BandOrdering(int[] position, int[] state, int lower, int upper) =>
        (Position, State, Lower, Upper) = (position, state, lower, upper);

    /// <summary>Where each state stands in the order, [S].</summary>
    public int[] Position { get; }

    /// <summary>Which state stands at each place, [S].</summary>
    public int[] State { get; }

    /// <summary>The number of diagonals below the main one that can hold an entry.</summary>
    public int Lower { get; }

    /// <summary>The number of diagonals above the main one that can hold an entry.</summary>
    public int Upper { get; }

    /// <summary>The multiplications that one factorisation takes at most.</summary>
    public double FactorisationCost => (double)State.Length * (Lower + 1) * (Upper + 1);

    /// <summary>The same, counted: the band is cut off at the matrix's corners.</summary>
    public double Multiplications
    {
        get
        {
            double sum = 0;
            for (int left = State.Length - 1; left >= 0; left--) sum += (double)Math.Min(Lower, left) * (Math.Min(Upper, left) + 1);
            return sum;
        }
    }

    /// <summary>How many numbers the band holds.</summary>
    public long BandSize => (long)State.Length * (Lower + Upper + 1);

    public static BandOrdering Of(TransitionKernel kernel, int[][] neighbours)
    {
        int n = kernel.States;
        int[] order = new int[n];
        bool[] seen = new bool[n];
        int count = 0;
        foreach (int start in Enumerable.Range(0, n).OrderBy(s => neighbours[s].Length))
        {
            if (seen[start]) continue;
            int head = count;
            int root = FarEnd(neighbours, FarEnd(neighbours, start));
            order[count++] = root;
            seen[root] = true;
            while (head < count)
            {
                int from = count;
                foreach (int next in neighbours[order[head++]])
                {
                    if (seen[next]) continue;
                    seen[next] = true;
                    order[count++] = next;
                }
                Array.Sort(order, from, count - from, Comparer<int>.Create((a, b) =>
                    neighbours[a].Length != neighbours[b].Length ? neighbours[a].Length - neighbours[b].Length : a - b));
            }
        }
        Array.Reverse(order);
        int[] position = new int[n];
        for (int i = 0; i < n; i++) position[order[i]] = i;
        (int lower, int upper) = Bandwidths(kernel, position);
        return new BandOrdering(position, order, lower, upper);
    }

    /// <summary>A state in the last level of a breadth-first search: a good end to start numbering from.</summary>
    private static int FarEnd(int[][] neighbours, int start)
    {
        var seen = new HashSet<int> { start };
        var queue = new Queue<int>([start]);
        int last = start;
        while (queue.TryDequeue(out int s))
        {
            last = s;
            foreach (int next in neighbours[s])
            {
                if (seen.Add(next)) queue.Enqueue(next);
            }
        }
        return last;
    }

    private static (int Lower, int Upper) Bandwidths(TransitionKernel kernel, int[] position)
    {
        int lower = 0, upper = 0;
        for (int row = 0; row < kernel.RowCount; row++)
        {
            int i = position[row / kernel.Actions];
            foreach (int next in kernel.Next(row))
            {
                lower = Math.Max(lower, i - position[next]);
                upper = Math.Max(upper, position[next] - i);
            }
        }
        return (lower, upper);
    }
}
