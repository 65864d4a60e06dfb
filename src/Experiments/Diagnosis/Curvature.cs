using FedPG.Envs.Derivatives;

namespace FedPG.Experiments.Diagnosis;

/// <summary>The ends of a Hessian's spectrum.</summary>
/// <param name="Smallest">The smallest eigenvalue; below 0 where the objective is not convex.</param>
/// <param name="Largest">The largest eigenvalue.</param>
/// <param name="SmallestError">An upper bound of how far an eigenvalue is from
/// <paramref name="Smallest"/>; the end itself may still lie beyond.</param>
/// <param name="LargestError">The same for <paramref name="Largest"/>.</param>
internal sealed record CurvatureRange(double Smallest, double Largest, double SmallestError, double LargestError)
{
    /// <summary>The local smoothness: the largest eigenvalue in absolute value, which is L of Assumption 1 at this point.</summary>
    public double Magnitude => Math.Max(Math.Abs(Smallest), Math.Abs(Largest));
}

/// <summary>The curvature of exactly known objectives, from products of the Hessian with vectors alone.</summary>
internal static class Curvature
{
    private const int CheckEvery = 5;

    /// <summary>
    /// The ends of the Hessian's spectrum at theta, by the Lanczos process from a fixed start. Deterministic; one thread at a time.
    /// </summary>
    /// <param name="objective">J.</param>
    /// <param name="theta">theta, [d].</param>
    /// <param name="steps">The most Hessian-vector products that are spent; fewer once both ends are known to 1e-4.</param>
    /// <exception cref="ArgumentException">theta has another length than d.</exception>
    public static CurvatureRange Extremes(IDifferentiableObjective objective, ReadOnlySpan<double> theta, int steps = 60) =>
        Range(objective, theta, steps, range => Math.Max(range.SmallestError, range.LargestError) <= 1e-4 * range.Magnitude);

    /// <summary>The local smoothness alone, to 1 %: the largest absolute eigenvalue of the Hessian at theta.</summary>
    /// <param name="objective">J.</param>
    /// <param name="theta">theta, [d].</param>
    /// <param name="steps">The most Hessian-vector products that are spent.</param>
    /// <exception cref="ArgumentException">theta has another length than d.</exception>
    public static double Smoothness(IDifferentiableObjective objective, ReadOnlySpan<double> theta, int steps = 40) =>
        Range(objective, theta, steps,
            range => (range.Largest > -range.Smallest ? range.LargestError : range.SmallestError) <= 0.01 * range.Magnitude).Magnitude;

    /// <summary>A start that leans on no coordinate: the fractional parts of multiples of the golden ratio, centred.</summary>
    internal static double[] Start(int dimension)
    {
        const double golden = 0.6180339887498949;
        double[] start = new double[dimension];
        for (int k = 0; k < dimension; k++)
        {
            double x = (k + 1) * golden;
            start[k] = x - Math.Floor(x) - 0.5;
        }
        return start;
    }

    private static CurvatureRange Range(IDifferentiableObjective objective, ReadOnlySpan<double> theta, int steps,
        Func<CurvatureRange, bool> isEnough)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        if (theta.Length != objective.Dimension)
            throw new ArgumentException($"theta has {theta.Length} numbers, and the objective {objective.Dimension}", nameof(theta));
        double[] point = theta.ToArray();
        var lanczos = new Lanczos((v, product) => objective.HessianVector(point, v, product), Start(point.Length), steps);
        while (true)
        {
            lanczos.Step();
            if (!lanczos.IsComplete && lanczos.Steps % CheckEvery != 0) continue;
            CurvatureRange range = RangeOf(lanczos);
            if (lanczos.IsComplete || isEnough(range)) return range;
        }
    }

    private static CurvatureRange RangeOf(Lanczos lanczos)
    {
        (double[] values, var vectors) = lanczos.Ritz();
        int last = values.Length - 1;
        return new CurvatureRange(
            values[0], values[last], lanczos.Coupling * Math.Abs(vectors[last, 0]), lanczos.Coupling * Math.Abs(vectors[last, last]));
    }
}
