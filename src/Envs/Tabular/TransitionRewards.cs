namespace FedPG.Envs.Tabular;

/// <summary>One thing that an action can lead to, and what it pays.</summary>
/// <param name="Next">The next state.</param>
/// <param name="Probability">How likely this is.</param>
/// <param name="Reward">What is paid.</param>
public readonly record struct PaidTransition(int Next, double Probability, double Reward);

/// <summary>
/// What single transitions pay, where that hangs on what happened and not on state and action alone. Only the rows s * A + a in which some
/// outcome pays another number than R(s, a) are kept, each as a list of outcomes whose expectation is R(s, a). A next state stands in a
/// list once for each reward it may come with: a step into the cliff beside the start leads back to the start and costs 100, one over the
/// border stays there and costs 1. Immutable.
/// </summary>
public sealed class TransitionRewards
{
    private readonly int[] _rows, _starts;
    private readonly PaidTransition[] _transitions;

    private TransitionRewards(int[] rows, int[] starts, PaidTransition[] transitions) =>
        (_rows, _starts, _transitions) = (rows, starts, transitions);

    /// <summary>The rows that are kept, ascending.</summary>
    public ReadOnlySpan<int> Rows => _rows;

    /// <summary>The outcomes of row s * A + a by ascending next state; empty where each pays R(s, a).</summary>
    public ReadOnlySpan<PaidTransition> Of(int row)
    {
        int k = Array.BinarySearch(_rows, row);
        return k < 0 ? [] : _transitions.AsSpan(_starts[k].._starts[k + 1]);
    }

    /// <summary>The least and the greatest reward that is kept.</summary>
    internal (double Least, double Greatest) Range() => (_transitions.Min(o => o.Reward), _transitions.Max(o => o.Reward));

    /// <summary>Whether both hold the same numbers.</summary>
    public bool SameAs(TransitionRewards other) =>
        ReferenceEquals(this, other)
        || (other is not null && _rows.AsSpan().SequenceEqual(other._rows) && _starts.AsSpan().SequenceEqual(other._starts)
            && _transitions.AsSpan().SequenceEqual(other._transitions));

    /// <summary>What is wrong beside a kernel and the rewards R [S, A]; null when nothing is.</summary>
    internal string? ErrorBeside(TransitionKernel kernel, double[] rewards)
    {
        foreach (int row in _rows)
        {
            if (row >= kernel.RowCount) return $"row {row} of {kernel.RowCount}";
            (double mean, double scale) = (0, 1);
            double[] left = kernel.Probabilities(row).ToArray();
            foreach (PaidTransition outcome in Of(row))
            {
                int k = kernel.Next(row).BinarySearch(outcome.Next);
                if (k < 0 || !double.IsFinite(outcome.Reward))
                    return $"state {row / kernel.Actions}, action {row % kernel.Actions}: the outcome {outcome}";
                left[k] -= outcome.Probability;
                mean += outcome.Probability * outcome.Reward;
                scale = Math.Max(scale, Math.Abs(outcome.Reward));
            }
            if (left.Any(p => Math.Abs(p) > TransitionKernel.SumTolerance))
                return $"state {row / kernel.Actions}, action {row % kernel.Actions}: other probabilities than the kernel's";
            if (!(Math.Abs(mean - rewards[row]) <= TransitionKernel.SumTolerance * scale))
                return $"state {row / kernel.Actions}, action {row % kernel.Actions}: an expectation of {mean}, and R is {rewards[row]}";
        }
        return null;
    }

    /// <summary>Gathers rows in ascending order.</summary>
    internal sealed class Builder
    {
        private readonly List<int> _rows = [], _starts = [0];
        private readonly List<PaidTransition> _transitions = [];

        /// <summary>Adds what a row's outcomes pay, equal ones merged, unless all that are possible pay their expectation.</summary>
        public void Add(int row, IEnumerable<PaidTransition> outcomes, double expectation)
        {
            PaidTransition[] possible = [.. outcomes.Where(o => o.Probability > 0)];
            if (possible.All(o => o.Reward == expectation)) return;
            int first = _transitions.Count;
            foreach (PaidTransition outcome in possible.OrderBy(o => o.Next).ThenBy(o => o.Reward))
            {
                if (_transitions.Count > first && (_transitions[^1].Next, _transitions[^1].Reward) == (outcome.Next, outcome.Reward))
                    _transitions[^1] = outcome with { Probability = _transitions[^1].Probability + outcome.Probability };
                else _transitions.Add(outcome);
            }
            _rows.Add(row);
            _starts.Add(_transitions.Count);
        }

        /// <summary>What was gathered; null where every row pays R(s, a) whatever happens.</summary>
        public TransitionRewards? Build() => _rows.Count == 0 ? null : new TransitionRewards([.. _rows], [.. _starts], [.. _transitions]);
    }
}
