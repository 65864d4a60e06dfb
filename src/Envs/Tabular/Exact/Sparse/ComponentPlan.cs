namespace FedPG.Envs.Tabular.Exact.Sparse;

/// <summary>
/// The strongly connected components of a kernel, and a plan to factorise I - gamma P_pi within each of them. What leaves a component for
/// good needs no elimination: its states are known when the component is solved. A model of a protocol or a game, which forgets what it
/// passed, falls into many. Immutable.
/// </summary>
internal sealed class ComponentPlan
{
    private ComponentPlan(EliminationPlan plan, int[] starts) => (Plan, Starts) = (plan, starts);

    /// <summary>Where the factors of all components lie.</summary>
    public EliminationPlan Plan { get; }

    /// <summary>
    /// The first place of each component, and S; its places lie side by side, and transitions that leave it lead to one before it.
    /// </summary>
    public int[] Starts { get; }

    /// <summary>
    /// The plan; null where one component has most of the states, so that nothing is gained, and where elimination costs more than a limit.
    /// </summary>
    /// <param name="kernel">P.</param>
    /// <param name="mostCost">The most multiplications.</param>
    public static ComponentPlan? Of(TransitionKernel kernel, double mostCost)
    {
        (int[] component, int[] sizes) = Components(kernel);
        if (2 * (long)sizes.Max() > kernel.States) return null;
        var within = new HashSet<int>[kernel.States];
        for (int s = 0; s < within.Length; s++) within[s] = [];
        for (int row = 0; row < kernel.RowCount; row++)
        {
            int s = row / kernel.Actions;
            foreach (int t in kernel.Next(row))
            {
                if (s == t || component[s] != component[t]) continue;
                within[s].Add(t);
                within[t].Add(s);
            }
        }
        if (ApproximateOrder.Of([.. within.Select(set => set.Order().ToArray())], mostCost) is not { } order) return null;
        int[] starts = new int[sizes.Length + 1];
        for (int c = 0; c < sizes.Length; c++) starts[c + 1] = starts[c] + sizes[c];
        return new ComponentPlan(new EliminationPlan(kernel, SideBySide(order, component, starts)), starts);
    }

    /// <summary>The order with the places of each component side by side: no entry joins two, so what is eliminated is the same.</summary>
    private static EliminationOrder SideBySide(EliminationOrder order, int[] component, int[] starts)
    {
        int n = order.State.Length;
        int[] next = [.. starts], moved = new int[n], state = new int[n];
        for (int place = 0; place < n; place++) moved[place] = next[component[order.State[place]]]++;
        int[][] later = new int[n][];
        for (int place = 0; place < n; place++)
            (state[moved[place]], later[moved[place]]) = (order.State[place], [.. order.Later[place].Select(to => moved[to])]);
        return new EliminationOrder(state, later, order.Cost);
    }

    /// <summary>Tarjan's components (1972), without recursion: a component is numbered after all that it leads to.</summary>
    private static (int[] Component, int[] Sizes) Components(TransitionKernel kernel)
    {
        int n = kernel.States, actions = kernel.Actions, found = 0;
        int[] index = new int[n], low = new int[n], component = new int[n], row = new int[n], entry = new int[n];
        Array.Fill(component, -1);
        var sizes = new List<int>();
        Stack<int> path = [], open = [];
        for (int root = 0; root < n; root++)
        {
            if (index[root] > 0) continue;
            Enter(root);
            while (path.TryPeek(out int s))
            {
                if (row[s] < actions)
                {
                    ReadOnlySpan<int> next = kernel.Next((s * actions) + row[s]);
                    if (entry[s] == next.Length)
                    {
                        (row[s], entry[s]) = (row[s] + 1, 0);
                        continue;
                    }
                    int t = next[entry[s]++];
                    if (index[t] == 0) Enter(t);
                    else if (component[t] < 0) low[s] = Math.Min(low[s], index[t]);
                    continue;
                }
                path.Pop();
                if (path.TryPeek(out int before)) low[before] = Math.Min(low[before], low[s]);
                if (low[s] != index[s]) continue;
                int size = 0;
                for (int t = -1; t != s; size++)
                {
                    t = open.Pop();
                    component[t] = sizes.Count;
                }
                sizes.Add(size);
            }
        }
        return (component, [.. sizes]);

        void Enter(int s)
        {
            index[s] = low[s] = ++found;
            path.Push(s);
            open.Push(s);
        }
    }
}
