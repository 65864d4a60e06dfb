using FedPG.Envs.Tabular;

namespace FedPG.Envs.Checking;

/// <summary>What steps of an agent did, counted by the rows of its table: row s * A + a, and after those one row for the starts.</summary>
internal sealed class TransitionTally
{
    private readonly FiniteMdp _mdp;
    private readonly AgentMdp _agent;
    private readonly int[] _offsets;
    private readonly long[] _counts, _visits;
    private readonly double[] _rewardSums, _rewardOf;
    private readonly bool[] _oneReward;
    private readonly double _width;

    public TransitionTally(FiniteMdp mdp, int agent)
    {
        (_mdp, _agent, AgentIndex) = (mdp, mdp.Agents[agent], agent);
        _width = mdp.StepRewardRange.Maximum - mdp.StepRewardRange.Minimum;
        TransitionKernel kernel = _agent.Kernel;
        _offsets = new int[kernel.RowCount + 2];
        for (int row = 0; row < kernel.RowCount; row++) _offsets[row + 1] = _offsets[row] + kernel.Next(row).Length;
        _offsets[^1] = _offsets[^2] + mdp.States;
        _counts = new long[_offsets[^1]];
        (_rewardOf, _oneReward) = (new double[_offsets[^1]], new bool[_offsets[^1]]);
        (_visits, _rewardSums) = (new long[kernel.RowCount + 1], new double[kernel.RowCount]);
    }

    public int AgentIndex { get; }

    /// <summary>The rows of states and actions, and the row of starts as the last.</summary>
    public int Rows => _visits.Length;

    /// <summary>How often an action was taken in a state.</summary>
    public long Visits(int row) => _visits[row];

    /// <summary>Steps and resets with the seeds from <paramref name="seed"/> on; a fault that one step shows ends it.</summary>
    /// <returns>The fault and where it shows.</returns>
    public (string What, CheckPlace Place)? Run(IEnvironment environment, long seed, long steps, int resets, int mostSteps)
    {
        double[] observation = new double[1], action = new double[1];
        for (int k = 0; k < resets; k++)
        {
            environment.Reset(seed, observation);
            if (Start(observation[0]) is { } wrong) return (wrong, new CheckPlace(AgentIndex, seed, 0));
            seed++;
        }
        while (steps > 0)
        {
            var actions = new ActionSource(environment.ActionSpace, seed);
            environment.Reset(seed, observation);
            int state = (int)observation[0];
            bool ended = false;
            for (int t = 1; t <= mostSteps && steps > 0 && !ended; t++, steps--)
            {
                actions.Next(action);
                StepResult result = environment.Step(action, observation);
                if (Add(state, (int)action[0], observation[0], result) is { } wrong) return (wrong, new CheckPlace(AgentIndex, seed, t));
                state = (int)observation[0];
                ended = result.Terminated || result.Truncated;
            }
            seed++;
        }
        return null;
    }

    /// <summary>
    /// The probability of a row's counts, or stranger ones, by Pearson's chi-square test; cells that expect fewer than 10 are one cell. 1
    /// where there is nothing to compare.
    /// </summary>
    public double Surprise(int row)
    {
        const double least = 10;
        double statistic = 0, pooledExpected = 0, pooledCount = 0;
        int cells = 0;
        for (int k = _offsets[row]; k < _offsets[row + 1]; k++)
        {
            double expected = Probability(row, k - _offsets[row]) * _visits[row];
            if (expected >= least)
            {
                statistic += (_counts[k] - expected) * (_counts[k] - expected) / expected;
                cells++;
            }
            else
            {
                pooledExpected += expected;
                pooledCount += _counts[k];
            }
        }
        if (pooledExpected >= least)
        {
            statistic += (pooledCount - pooledExpected) * (pooledCount - pooledExpected) / pooledExpected;
            cells++;
        }
        return cells < 2 ? 1 : MathNet.Numerics.SpecialFunctions.GammaUpperRegularized((cells - 1) / 2.0, statistic / 2);
    }

    /// <summary>The outcome whose share is farthest from its probability, in words.</summary>
    public string Worst(int row)
    {
        int worst = 0;
        double farthest = -1;
        for (int k = 0; k < _offsets[row + 1] - _offsets[row]; k++)
        {
            double p = Probability(row, k), distance = Math.Abs(_counts[_offsets[row] + k] - (p * _visits[row])) / Math.Sqrt(Math.Max(1, p * (1 - p) * _visits[row]));
            if (distance > farthest) (farthest, worst) = (distance, k);
        }
        string share = $"{_counts[_offsets[row] + worst]} of {_visits[row]}", listed = Episode.Text(Probability(row, worst));
        return row == Rows - 1
            ? $"{share} episodes start in state {worst}, and the list says {listed}"
            : $"{Name(row)}: {share} steps go to state {_agent.Kernel.Next(row)[worst]}, and the list says {listed}";
    }

    /// <summary>
    /// Whether rewards differ from the list's: next state by next state, where every listed one has one reward, was seen and always paid
    /// the same; else in their mean, by Hoeffding's bound for rewards of the listed range, which a true list breaks with probability
    /// <paramref name="rate"/> or less in each row. Null for no.
    /// </summary>
    public string? RewardError(int row, double rate)
    {
        if (_visits[row] == 0) return null;
        ReadOnlySpan<int> next = _agent.Kernel.Next(row);
        bool exact = true;
        for (int k = 0; k < next.Length; k++) exact &= _counts[_offsets[row] + k] > 0 && _oneReward[_offsets[row] + k] && Listed(row, next[k]) is not null;
        for (int k = 0; k < next.Length && exact; k++)
        {
            (double paid, double listed) = (_rewardOf[_offsets[row] + k], Listed(row, next[k])!.Value);
            if (Math.Abs(paid - listed) > 1e-9 * Math.Max(1, Math.Max(Math.Abs(listed), _width)))
                return $"{Name(row)}: steps to state {next[k]} pay {Episode.Text(paid)}, and the list says {Episode.Text(listed)}";
        }
        double expected = _agent.Rewards[row], mean = _rewardSums[row] / _visits[row], allowed = _width * Math.Sqrt(Math.Log(2 / rate) / (2 * _visits[row]));
        return exact || Math.Abs(mean - expected) <= allowed ? null : $"{Name(row)}: {_visits[row]} rewards have the mean {Episode.Text(mean)}, and the list says {Episode.Text(expected)}";
    }

    /// <summary>What the list pays for going to a state; null where it knows several rewards for that.</summary>
    private double? Listed(int row, int next)
    {
        double? listed = null;
        foreach (PaidTransition outcome in _agent.RewardsByTransition is { } paid ? paid.Of(row) : [])
        {
            if (outcome.Next != next) continue;
            if (listed is not null) return null;
            listed = outcome.Reward;
        }
        return listed ?? _agent.Rewards[row];
    }

    private double Probability(int row, int k) => row == Rows - 1 ? _mdp.Initial[k] : _agent.Kernel.Probabilities(row)[k];

    private string Name(int row) => $"agent {AgentIndex}, state {row / _mdp.Actions}, action {row % _mdp.Actions}";

    private string? Start(double observed)
    {
        if (!(observed >= 0 && observed < _mdp.States)) return $"{Episode.Text(observed)} is observed, and states are numbered 0 to {_mdp.States - 1}";
        if (_mdp.Initial[(int)observed] == 0) return $"the episode starts in state {observed}, and the list gives that start probability 0";
        _counts[_offsets[^2] + (int)observed]++;
        _visits[^1]++;
        return null;
    }

    private string? Add(int state, int action, double observed, StepResult result)
    {
        if (!(observed >= 0 && observed < _mdp.States)) return $"{Episode.Text(observed)} is observed, and states are numbered 0 to {_mdp.States - 1}";
        int next = (int)observed, row = (state * _mdp.Actions) + action, k = _agent.Kernel.Next(row).BinarySearch(next);
        if (k < 0) return $"{Name(row)}: the step leads to state {next}, and the list gives that probability 0";
        if (result.Terminated != _mdp.Terminal[next])
            return $"{Name(row)}: the step to state {next} says terminated: {(result.Terminated ? "true" : "false")}, and by the list the state is {(_mdp.Terminal[next] ? "terminal" : "not terminal")}";
        k += _offsets[row];
        _oneReward[k] = _counts[k] == 0 || (_oneReward[k] && _rewardOf[k] == result.Reward);
        _rewardOf[k] = result.Reward;
        _counts[k]++;
        _visits[row]++;
        _rewardSums[row] += result.Reward;
        return null;
    }
}
