using FedPG.Federation.Evaluation;

namespace FedPG.Experiments.Diagnosis;

/// <summary>
/// A short path of exact gradient descent on the mean objective, and the constants met on it. Steps of 1 / L, halved until J does not rise.
/// </summary>
/// <param name="Steps">The steps taken.</param>
/// <param name="End">Its end, [d].</param>
/// <param name="Smoothness">The largest L of the mean where it was measured; null for policies that cannot be differentiated twice.</param>
/// <param name="Mu">The smallest ||grad J||^2 / (J - J*).</param>
/// <param name="WeakMu">The smallest ||grad J|| / (J - J*).</param>
/// <param name="StartGap">J - J* at the start.</param>
/// <param name="EndGap">J - J* at the end.</param>
/// <param name="StartGradientNormSquared">||grad J||^2 at the start.</param>
internal sealed record ExactPath(
    int Steps, double[] End, double? Smoothness, double? Mu, double? WeakMu, double? StartGap, double? EndGap,
    double StartGradientNormSquared)
{
    private const int MaxHalvings = 40;

    /// <summary>Goes the path.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="start">theta_0, [d].</param>
    /// <param name="most">The most steps.</param>
    /// <param name="every">Steps between two measurements of L; the ends are always measured.</param>
    public static ExactPath Of(KnownProblem problem, double[] start, int most, int every)
    {
        double[] theta = start;
        (double? largest, double current, double? mu, double? weak) = (null, 0, null, null);
        double first = Math.Pow(Lanczos.Norm(problem.Gradient(start)), 2);
        int step = 0;
        while (true)
        {
            bool last = step == most;
            (double? m, double? w) = Diagnoser.Domination(problem, theta);
            (mu, weak) = (Min(mu, m), Min(weak, w));
            if ((step % every == 0 || last) && Diagnoser.Smoothness(problem.Mean, theta) is { } l)
            {
                largest = Math.Max(largest ?? 0, l);
                current = l;
            }
            if (last || Next(problem, theta, current > 0 ? 1 / current : 1) is not { } next) break;
            theta = next;
            step++;
        }
        return new ExactPath(
            step, theta, largest, mu, weak, problem.Mean.Value(start) - problem.Optimum,
            problem.Mean.Value(theta) - problem.Optimum, first);
    }

    /// <summary>One step down; null where rounding leaves nothing to gain.</summary>
    private static double[]? Next(KnownProblem problem, double[] theta, double size)
    {
        double value = problem.Mean.Value(theta);
        double[] gradient = problem.Gradient(theta);
        for (int k = 0; k < MaxHalvings; k++, size /= 2)
        {
            double[] next = [.. theta];
            Lanczos.AddMultiple(next, -size, gradient);
            if (problem.Mean.Value(next) < value) return next;
        }
        return null;
    }

    private static double? Min(double? a, double? b) => (a, b) switch
    {
        (null, _) => b,
        (_, null) => a,
        ({ } x, { } y) => Math.Min(x, y),
    };
}
