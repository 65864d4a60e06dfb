using FedPG.Envs.Tabular;
using MathNet.Numerics;

namespace FedPG.Envs.Checking;

/// <summary>Compares what the steps of a row did with what the table lists for it. Pure functions.</summary>
internal static class RowComparison
{
    /// <summary>Cells that expect fewer are tested together as one cell.</summary>
    private const double SmallestExpected = 10;

    /// <summary>
    /// The probability of a row's counts, or stranger ones, by Pearson's chi-square test; 1 where there is nothing to compare.
    /// </summary>
    public static double Surprise(TransitionTally tally, int row)
    {
        double statistic = 0, pooledExpected = 0, pooledCount = 0;
        int cells = 0;
        for (int k = 0; k < tally.Outcomes(row); k++)
        {
            double expected = tally.Probability(row, k) * tally.Visits(row), count = tally.Count(row, k);
            if (expected >= SmallestExpected)
            {
                statistic += (count - expected) * (count - expected) / expected;
                cells++;
            }
            else
            {
                pooledExpected += expected;
                pooledCount += count;
            }
        }
        if (pooledExpected >= SmallestExpected)
        {
            statistic += (pooledCount - pooledExpected) * (pooledCount - pooledExpected) / pooledExpected;
            cells++;
        }
        return cells < 2 ? 1 : SpecialFunctions.GammaUpperRegularized((cells - 1) / 2.0, statistic / 2);
    }

    /// <summary>The outcome whose share is farthest from its probability, in words.</summary>
    public static string Worst(TransitionTally tally, int row)
    {
        int worst = 0;
        double farthest = -1;
        for (int k = 0; k < tally.Outcomes(row); k++)
        {
            double p = tally.Probability(row, k), deviation = Math.Sqrt(Math.Max(1, p * (1 - p) * tally.Visits(row)));
            double distance = Math.Abs(tally.Count(row, k) - (p * tally.Visits(row))) / deviation;
            if (distance > farthest) (farthest, worst) = (distance, k);
        }
        string share = $"{tally.Count(row, worst)} of {tally.Visits(row)}", listed = Episode.Text(tally.Probability(row, worst));
        return row == tally.Rows - 1
            ? $"{share} episodes start in state {worst}, and the list says {listed}"
            : $"{tally.Name(row)}: {share} steps go to state {tally.Agent.Kernel.Next(row)[worst]}, and the list says {listed}";
    }

    /// <summary>
    /// Whether rewards differ from the list's. They are compared next state by next state, where the list knows one reward for each, and
    /// each was seen and always paid the same. Else their mean is compared, by Hoeffding's bound for rewards of the listed range.
    /// </summary>
    /// <param name="tally">What the steps did.</param>
    /// <param name="row">The row of a state and an action.</param>
    /// <param name="rate">The probability, at most, that a true list breaks the bound.</param>
    /// <returns>The difference in words; null for none.</returns>
    public static string? RewardError(TransitionTally tally, int row, double rate)
    {
        long visits = tally.Visits(row);
        if (visits == 0) return null;
        ReadOnlySpan<int> next = tally.Agent.Kernel.Next(row);
        double width = tally.Mdp.StepRewardRange.Maximum - tally.Mdp.StepRewardRange.Minimum;
        bool exact = true;
        for (int k = 0; k < next.Length; k++) exact &= tally.OneReward(row, k) is not null && Listed(tally.Agent, row, next[k]) is not null;
        for (int k = 0; k < next.Length && exact; k++)
        {
            (double paid, double listed) = (tally.OneReward(row, k)!.Value, Listed(tally.Agent, row, next[k])!.Value);
            if (Math.Abs(paid - listed) > 1e-9 * Math.Max(1, Math.Max(Math.Abs(listed), width)))
                return $"{tally.Name(row)}: steps to state {next[k]} pay {Episode.Text(paid)}, and the list says {Episode.Text(listed)}";
        }
        double expected = tally.Agent.Rewards[row], mean = tally.RewardSum(row) / visits;
        double allowed = width * Math.Sqrt(Math.Log(2 / rate) / (2 * visits));
        return exact || Math.Abs(mean - expected) <= allowed
            ? null
            : $"{tally.Name(row)}: {visits} rewards have the mean {Episode.Text(mean)}, and the list says {Episode.Text(expected)}";
    }

    /// <summary>What the list pays for going to a state; null where it knows several rewards for that.</summary>
    private static double? Listed(AgentMdp agent, int row, int next)
    {
        double? listed = null;
        foreach (PaidTransition outcome in agent.RewardsByTransition is { } paid ? paid.Of(row) : [])
        {
            if (outcome.Next != next) continue;
            if (listed is not null) return null;
            listed = outcome.Reward;
        }
        return listed ?? agent.Rewards[row];
    }
}
