using FedPG.Reporting.Figures;

namespace FedPG.Reporting.Drawing;

/// <summary>A mark on an axis, at a position in axis coordinates; one without a label is a minor one.</summary>
internal readonly record struct AxisTick(double Position, string Label);

/// <summary>
/// An axis in its own coordinates: the values themselves, or their logarithms to base 10. Everything drawn goes through
/// <see cref="Place(double)"/>, so that what has no place on the axis is not a number from there on.
/// </summary>
internal sealed record Axis(AxisScale Scale, double Min, double Max)
{
    private const double LargestValue = 1e300;
    private const double SmallestSpan = 1e-290;

    // Skia draws in single precision: what lies further outside than this many lengths of the axis is drawn at this distance.
    private const double FarthestOutside = 1000;

    /// <summary>The length in axis coordinates.</summary>
    public double Span => Max - Min;

    /// <summary>Where a value lies; NaN where it has no place.</summary>
    public double Place(double value)
    {
        double at = Place(value, Scale);
        return double.IsNaN(at) ? at : Math.Clamp(at, Min - (FarthestOutside * Span), Max + (FarthestOutside * Span));
    }

    /// <summary>Whether a position is on the axis.</summary>
    public bool Contains(double position) => position >= Min && position <= Max;

    /// <summary>
    /// The axis that holds all values that have a place, with a share of its length as room at both ends, or the given range.
    /// </summary>
    public static Axis Over(IEnumerable<double> values, AxisScale scale, (double Low, double High)? range, double room)
    {
        if (range is { } given && Place(given.Low, scale) < Place(given.High, scale)
            && IsWide(Place(given.Low, scale), Place(given.High, scale)))
            return new Axis(scale, Place(given.Low, scale), Place(given.High, scale));

        double low = double.PositiveInfinity, high = double.NegativeInfinity;
        foreach (double value in values)
        {
            double at = Place(value, scale);
            if (double.IsNaN(at)) continue;
            (low, high) = (Math.Min(low, at), Math.Max(high, at));
        }

        if (low > high) return new Axis(scale, 0, 1);
        if (!IsWide(low, high))
        {
            double half = scale == AxisScale.Log
                ? 0.5
                : Math.Max(Math.Abs(low) * 0.05, low == 0 || Math.Abs(low) < SmallestSpan ? 0.5 : SmallestSpan);
            return new Axis(scale, low - half, high + half);
        }

        return new Axis(scale, low - (room * (high - low)), high + (room * (high - low)));
    }

    private static double Place(double value, AxisScale scale)
    {
        if (!(Math.Abs(value) <= LargestValue)) return double.NaN;
        if (scale == AxisScale.Linear) return value;
        return value > 0 ? Math.Log10(value) : double.NaN;
    }

    private static bool IsWide(double low, double high) =>
        high - low > Math.Max(SmallestSpan, 1e-9 * Math.Max(Math.Abs(low), Math.Abs(high)));
}
