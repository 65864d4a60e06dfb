namespace FedPG.Envs.Tabular.Exact.Sparse;

/// <summary>
/// An order of the states in which elimination of I - gamma P fills in little, and what is filled in: minimum degree (Tinney and Walker
/// 1967) on the graph whose edges join a state with those before and after it, kept as a quotient graph of eliminated cliques (George and
/// Liu 1981). Ties go to the lower state. A square grid of n states gets about 7 n log n entries instead of the 2 n^1.5 of its band.
/// Immutable.
/// </summary>
internal sealed class EliminationOrder
{
    /// <summary>An order that was found elsewhere.</summary>
    internal EliminationOrder(int[] state, int[][] later, double cost) => (State, Later, Cost) = (state, later, cost);

    /// <summary>Which state stands at each place, [S].</summary>
    public int[] State { get; }

    /// <summary>
    /// The later places that are joined to each place when it is eliminated, ascending: its row of U and its column of L.
    /// </summary>
    public int[][] Later { get; }

    /// <summary>The multiplications of one factorisation.</summary>
    public double Cost { get; }

    /// <summary>
    /// The order, or null where it costs more than a limit. The search ends as soon as that is certain: m states with e edges between them
    /// cost at least e + e^2 / m, as what is filled in has these edges too, their number is the sum of the m degrees, and squares with a
    /// given sum are least where all are alike.
    /// </summary>
    /// <param name="neighbours">The graph of the kernel.</param>
    /// <param name="mostCost">The most multiplications.</param>
    public static EliminationOrder? Of(int[][] neighbours, double mostCost)
    {
        int n = neighbours.Length;
        var graph = new QuotientGraph(neighbours);
        var queue = new PriorityQueue<int, (int Degree, int State)>(n);
        for (int s = 0; s < n; s++) queue.Enqueue(s, (graph.Degree(s), s));
        (int[] order, int[] position, int[][] later) = (new int[n], new int[n], new int[n][]);
        double cost = 0;
        for (int place = 0; place < n;)
        {
            queue.TryDequeue(out int s, out (int Degree, int State) key);
            // Every change of a degree is queued anew; what was queued before it is out of date.
            if (graph.IsEliminated(s) || key.Degree != graph.Degree(s)) continue;
            int[] joined = graph.Eliminate(s);
            cost += (double)joined.Length * (joined.Length + 1);
            double edges = graph.Edges;
            if (cost + edges + (edges * edges / Math.Max(n - place - 1, 1)) > mostCost) return null;
            (order[place], position[s], later[place]) = (s, place, joined);
            place++;
            foreach (int t in joined) queue.Enqueue(t, (graph.Degree(t), t));
        }
        foreach (int[] row in later)
        {
            for (int k = 0; k < row.Length; k++) row[k] = position[row[k]];
            Array.Sort(row);
        }
        return new EliminationOrder(order, later, cost);
    }

    /// <summary>
    /// The graph that is left after eliminations: two states are joined by an edge of their own or by a clique, the neighbours that an
    /// eliminated state had.
    /// </summary>
    private sealed class QuotientGraph
    {
        private readonly int[][] _cliques;
        private readonly List<int>[] _edges, _memberships;
        private readonly bool[] _eliminated, _absorbed;
        private readonly int[] _degrees, _marks;
        private readonly List<int> _found = [];
        private int _mark;

        public QuotientGraph(int[][] neighbours)
        {
            int n = neighbours.Length;
            (_cliques, _eliminated, _absorbed) = (new int[n][], new bool[n], new bool[n]);
            _edges = [.. neighbours.Select(list => new List<int>(list))];
            _memberships = [.. neighbours.Select(_ => new List<int>())];
            _degrees = [.. neighbours.Select(list => list.Length)];
            _marks = new int[n];
            Edges = neighbours.Sum(list => (long)list.Length) / 2;
        }

        /// <summary>How many pairs of the states that are left are joined.</summary>
        public long Edges { get; private set; }

        public int Degree(int s) => _degrees[s];

        public bool IsEliminated(int s) => _eliminated[s];

        /// <summary>Eliminates a state and returns the ones that it was joined to.</summary>
        public int[] Eliminate(int s)
        {
            int[] joined = [.. Joined(s)];
            _eliminated[s] = true;
            _cliques[s] = joined;
            foreach (int clique in _memberships[s]) _absorbed[clique] = true;
            (_edges[s], _memberships[s]) = ([], []);
            int inClique = ++_mark;
            foreach (int t in joined) _marks[t] = inClique;
            foreach (int t in joined)
            {
                _memberships[t].RemoveAll(clique => _absorbed[clique]);
                _memberships[t].Add(s);
                _edges[t].RemoveAll(u => u == s || _marks[u] == inClique);
            }
            long gained = -joined.Length;
            foreach (int t in joined)
            {
                int before = _degrees[t];
                _degrees[t] = Joined(t).Count;
                gained += _degrees[t] - before;
            }
            Edges += gained / 2;
            return joined;
        }

        /// <summary>The states that a state is joined to now; valid until the next call.</summary>
        private List<int> Joined(int s)
        {
            _mark++;
            _marks[s] = _mark;
            _found.Clear();
            foreach (int t in _edges[s]) Note(t);
            foreach (int clique in _memberships[s])
            {
                foreach (int t in _cliques[clique]) Note(t);
            }
            return _found;

            void Note(int t)
            {
                if (_marks[t] == _mark || _eliminated[t]) return;
                _marks[t] = _mark;
                _found.Add(t);
            }
        }
    }
}
