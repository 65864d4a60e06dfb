namespace FedPG.Reporting.Figures;

/// <summary>How a series is drawn.</summary>
internal enum SeriesKind
{
    /// <summary>A thick line with the dashes, the grey level and (a few, on a long curve) the markers of its style.</summary>
    Curve,

    /// <summary>A thin pale line in the colour of its style: one run of many.</summary>
    Thin,

    /// <summary>A thin dashed line without markers: a curve that a law predicts.</summary>
    Law,

    /// <summary>Markers only.</summary>
    Points,
}

/// <summary>How the spread of a series is drawn.</summary>
internal enum Spread
{
    /// <summary>A pale band.</summary>
    Band,

    /// <summary>Bars with caps, at the markers.</summary>
    Bars,
}

/// <summary>
/// A curve: points in the order in which they are joined. What is not finite (or above 1e300 in size), and what is not positive on a
/// logarithmic axis, is a gap. Arrays may be empty.
/// </summary>
internal sealed record Series
{
    /// <summary>Gets the name in the legend; empty for none. Series of the same name, style and kind share one entry.</summary>
    public string Name { get; init; } = "";

    /// <summary>Gets the horizontal coordinates [n].</summary>
    public required IReadOnlyList<double> X { get; init; }

    /// <summary>Gets the vertical coordinates [n].</summary>
    public required IReadOnlyList<double> Y { get; init; }

    /// <summary>Gets the lower ends of the spread [n]; null (the default) for none. Given with <see cref="High"/> only.</summary>
    public IReadOnlyList<double>? Low { get; init; }

    /// <summary>Gets the upper ends of the spread [n]; null (the default) for none. Given with <see cref="Low"/> only.</summary>
    public IReadOnlyList<double>? High { get; init; }

    /// <summary>Gets how the spread is drawn. Default: a band.</summary>
    public Spread Spread { get; init; }

    /// <summary>Gets how the series is drawn. Default: a curve.</summary>
    public SeriesKind Kind { get; init; }

    /// <summary>Gets the row of <see cref="SeriesStyle.Table"/>, from 0; beyond its end it starts over.</summary>
    public int Style { get; init; }
}

/// <summary>A value with an interval around it, in a row of its own.</summary>
/// <param name="Label">The label on the vertical axis.</param>
/// <param name="Value">The value; not drawn where it is not finite.</param>
/// <param name="Low">The lower end of the interval; no interval is drawn where an end is not finite.</param>
/// <param name="High">The upper end of the interval.</param>
/// <param name="Style">The row of <see cref="SeriesStyle.Table"/> that gives the marker and the colour.</param>
internal sealed record Estimate(string Label, double Value, double Low, double High, int Style = 0);

/// <summary>The direction of a reference line.</summary>
internal enum ReferenceDirection
{
    /// <summary>At a value of the vertical axis.</summary>
    Horizontal,

    /// <summary>At a value of the horizontal axis.</summary>
    Vertical,
}

/// <summary>A thin dotted line across a panel.</summary>
/// <param name="Direction">Its direction.</param>
/// <param name="Value">Where it stands.</param>
/// <param name="Label">The text beside it, put where it covers the least of the data; empty for none.</param>
internal sealed record ReferenceLine(ReferenceDirection Direction, double Value, string Label = "");
