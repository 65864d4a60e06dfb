using FedPG.Envs;

namespace FedPG.Policies;

/// <summary>
/// The contexts z_i that a policy pi(a | o, z_i) is told, [N, k]: each agent's index, one-hot, or its task. With them one theta gives
/// agents policies of their own. Immutable and thread-safe.
/// </summary>
public sealed class AgentContexts
{
    private readonly AgentTasks? _tasks;
    private readonly int[] _distinct;

    private AgentContexts(int agents, int size, AgentTasks? tasks, int[] distinct) =>
        (Agents, Size, _tasks, _distinct) = (agents, size, tasks, distinct);

    /// <summary>N.</summary>
    public int Agents { get; }

    /// <summary>k, the numbers of a context: N for one-hot indices.</summary>
    public int Size { get; }

    /// <summary>How many of the k numbers are not zero in general: what first weights are scaled by.</summary>
    public int ActiveNumbers => _tasks is null ? 1 : Size;

    /// <summary>Whether contexts are one-hot indices, so that of k weights an agent meets its own alone.</summary>
    public bool IsOneHot => _tasks is null;

    /// <summary>The number of different contexts, 1 to N.</summary>
    public int DistinctCount => _distinct.Max() + 1;

    /// <summary>
    /// S, the states whose own places a policy sees beside the context, in the numbers of tasks; 0 where contexts are no places.
    /// </summary>
    public int PlacedStates => _tasks?.Places?.Count ?? 0;

    /// <summary>Each agent's index, one-hot.</summary>
    /// <param name="agents">N, 1 or more.</param>
    public static AgentContexts OfIndices(int agents)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(agents);
        return new AgentContexts(agents, agents, null, [.. Enumerable.Range(0, agents)]);
    }

    /// <summary>Each agent's task.</summary>
    /// <param name="tasks">The tasks.</param>
    public static AgentContexts OfTasks(AgentTasks tasks)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        int[] distinct = new int[tasks.Agents];
        var first = new List<int>();
        for (int i = 0; i < distinct.Length; i++)
        {
            distinct[i] = first.FindIndex(known => Enumerable.Range(0, tasks.Size).All(k => tasks.Values[known][k] == tasks.Values[i][k]));
            if (distinct[i] >= 0) continue;
            distinct[i] = first.Count;
            first.Add(i);
        }
        return new AgentContexts(tasks.Agents, tasks.Size, tasks, distinct);
    }

    /// <summary>The contexts in an environment; null for <see cref="TaskContext.None"/>.</summary>
    /// <param name="environment">The environment.</param>
    /// <param name="context">Which.</param>
    /// <exception cref="ArgumentException">The environment says nothing of tasks.</exception>
    public static AgentContexts? Of(FederatedEnvironment environment, TaskContext context)
    {
        ArgumentNullException.ThrowIfNull(environment);
        return context switch
        {
            TaskContext.None => null,
            TaskContext.Agent => OfIndices(environment.AgentNames.Count),
            _ when environment.Tasks is { } tasks => OfTasks(tasks),
            _ => throw new ArgumentException($"{environment.Name} says nothing of its agents' tasks", nameof(environment)),
        };
    }

    /// <summary>A number of an agent's context.</summary>
    /// <param name="agent">i, in [0, N).</param>
    /// <param name="number">The number, in [0, k).</param>
    public double this[int agent, int number] => _tasks is null ? (agent == number ? 1 : 0) : _tasks.Values[agent][number];

    /// <summary>
    /// Which of the different contexts an agent has, counted in the order of agents: in [0, <see cref="DistinctCount"/>).
    /// </summary>
    /// <param name="agent">i, in [0, N).</param>
    public int DistinctOf(int agent) => _distinct[agent];

    /// <summary>A number of a state's own place, in the numbers of tasks.</summary>
    /// <param name="state">The state, below <see cref="PlacedStates"/>.</param>
    /// <param name="number">The number, in [0, k).</param>
    public double Place(int state, int number) => _tasks!.Places![state][number];

    /// <summary>All places, [S, k]; null where contexts are no places of that many states.</summary>
    /// <param name="states">S.</param>
    internal double[,]? Places(int states)
    {
        if (PlacedStates != states) return null;
        double[,] places = new double[states, Size];
        for (int k = 0; k < places.Length; k++) places[k / Size, k % Size] = Place(k / Size, k % Size);
        return places;
    }
}
