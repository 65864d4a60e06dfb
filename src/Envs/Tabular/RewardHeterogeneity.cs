namespace FedPG.Envs.Tabular;

/// <summary>The scale of reward heterogeneity: r_i &lt;- rbar + lambda (r_i - rbar), where rbar is the mean over agents.</summary>
internal static class RewardHeterogeneity
{
    /// <summary>
    /// Pulls the agents' rewards towards their mean. The mean, and so the average MDP, does not change (but for rounding); rewards in
    /// [0, 1] stay there; at lambda = 1 nothing is touched, at lambda = 0 all agents have the mean.
    /// </summary>
    /// <param name="rewards">One array a agent, all of one length; changed in place.</param>
    /// <param name="lambda">lambda in [0, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException">lambda is not in [0, 1].</exception>
    public static void Scale(IReadOnlyList<double[]> rewards, double lambda)
    {
        ArgumentNullException.ThrowIfNull(rewards);
        if (!(lambda >= 0 && lambda <= 1)) throw new ArgumentOutOfRangeException(nameof(lambda), lambda, "must lie in [0, 1]");
        // Exactly the original numbers: rbar + (r - rbar) would round.
        if (lambda == 1) return;
        for (int k = 0; k < rewards[0].Length; k++)
        {
            double mean = 0;
            foreach (double[] agent in rewards) mean += agent[k];
            mean /= rewards.Count;
            foreach (double[] agent in rewards) agent[k] = mean + (lambda * (agent[k] - mean));
        }
    }
}
