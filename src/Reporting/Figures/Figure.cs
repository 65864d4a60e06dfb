using FedPG.Reporting.Drawing;

namespace FedPG.Reporting.Figures;

/// <summary>How values lie along an axis.</summary>
internal enum AxisScale
{
    /// <summary>Equal differences take equal room.</summary>
    Linear,

    /// <summary>Equal ratios take equal room. Values that are not positive have no place on it, and are gaps.</summary>
    Log,
}

/// <summary>Where the names of the series go. None of the places covers the data.</summary>
internal enum LegendPlacement
{
    /// <summary>One legend for all panels, in rows under them.</summary>
    Below,

    /// <summary>One legend for all panels, in a column to the right of them.</summary>
    Right,

    /// <summary>Each name beside the right end of its curve, outside of the frame.</summary>
    LineEnds,

    /// <summary>No names.</summary>
    None,
}

/// <summary>
/// A figure as data: what <see cref="FigureFiles"/> draws. Lengths are in units of 1/96 inch; text is sized so that a panel of the default
/// width is still readable when it is printed 3.5 inches wide.
/// </summary>
/// <remarks>
/// Texts may hold superscripts and subscripts: <c>10^{-3}</c>, <c>m_{i}</c>. Immutable, and safe to share between threads as long as nobody
/// writes to the arrays of its series.
/// </remarks>
internal sealed record Figure
{
    /// <summary>The width of a panel where <see cref="Width"/> is not given.</summary>
    public const int DefaultPanelWidth = 520;

    /// <summary>The height of a panel where <see cref="Height"/> is not given.</summary>
    public const int DefaultPanelHeight = 330;

    /// <summary>Gets the panels, row by row. At least one.</summary>
    public required IReadOnlyList<Panel> Panels { get; init; }

    /// <summary>Gets how many panels stand side by side: 1 (the default) stacks them.</summary>
    public int Columns { get; init; } = 1;

    /// <summary>Gets the title above all panels; empty (the default) for none.</summary>
    public string Title { get; init; } = "";

    /// <summary>Gets where the names of the series go. Default: below.</summary>
    public LegendPlacement Legend { get; init; } = LegendPlacement.Below;

    /// <summary>
    /// Gets the whole width, 160 to 8000; null (the default): <see cref="DefaultPanelWidth"/> a column, and the legend where it stands to
    /// the right.
    /// </summary>
    public int? Width { get; init; }

    /// <summary>
    /// Gets the whole height, 120 to 8000; null (the default): <see cref="DefaultPanelHeight"/> a row, and the legend where it stands
    /// below.
    /// </summary>
    public int? Height { get; init; }

    /// <summary>A figure of one panel.</summary>
    /// <param name="panel">The panel.</param>
    /// <param name="legend">Where the names of the series go.</param>
    /// <returns>The figure.</returns>
    public static Figure Of(Panel panel, LegendPlacement legend = LegendPlacement.Below) => new() { Panels = [panel], Legend = legend };
}

/// <summary>One pair of axes and what is drawn in it: curves, or estimates with intervals, a row each.</summary>
internal sealed record Panel
{
    /// <summary>Gets the title; empty (the default) for none.</summary>
    public string Title { get; init; } = "";

    /// <summary>Gets the label of the horizontal axis.</summary>
    public string XLabel { get; init; } = "";

    /// <summary>Gets the label of the vertical axis.</summary>
    public string YLabel { get; init; } = "";

    /// <summary>Gets the scale of the horizontal axis. Default: linear.</summary>
    public AxisScale XScale { get; init; }

    /// <summary>Gets the scale of the vertical axis. Default: linear. Not used with <see cref="Estimates"/>.</summary>
    public AxisScale YScale { get; init; }

    /// <summary>Gets the ends of the horizontal axis, lower first; null (the default): those of the data, and a little room.</summary>
    public (double Low, double High)? XRange { get; init; }

    /// <summary>Gets the ends of the vertical axis, lower first; null (the default): those of the data, and a little room.</summary>
    public (double Low, double High)? YRange { get; init; }

    /// <summary>Gets the curves.</summary>
    public IReadOnlyList<Series> Series { get; init; } = [];

    /// <summary>
    /// Gets horizontal and vertical lines at given values. They do not widen the axes, and are left out where they do not lie on them.
    /// </summary>
    public IReadOnlyList<ReferenceLine> References { get; init; } = [];

    /// <summary>
    /// Gets estimates with intervals, drawn from the top down, their labels on the vertical axis. Where there are any, curves are not
    /// drawn.
    /// </summary>
    public IReadOnlyList<Estimate> Estimates { get; init; } = [];
}
