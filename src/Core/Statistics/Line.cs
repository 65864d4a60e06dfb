using MathNet.Numerics.Distributions;

namespace FedPG.Core.Statistics;

/// <summary>A straight line fitted by least squares.</summary>
/// <param name="Slope">The slope, with Student's 95 % interval.</param>
/// <param name="Intercept">The value at 0.</param>
internal sealed record Line(Figure95 Slope, double Intercept)
{
    /// <summary>Fits y over x; with two points the slope is its own interval.</summary>
    public static Line Fit(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        if (x.Count != y.Count || x.Count < 2)
            throw new ArgumentException($"{x.Count} and {y.Count} values: two points at least, as many of each", nameof(x));
        double meanX = x.Average(), meanY = y.Average();
        double spread = x.Sum(v => (v - meanX) * (v - meanX));
        double slope = x.Zip(y, (a, b) => (a - meanX) * (b - meanY)).Sum() / spread;
        double intercept = meanY - (slope * meanX);
        if (x.Count == 2) return new Line(Figure95.Exactly(slope), intercept);
        double residual = x.Zip(y, (a, b) => b - intercept - (slope * a)).Sum(r => r * r);
        double half = StudentT.InvCDF(0, 1, x.Count - 2, 0.975) * Math.Sqrt(residual / (x.Count - 2) / spread);
        return new Line(new Figure95(slope, slope - half, slope + half), intercept);
    }

    /// <summary>Fits log y over log x: the slope is the power.</summary>
    public static Line FitPower(IReadOnlyList<double> x, IReadOnlyList<double> y) =>
        Fit([.. x.Select(v => Math.Log(v))], [.. y.Select(v => Math.Log(v))]);
}
