using FedPG.Envs.Tabular;

namespace FedPG.Envs.Checking;

/// <summary>
/// What the steps of an agent did, counted by the rows of its table: row s * A + a, and after those one row for the starts. Not
/// thread-safe.
/// </summary>
internal sealed class TransitionTally
{
    private readonly int[] _offsets;
    private readonly long[] _counts, _visits;
    private readonly double[] _rewardSums, _rewardOf;
    private readonly bool[] _oneReward;

    public TransitionTally(FiniteMdp mdp, int agent)
    {
        (Mdp, Agent, AgentIndex) = (mdp, mdp.Agents[agent], agent);
        TransitionKernel kernel = Agent.Kernel;
        _offsets = new int[kernel.RowCount + 2];
        for (int row = 0; row < kernel.RowCount; row++) _offsets[row + 1] = _offsets[row] + kernel.Next(row).Length;
        _offsets[^1] = _offsets[^2] + mdp.States;
        _counts = new long[_offsets[^1]];
        (_rewardOf, _oneReward) = (new double[_offsets[^1]], new bool[_offsets[^1]]);
        (_visits, _rewardSums) = (new long[kernel.RowCount + 1], new double[kernel.RowCount]);
    }

    public FiniteMdp Mdp { get; }

    public AgentMdp Agent { get; }

    public int AgentIndex { get; }

    /// <summary>The rows of states and actions, and the row of starts as the last.</summary>
    public int Rows => _visits.Length;

    /// <summary>The pairs of state and action that occurred.</summary>
    public long VisitedPairs => _visits.AsSpan(..^1).ToArray().LongCount(visits => visits > 0);

    /// <summary>How often an action was taken in a state, or, of the last row, an episode was begun.</summary>
    public long Visits(int row) => _visits[row];

    /// <summary>The number of outcomes that the table lists for a row.</summary>
    public int Outcomes(int row) => _offsets[row + 1] - _offsets[row];

    /// <summary>How often the k-th outcome of a row occurred.</summary>
    public long Count(int row, int k) => _counts[_offsets[row] + k];

    /// <summary>The probability that the table lists for the k-th outcome of a row.</summary>
    public double Probability(int row, int k) => row == Rows - 1 ? Mdp.Initial[k] : Agent.Kernel.Probabilities(row)[k];

    /// <summary>What the k-th outcome of a row always paid; null where it did not occur, or paid differently.</summary>
    public double? OneReward(int row, int k) => Count(row, k) > 0 && _oneReward[_offsets[row] + k] ? _rewardOf[_offsets[row] + k] : null;

    /// <summary>The sum of the rewards of a row.</summary>
    public double RewardSum(int row) => _rewardSums[row];

    /// <summary>A row in words.</summary>
    public string Name(int row) => $"agent {AgentIndex}, state {row / Mdp.Actions}, action {row % Mdp.Actions}";

    /// <summary>Steps and resets with the seeds from <paramref name="seed"/> on; a fault that one step shows ends it.</summary>
    /// <returns>The fault and where it shows; null for none.</returns>
    public (string What, CheckPlace Place)? Run(IEnvironment environment, long seed, long steps, int resets, int maxSteps)
    {
        double[] observation = new double[1], action = new double[1];
        for (int k = 0; k < resets; k++)
        {
            environment.Reset(seed, observation);
            if (AddStart(observation[0]) is { } wrong) return (wrong, new CheckPlace(AgentIndex, seed, 0));
            seed++;
        }
        while (steps > 0)
        {
            var actions = new ActionSource(environment.ActionSpace, seed);
            environment.Reset(seed, observation);
            int state = (int)observation[0];
            bool ended = false;
            for (int t = 1; t <= maxSteps && steps > 0 && !ended; t++, steps--)
            {
                actions.Next(action);
                StepResult result = environment.Step(action, observation);
                if (AddStep(state, (int)action[0], observation[0], result) is { } wrong)
                    return (wrong, new CheckPlace(AgentIndex, seed, t));
                state = (int)observation[0];
                ended = result.Terminated || result.Truncated;
            }
            seed++;
        }
        return null;
    }

    private string? AddStart(double observed)
    {
        if (NoState(observed) is { } wrong) return wrong;
        if (Mdp.Initial[(int)observed] == 0)
            return $"the episode starts in state {observed}, and the list gives that start probability 0";
        _counts[_offsets[^2] + (int)observed]++;
        _visits[^1]++;
        return null;
    }

    private string? AddStep(int state, int action, double observed, StepResult result)
    {
        if (NoState(observed) is { } wrong) return wrong;
        int next = (int)observed, row = (state * Mdp.Actions) + action, k = Agent.Kernel.Next(row).BinarySearch(next);
        if (k < 0) return $"{Name(row)}: the step leads to state {next}, and the list gives that probability 0";
        if (result.Terminated != Mdp.Terminal[next])
        {
            return $"{Name(row)}: the step to state {next} says terminated: {(result.Terminated ? "true" : "false")}, "
                + $"and by the list the state is {(Mdp.Terminal[next] ? "terminal" : "not terminal")}";
        }
        k += _offsets[row];
        _oneReward[k] = _counts[k] == 0 || (_oneReward[k] && _rewardOf[k] == result.Reward);
        _rewardOf[k] = result.Reward;
        _counts[k]++;
        _visits[row]++;
        _rewardSums[row] += result.Reward;
        return null;
    }

    private string? NoState(double observed) => observed >= 0 && observed < Mdp.States
        ? null
        : $"{Episode.Text(observed)} is observed, and states are numbered 0 to {Mdp.States - 1}";
}
