namespace FedPG.Federation.Estimators.Critics;

/// <summary>
/// Rewards divided by the running deviation of discounted returns R = gamma R + r, which begin anew with each episode: the scale of values
/// is then about 1 whatever the task's (as Gymnasium's NormalizeReward). Nothing is subtracted: that would change the task. Stateless.
/// </summary>
internal static class RewardScale
{
    /// <summary>The largest size of a scaled reward.</summary>
    private const double Most = 10;

    /// <summary>Takes the returns of a rollout into the statistics, and scales its rewards by them.</summary>
    /// <param name="statistics">Count, mean and sum of squared differences from it, [3].</param>
    /// <param name="returns">R of each environment, [B].</param>
    /// <param name="ends">[T, B].</param>
    /// <param name="gamma">gamma.</param>
    /// <param name="rewards">[T, B], scaled in place and cut to [-10, 10].</param>
    public static void Apply(Span<double> statistics, Span<double> returns, ReadOnlySpan<StepEnd> ends, double gamma, Span<double> rewards)
    {
        for (int p = 0; p < rewards.Length; p++)
        {
            ref double sum = ref returns[p % returns.Length];
            sum = (gamma * sum) + rewards[p];
            statistics[0]++;
            double before = sum - statistics[1];
            statistics[1] += before / statistics[0];
            statistics[2] += before * (sum - statistics[1]);
            if (ends[p] != StepEnd.None) sum = 0;
        }
        double deviation = Math.Sqrt((statistics[2] / statistics[0]) + 1e-8);
        for (int p = 0; p < rewards.Length; p++) rewards[p] = Math.Clamp(rewards[p] / deviation, -Most, Most);
    }
}
