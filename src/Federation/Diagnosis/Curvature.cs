using FedPG.Envs.Exact;

namespace FedPG.Federation.Diagnosis;

/// <summary>The ends of a Hessian's spectrum.</summary>
/// <param name="Smallest">The smallest eigenvalue; below 0 where the objective is not convex.</param>
/// <param name="Largest">The largest eigenvalue.</param>
/// <param name="Error">An upper bound of what either may be off from an eigenvalue; the ends themselves may still lie beyond.</param>
public sealed record CurvatureRange(double Smallest, double Largest, double Error)
{
    /// <summary>The local smoothness: the largest eigenvalue in absolute value, which is L of Assumption 1 at this point.</summary>
    public double Magnitude => Math.Max(Math.Abs(Smallest), Math.Abs(Largest));
}

/// <summary>The curvature of exactly known objectives, from products of the Hessian with vectors alone.</summary>
public static class Curvature
{
    private const double RelativeError = 1e-4;
    private const int CheckEvery = 5;

    /// <summary>The ends of the Hessian's spectrum at theta, by the Lanczos process from a fixed start. Deterministic; one thread at a time.</summary>
    /// <param name="objective">J.</param>
    /// <param name="theta">theta, [d].</param>
    /// <param name="steps">The most Hessian-vector products that are spent; fewer once both ends are known to 1e-4.</param>
    /// <exception cref="ArgumentException">theta has another length than d.</exception>
    public static CurvatureRange Extremes(IDifferentiableObjective objective, ReadOnlySpan<double> theta, int steps = 60)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        if (theta.Length != objective.Dimension) throw new ArgumentException($"theta has {theta.Length} numbers, and the objective {objective.Dimension}", nameof(theta));
        double[] point = theta.ToArray();
        var lanczos = new Lanczos((v, product) => objective.HessianVector(point, v, product), Start(point.Length), steps);
        while (true)
        {
            lanczos.Step();
            if (!lanczos.IsComplete && lanczos.Steps % CheckEvery != 0) continue;
            CurvatureRange range = RangeOf(lanczos);
            if (lanczos.IsComplete || range.Error <= RelativeError * range.Magnitude) return range;
        }
    }

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

    private static CurvatureRange RangeOf(Lanczos lanczos)
    {
        (double[] values, var vectors) = lanczos.Ritz();
        int last = values.Length - 1;
        double error = lanczos.Coupling * Math.Max(Math.Abs(vectors[last, 0]), Math.Abs(vectors[last, last]));
        return new CurvatureRange(values[0], values[last], error);
    }
}
