namespace FedPG.Envs;

/// <summary>
/// What tells the tasks of the agents apart, as k numbers an agent: a goal's row and column, or a probability. The numbers are scaled by
/// the environment's own ranges to [-1, 1] or [0, 1], so that an agent's do not depend on which other agents there are. Those of a
/// finite-MDP file are what its author wrote. Immutable.
/// </summary>
public sealed class AgentTasks
{
    /// <summary>Creates the tasks.</summary>
    /// <param name="names">What each number is, [k], at least one.</param>
    /// <param name="values">The numbers of each agent, [N, k], finite.</param>
    /// <param name="places">Each state's own place in the same numbers, [S, k], finite; null where the task is no place.</param>
    /// <exception cref="ArgumentException">There are no numbers, a row is not [k], or a number is not finite.</exception>
    public AgentTasks(IReadOnlyList<string> names, IReadOnlyList<double[]> values, IReadOnlyList<double[]>? places = null)
    {
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(values);
        if (names.Count == 0) throw new ArgumentException("a task needs at least one number", nameof(names));
        foreach (double[] row in values.Concat(places ?? []))
        {
            if (row.Length != names.Count || !row.All(double.IsFinite))
            {
                throw new ArgumentException(
                    $"a task, and a place, is {names.Count} finite numbers; this one is [{string.Join(", ", row)}]");
            }
        }
        (Names, Values, Places) = (names, values, places);
    }

    /// <summary>What each number is, [k].</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The numbers of each agent, [N, k].</summary>
    public IReadOnlyList<double[]> Values { get; }

    /// <summary>
    /// Each state's own place in the same numbers, [S, k]; null where the task is no place. Numbers of the task that belong to no place are
    /// 0, and so is all of a state off the map.
    /// </summary>
    public IReadOnlyList<double[]>? Places { get; }

    /// <summary>N.</summary>
    public int Agents => Values.Count;

    /// <summary>k, how many numbers a task is.</summary>
    public int Size => Names.Count;

    /// <summary>Whether the task is a place, so that states have places in the same numbers.</summary>
    public bool IsPlace => Places is not null;

    /// <summary>Those of several numbers that agents have their own of.</summary>
    /// <param name="numbers">Whether it is used, its name, and the agents' values, [N], already scaled.</param>
    internal static IReadOnlyList<(string Name, IEnumerable<double> Values)> Where(
        params ReadOnlySpan<(bool IsUsed, string Name, IEnumerable<double> Values)> numbers)
    {
        var used = new List<(string, IEnumerable<double>)>();
        foreach ((bool isUsed, string name, IEnumerable<double> values) in numbers)
        {
            if (isUsed) used.Add((name, values));
        }
        return used;
    }

    /// <summary>A task of the numbers that agents have their own of; null where there are none.</summary>
    /// <param name="numbers">Whether it is used, its name, and the agents' values, [N], already scaled.</param>
    internal static AgentTasks? Of(params ReadOnlySpan<(bool IsUsed, string Name, IEnumerable<double> Values)> numbers) =>
        Of(null, null, Where(numbers));

    /// <summary>The same behind a goal on a map; null where there is neither.</summary>
    /// <param name="goals">The goal of each agent, [N, 2]; null where goals are no task.</param>
    /// <param name="places">The place of each state, [S, 2]; null with <paramref name="goals"/>.</param>
    /// <param name="numbers">Each number's name with the agents' values, [N], already scaled.</param>
    internal static AgentTasks? Of(
        IReadOnlyList<double[]>? goals, IReadOnlyList<double[]>? places, IReadOnlyList<(string Name, IEnumerable<double> Values)> numbers)
    {
        if (goals is null && numbers.Count == 0) return null;
        double[][] others = [.. numbers.Select(number => number.Values.ToArray())];
        double[] nowhere = new double[numbers.Count];
        int agents = goals?.Count ?? others[0].Length;
        return new AgentTasks(
            [.. goals is null ? (string[])[] : ["goalRow", "goalColumn"], .. numbers.Select(number => number.Name)],
            [.. Enumerable.Range(0, agents).Select(i => (double[])[.. goals?[i] ?? [], .. others.Select(values => values[i])])],
            places is null ? null : [.. places.Select(place => (double[])[.. place, .. nowhere])]);
    }
}
