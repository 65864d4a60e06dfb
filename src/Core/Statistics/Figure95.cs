namespace FedPG.Core.Statistics;

/// <summary>A measured figure with its 95 % interval.</summary>
/// <param name="Value">The figure.</param>
/// <param name="Low">The lower end of the interval.</param>
/// <param name="High">The upper end.</param>
internal readonly record struct Figure95(double Value, double Low, double High)
{
    /// <summary>A figure without any randomness: its interval is the figure.</summary>
    public static Figure95 Exactly(double value) => new(value, value, value);
}
