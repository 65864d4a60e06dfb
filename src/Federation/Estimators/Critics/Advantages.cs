namespace FedPG.Federation.Estimators.Critics;

/// <summary>How a step ended.</summary>
internal enum StepEnd : byte
{
    /// <summary>The episode goes on.</summary>
    None,

    /// <summary>The episode came to its own end: no value follows.</summary>
    Terminated,

    /// <summary>Something outside cut it: V of its last observation follows.</summary>
    Truncated,
}

/// <summary>Generalised advantages, Eq. (16) of Schulman et al. (2016), of B episodes side by side. Stateless.</summary>
internal static class Advantages
{
    /// <summary>
    /// delta_t = r_t + gamma V' - V(o_t) with V' = V(o_t+1), 0 where the episode terminated, V of the last observation where it was
    /// truncated; A_t = delta_t + gamma lambda A_t+1, the last term 0 where it ended; targets A_t + V(o_t).
    /// </summary>
    /// <param name="rewards">r, [T, B].</param>
    /// <param name="values">V(o_t), [T, B].</param>
    /// <param name="ends">How steps ended, [T, B].</param>
    /// <param name="after">V of what follows truncated steps and, at the end of the rollout, all that go on, [T, B]; not read
    /// elsewhere.</param>
    /// <param name="width">B.</param>
    /// <param name="gamma">gamma.</param>
    /// <param name="lambda">lambda.</param>
    /// <param name="advantages">A, [T, B], overwritten.</param>
    /// <param name="targets">[T, B], overwritten.</param>
    public static void Write(
        ReadOnlySpan<double> rewards, ReadOnlySpan<double> values, ReadOnlySpan<StepEnd> ends, ReadOnlySpan<double> after, int width,
        double gamma, double lambda, Span<double> advantages, Span<double> targets)
    {
        int pairs = rewards.Length;
        for (int p = pairs - 1; p >= 0; p--)
        {
            bool isLast = p + width >= pairs, goesOn = ends[p] == StepEnd.None;
            double next = ends[p] switch
            {
                StepEnd.Terminated => 0,
                StepEnd.Truncated => after[p],
                _ => isLast ? after[p] : values[p + width],
            };
            double delta = rewards[p] + (gamma * next) - values[p];
            advantages[p] = delta + (goesOn && !isLast ? gamma * lambda * advantages[p + width] : 0);
            targets[p] = advantages[p] + values[p];
        }
    }

    /// <summary>Shifts advantages to mean 0 and scales them to deviation 1: (A - mean) / (deviation + 1e-8), over all of them.</summary>
    /// <param name="advantages">Changed in place.</param>
    public static void Normalise(Span<double> advantages)
    {
        double mean = 0, square = 0;
        foreach (double a in advantages) mean += a;
        mean /= advantages.Length;
        foreach (double a in advantages) square += (a - mean) * (a - mean);
        double deviation = Math.Sqrt(square / advantages.Length) + 1e-8;
        for (int k = 0; k < advantages.Length; k++) advantages[k] = (advantages[k] - mean) / deviation;
    }
}
