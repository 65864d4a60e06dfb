namespace FedPG.Core.Statistics;

/// <summary>Mean and variance of numbers as they come (Welford's updates). Not thread-safe.</summary>
internal sealed class Moments
{
    private double _squares;

    /// <summary>How many numbers came.</summary>
    public int Count { get; private set; }

    /// <summary>Their mean; 0 before the first.</summary>
    public double Mean { get; private set; }

    /// <summary>The estimated variance of the mean; null for fewer than two numbers.</summary>
    public double? VarianceOfMean => Count < 2 ? null : _squares / (Count - 1) / Count;

    /// <summary>The standard error of the mean; null for fewer than two numbers.</summary>
    public double? StandardError => VarianceOfMean is { } variance ? Math.Sqrt(variance) : null;

    /// <summary>Takes a number.</summary>
    public void Add(double value)
    {
        double before = value - Mean;
        Mean += before / ++Count;
        _squares += before * (value - Mean);
    }
}
