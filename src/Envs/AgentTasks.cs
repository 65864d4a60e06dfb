namespace FedPG.Envs;

/// <summary>
/// What tells the agents' tasks apart, as numbers: a goal's row and column, a pole's length. The environment scales them by its own ranges and never by
/// the agents present, so that a policy that is told its task knows the same task by the same numbers among other agents. Immutable.
/// </summary>
public sealed class AgentTasks
{
    private readonly double[,] _values;
    private readonly double[,]? _places;

    /// <summary>The tasks of N agents.</summary>
    /// <param name="names">What the k numbers are, such as <c>goalRow</c>.</param>
    /// <param name="values">Each agent's task, [N, k], about [-1, 1].</param>
    /// <param name="places">
    /// Where tasks are places: every state's own place in the same numbers, [S, k]. Null (the default) where they are none, or states are not listed.
    /// </param>
    /// <exception cref="ArgumentException">There are no numbers, sizes disagree, or a number is not finite.</exception>
    public AgentTasks(IReadOnlyList<string> names, double[,] values, double[,]? places = null)
    {
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(values);
        if (names.Count == 0 || values.GetLength(0) == 0) throw new ArgumentException("a task is at least one number of at least one agent", nameof(names));
        if (values.GetLength(1) != names.Count) throw new ArgumentException($"{values.GetLength(1)} numbers a task have {names.Count} names", nameof(values));
        if (places is not null && places.GetLength(1) != names.Count)
            throw new ArgumentException($"a place has {places.GetLength(1)} numbers, a task {names.Count}", nameof(places));
        if (!values.Cast<double>().Concat(places?.Cast<double>() ?? []).All(double.IsFinite)) throw new ArgumentException("a number is not finite", nameof(values));
        (Names, _values, _places) = (names, (double[,])values.Clone(), (double[,]?)places?.Clone());
    }

    /// <summary>What the numbers are, [k].</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>N.</summary>
    public int Agents => _values.GetLength(0);

    /// <summary>k, the numbers of a task.</summary>
    public int Size => _values.GetLength(1);

    /// <summary>S, the states whose places are known; 0 where tasks are no places.</summary>
    public int States => _places?.GetLength(0) ?? 0;

    /// <summary>A number of an agent's task.</summary>
    /// <param name="agent">The agent, in [0, N).</param>
    /// <param name="number">The number, in [0, k).</param>
    public double this[int agent, int number] => _values[agent, number];

    /// <summary>A number of a state's own place.</summary>
    /// <param name="state">The state, in [0, S).</param>
    /// <param name="number">The number, in [0, k).</param>
    /// <exception cref="InvalidOperationException">Tasks are no places.</exception>
    public double Place(int state, int number) => (_places ?? throw new InvalidOperationException("tasks are no places"))[state, number];
}
