namespace FedPG.Envs.Tabular.Exact.Sparse;

/// <summary>
/// An <see cref="EliminationOrder"/> by approximate minimum degree (Amestoy, Davis and Duff 1996): a state's degree is bounded by the sizes
/// of its cliques beyond the one just made, in place of the size of their union. It is found in a small part of the time, and costs little
/// more to eliminate. Stateless.
/// </summary>
internal static class ApproximateOrder
{
    /// <summary>The order, or null where it costs more than a limit.</summary>
    /// <param name="neighbours">The graph: the states that each is joined to.</param>
    /// <param name="mostCost">The most multiplications.</param>
    public static EliminationOrder? Of(int[][] neighbours, double mostCost)
    {
        int n = neighbours.Length;
        List<int>[] edges = [.. neighbours.Select(list => new List<int>(list))], memberships = [.. neighbours.Select(_ => new List<int>())];
        int[][] cliques = new int[n][], later = new int[n][];
        int[] degrees = [.. neighbours.Select(list => list.Length)], marks = new int[n], beyond = new int[n], stamps = new int[n];
        int[] order = new int[n], position = new int[n];
        bool[] eliminated = new bool[n], absorbed = new bool[n];
        var queue = new PriorityQueue<int, (int Degree, int State)>(n);
        for (int s = 0; s < n; s++) queue.Enqueue(s, (degrees[s], s));
        var found = new List<int>();
        double cost = 0;
        for (int place = 0; place < n;)
        {
            queue.TryDequeue(out int s, out (int Degree, int State) key);
            // Every change of a degree is queued anew; what was queued before it is out of date.
            if (eliminated[s] || key.Degree != degrees[s]) continue;
            int[] joined = Joined(s, place + 1);
            cost += (double)joined.Length * (joined.Length + 1);
            if (cost > mostCost) return null;
            eliminated[s] = true;
            (cliques[s], later[place], order[place], position[s]) = (joined, joined, s, place);
            foreach (int clique in memberships[s]) absorbed[clique] = true;
            (edges[s], memberships[s]) = ([], []);
            foreach (int t in joined)
            {
                memberships[t].RemoveAll(clique => absorbed[clique]);
                edges[t].RemoveAll(u => u == s || marks[u] == place + 1);
                foreach (int clique in memberships[t])
                {
                    if (stamps[clique] != place + 1) (stamps[clique], beyond[clique]) = (place + 1, cliques[clique].Length);
                    beyond[clique]--;
                }
            }
            int left = n - place - 2;
            foreach (int t in joined)
            {
                // A clique within the new one says nothing that it does not say.
                memberships[t].RemoveAll(clique => beyond[clique] == 0);
                int bound = edges[t].Count + joined.Length - 1;
                foreach (int clique in memberships[t]) bound += beyond[clique];
                degrees[t] = Math.Min(left, Math.Min(bound, degrees[t] + joined.Length - 1));
                memberships[t].Add(s);
                queue.Enqueue(t, (degrees[t], t));
            }
            place++;
        }
        foreach (int[] row in later)
        {
            for (int k = 0; k < row.Length; k++) row[k] = position[row[k]];
            Array.Sort(row);
        }
        return new EliminationOrder(order, later, cost);

        int[] Joined(int s, int mark)
        {
            found.Clear();
            marks[s] = mark;
            foreach (int t in edges[s]) Note(t, mark);
            foreach (int clique in memberships[s])
            {
                foreach (int t in cliques[clique]) Note(t, mark);
            }
            return [.. found];
        }

        void Note(int t, int mark)
        {
            if (marks[t] == mark || eliminated[t]) return;
            marks[t] = mark;
            found.Add(t);
        }
    }
}
