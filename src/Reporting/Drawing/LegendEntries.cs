using FedPG.Reporting.Figures;
using FedPG.Reporting.Fonts;

namespace FedPG.Reporting.Drawing;

/// <summary>The names of a figure's series, and the room and the rows they take outside of its panels.</summary>
internal sealed class LegendEntries
{
    /// <summary>The length of the piece of line beside a name.</summary>
    public const float Sample = 40;

    private const float RowHeight = 21, Between = 22;

    private readonly Series[] _entries;
    private readonly float _entryWidth;

    public LegendEntries(Figure figure)
    {
        bool shown = figure.Legend is LegendPlacement.Below or LegendPlacement.Right;
        _entries = !shown ? [] :
        [
            .. figure.Panels.Where(panel => panel.Estimates.Count == 0).SelectMany(panel => panel.Series)
                .Where(series => series.Name.Length > 0)
                .DistinctBy(series => (series.Name, series.Style, series.Kind)),
        ];
        _entryWidth = _entries.Length == 0 ? 0 : Sample + Sizes.Gap + 2 + _entries.Max(series => PlotFont.Width(series.Name, Sizes.Legend));
    }

    /// <summary>The width that a legend to the right takes.</summary>
    public float WidthAtRight => _entries.Length == 0 ? 0 : _entryWidth + (2 * Sizes.Margin);

    /// <summary>The height that a legend below takes in a figure of a width.</summary>
    public float HeightBelow(float width) => _entries.Length == 0 ? 0 : (Rows(width) * RowHeight) + Sizes.Margin;

    /// <summary>The entries below the panels, in rows that are centred in the width.</summary>
    public IEnumerable<(Series Entry, float X, float Y)> Below(float width, float top)
    {
        int columns = Columns(width);
        float left = Math.Max(Sizes.Margin, (width - (columns * _entryWidth) - ((columns - 1) * Between)) / 2);
        for (int i = 0; i < _entries.Length; i++)
            yield return (_entries[i], left + (i % columns * (_entryWidth + Between)), top + ((i / columns + 0.5f) * RowHeight));
    }

    /// <summary>The entries to the right of the panels, one below the other.</summary>
    public IEnumerable<(Series Entry, float X, float Y)> AtRight(float left, float top) =>
        _entries.Select((entry, i) => (entry, left + Sizes.Margin, top + ((i + 0.5f) * RowHeight)));

    private int Columns(float width) =>
        Math.Clamp((int)((width - (2 * Sizes.Margin) + Between) / (_entryWidth + Between)), 1, Math.Max(_entries.Length, 1));

    private int Rows(float width) => (_entries.Length + Columns(width) - 1) / Columns(width);
}
