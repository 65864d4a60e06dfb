namespace FedPG.Envs.Tabular;

/// <summary>
/// The transition probabilities P(s'|s,a) of a finite MDP, kept sparse: one row of (next state, probability) pairs for each state and
/// action, row number s * Actions + a. Immutable and safe to share between threads.
/// </summary>
public sealed class TransitionKernel
{
    /// <summary>How far the probabilities of a row may be from summing to one.</summary>
    public const double SumTolerance = 1e-8;

    private readonly int[] _starts;
    private readonly int[] _next;
    private readonly double[] _probabilities;

    private TransitionKernel(int states, int actions, int[] starts, int[] next, double[] probabilities)
    {
        (States, Actions, _starts, _next, _probabilities) = (states, actions, starts, next, probabilities);
        for (int row = 0; row < RowCount; row++) LongestRow = Math.Max(LongestRow, starts[row + 1] - starts[row]);
    }

    /// <summary>The number of states S.</summary>
    public int States { get; }

    /// <summary>The number of actions A.</summary>
    public int Actions { get; }

    /// <summary>The number of rows, S * A.</summary>
    public int RowCount => States * Actions;

    /// <summary>The number of stored (next state, probability) pairs.</summary>
    public int EntryCount => _next.Length;

    /// <summary>The most outcomes any state and action has.</summary>
    public int LongestRow { get; }

    /// <summary>The successors of row s * Actions + a, ascending.</summary>
    public ReadOnlySpan<int> Next(int row) => _next.AsSpan(_starts[row].._starts[row + 1]);

    /// <summary>The probabilities that belong to <see cref="Next"/>.</summary>
    public ReadOnlySpan<double> Probabilities(int row) => _probabilities.AsSpan(_starts[row].._starts[row + 1]);

    /// <summary>Whether every action in the state leads back to it with certainty.</summary>
    public bool IsAbsorbing(int state)
    {
        for (int a = 0; a < Actions; a++)
        {
            ReadOnlySpan<int> next = Next((state * Actions) + a);
            if (next.Length != 1 || next[0] != state) return false;
        }
        return true;
    }

    /// <summary>The expectation of a function of the next state: sum over s' of P(s'|s,a) values[s'].</summary>
    public double Expectation(int row, ReadOnlySpan<double> values)
    {
        double sum = 0;
        for (int k = _starts[row]; k < _starts[row + 1]; k++) sum += _probabilities[k] * values[_next[k]];
        return sum;
    }

    /// <summary>Whether both kernels hold the same numbers.</summary>
    public bool SameAs(TransitionKernel other) =>
        ReferenceEquals(this, other)
        || (States == other.States && Actions == other.Actions
            && _starts.AsSpan().SequenceEqual(other._starts)
            && _next.AsSpan().SequenceEqual(other._next)
            && _probabilities.AsSpan().SequenceEqual(other._probabilities));

    /// <summary>Builds a kernel from a function that lists the outcomes of a state and action.</summary>
    /// <param name="states">The number of states S.</param>
    /// <param name="actions">The number of actions A.</param>
    /// <param name="outcomes">The outcomes of (s, a); equal successors are merged, probability 0 is dropped.</param>
    /// <exception cref="ArgumentException">A successor or probability is out of range, or a row does not sum to one.</exception>
    public static TransitionKernel Create(int states, int actions, Func<int, int, IEnumerable<(int Next, double Probability)>> outcomes)
    {
        ArgumentNullException.ThrowIfNull(outcomes);
        int[] starts = new int[(states * actions) + 1];
        var next = new List<int>();
        var probabilities = new List<double>();
        var row = new List<(int Next, double Probability)>();
        for (int s = 0; s < states; s++)
        {
            for (int a = 0; a < actions; a++)
            {
                Collect(outcomes(s, a), s, a, states, row);
                double sum = 0;
                foreach ((int to, double probability) in row)
                {
                    next.Add(to);
                    probabilities.Add(probability);
                    sum += probability;
                }
                if (Math.Abs(sum - 1) > SumTolerance)
                    throw new ArgumentException($"state {s}, action {a}: probabilities sum to {sum}, not 1", nameof(outcomes));
                starts[(s * actions) + a + 1] = next.Count;
            }
        }
        return new TransitionKernel(states, actions, starts, [.. next], [.. probabilities]);
    }

    /// <summary>
    /// The outcomes of a row by ascending successor, equal successors merged in the order they came. Most makers list them in order.
    /// </summary>
    private static void Collect(
        IEnumerable<(int Next, double Probability)> outcomes, int state, int action, int states, List<(int Next, double Probability)> row)
    {
        row.Clear();
        bool ascending = true;
        foreach ((int to, double probability) in outcomes)
        {
            if (to < 0 || to >= states || !NumberInUnitInterval(probability))
            {
                throw new ArgumentException(
                    $"state {state}, action {action}: outcome ({to}, {probability}) is out of range", nameof(outcomes));
            }
            if (probability == 0) continue;
            ascending &= row.Count == 0 || row[^1].Next < to;
            row.Add((to, probability));
        }
        if (ascending) return;
        (int Next, double Probability)[] sorted = [.. row.OrderBy(outcome => outcome.Next)];
        row.Clear();
        foreach ((int to, double probability) in sorted)
        {
            if (row.Count > 0 && row[^1].Next == to) row[^1] = (to, row[^1].Probability + probability);
            else row.Add((to, probability));
        }
    }

    private static bool NumberInUnitInterval(double p) => p >= 0 && p <= 1 + SumTolerance;
}
