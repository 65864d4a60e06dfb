namespace FedPG.Experiments.Diagnosis;

/// <summary>
/// The conditions and choices of the paper's theorems as formulas. Pure; N, H, T, L, mu, gamma as in the paper, B trajectories a batch.
/// </summary>
internal static class Theorems
{
    /// <summary>Theorem 1: the largest eta, 1 / (4 C L H).</summary>
    /// <param name="smoothness">L.</param>
    /// <param name="localSteps">H.</param>
    /// <param name="constant">C, which the paper leaves open; at least 1.</param>
    public static double LargestStep(double smoothness, int localSteps, double constant) => 1 / (4 * constant * smoothness * localSteps);

    /// <summary>Lemma 2: the largest eta, 1 / (3 L H).</summary>
    /// <param name="smoothness">L.</param>
    /// <param name="localSteps">H.</param>
    public static double LargestStepOfLemma2(double smoothness, int localSteps) => 1 / (3 * smoothness * localSteps);

    /// <summary>Below Theorem 2: the least T that is at least (L / mu) max(16 C log(NHT), N H).</summary>
    /// <param name="smoothness">L.</param>
    /// <param name="mu">mu of Eq. (12).</param>
    /// <param name="agents">N.</param>
    /// <param name="localSteps">H.</param>
    /// <param name="constant">C.</param>
    public static double MinRounds2(double smoothness, double mu, int agents, int localSteps, double constant)
    {
        double steps = (double)agents * localSteps;
        return Min(t => t >= smoothness / mu * Math.Max(16 * constant * Math.Log(steps * t), steps));
    }

    /// <summary>Below Theorem 3: L^2 max(256 C^2 N H, N^3 H^3).</summary>
    /// <param name="smoothness">L.</param>
    /// <param name="agents">N.</param>
    /// <param name="localSteps">H.</param>
    /// <param name="constant">C.</param>
    public static double MinRounds3(double smoothness, int agents, int localSteps, double constant)
    {
        double steps = (double)agents * localSteps;
        return Math.Ceiling(smoothness * smoothness * Math.Max(256 * constant * constant * steps, steps * steps * steps));
    }

    /// <summary>
    /// The gap that Theorem 2's schedule leads to: G / (NHT) from the start, and log(NHT) tr(Sigma) /
    /// (mu N H T B) from noise, which is the level measured.
    /// </summary>
    /// <param name="startGap">G, the gap at the start.</param>
    /// <param name="batchVariance">tr(Sigma) / B.</param>
    /// <param name="mu">mu of Eq. (12).</param>
    /// <param name="steps">N H T.</param>
    public static double Gap2(double startGap, double batchVariance, double mu, double steps) =>
        (startGap + (Math.Log(steps) * batchVariance / mu)) / steps;

    /// <summary>
    /// The mean of ||grad J||^2 under Theorem 3's schedule: (G / 4 + 2 L tr(Sigma) / B) / sqrt(NHT). The level measured has tr(Abar Sigma)
    /// in the place of L tr(Sigma).
    /// </summary>
    /// <param name="startGap">G, the gap at the start.</param>
    /// <param name="batchVariance">tr(Sigma) / B.</param>
    /// <param name="smoothness">L.</param>
    /// <param name="steps">N H T.</param>
    public static double GradientNormSquared3(double startGap, double batchVariance, double smoothness, double steps) =>
        ((startGap / 4) + (2 * smoothness * batchVariance)) / Math.Sqrt(steps);

    /// <summary>The least K of at least log(NHT) / (2 log(1 / gamma)); null for gamma = 1.</summary>
    /// <param name="steps">N H T.</param>
    /// <param name="discount">gamma.</param>
    public static double? MinHorizon(double steps, double discount) => discount switch
    {
        1 => null,
        0 => 1,
        _ => Math.Max(1, Math.Ceiling(Math.Log(steps) / (-2 * Math.Log(discount)))),
    };

    /// <summary>The least whole number from which a condition holds that fails below and holds above; infinity beyond 10^15.</summary>
    internal static double Min(Func<double, bool> holds)
    {
        double high = 1;
        while (!holds(high))
        {
            high *= 2;
            if (high > 1e15) return double.PositiveInfinity;
        }
        double low = Math.Floor(high / 2);
        while (high - low > 1)
        {
            double middle = Math.Floor((low + high) / 2);
            if (holds(middle)) high = middle;
            else low = middle;
        }
        return high;
    }
}
