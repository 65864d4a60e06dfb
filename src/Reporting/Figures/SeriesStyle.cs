namespace FedPG.Reporting.Figures;

/// <summary>The outline of a marker.</summary>
internal enum MarkerOutline
{
    /// <summary>A circle.</summary>
    Circle,

    /// <summary>A square.</summary>
    Square,

    /// <summary>A triangle that points up.</summary>
    TriangleUp,

    /// <summary>A square on its tip.</summary>
    Diamond,

    /// <summary>A triangle that points down.</summary>
    TriangleDown,
}

/// <summary>
/// How one of several series is told from the others: by dashes and marker alone, so that a print in black and white is enough, and by
/// colour as well. The colours are those of Okabe and Ito, which remain distinct to readers with a colour vision deficiency, ordered (and
/// partly darkened) so that the first four differ in grey level too.
/// </summary>
/// <param name="Colour">The colour, 0xRRGGBB.</param>
/// <param name="Dashes">The lengths of strokes and gaps in turn; empty for a solid line.</param>
/// <param name="Marker">The outline of the marker.</param>
/// <param name="Filled">Whether the marker is filled with the colour, or with white.</param>
internal sealed record SeriesStyle(uint Colour, IReadOnlyList<float> Dashes, MarkerOutline Marker, bool Filled)
{
    /// <summary>
    /// Gets the styles, in the order in which a figure should use them. No two have the same dashes, and no two the same marker.
    /// </summary>
    public static IReadOnlyList<SeriesStyle> Table { get; } =
    [
        new(0x000000, [], MarkerOutline.Circle, true),
        new(0xD55E00, [9, 3.5f], MarkerOutline.Square, false),
        new(0x00568C, [9, 2.5f, 2, 2.5f], MarkerOutline.TriangleUp, true),
        new(0x56B4E9, [2.2f, 2.2f], MarkerOutline.Diamond, false),
        new(0x007A5A, [14, 3.5f], MarkerOutline.Diamond, true),
        new(0xB8568F, [9, 2.5f, 2, 2.5f, 2, 2.5f], MarkerOutline.TriangleDown, false),
        new(0xC98200, [4.5f, 2.5f], MarkerOutline.Square, true),
        new(0x6E6E6E, [14, 2.5f, 4.5f, 2.5f], MarkerOutline.Circle, false),
    ];

    /// <summary>Gets the grey level that the colour has in print, 0 (black) to 255 (white): the luma of ITU-R BT.601.</summary>
    public double GreyLevel => (0.299 * (Colour >> 16 & 0xff)) + (0.587 * (Colour >> 8 & 0xff)) + (0.114 * (Colour & 0xff));

    /// <summary>
    /// The style of an index. After the last of the table its lines come again with markers of other rows, so that 64 series have as many
    /// pairs of dashes and marker; then everything starts over.
    /// </summary>
    /// <param name="index">The index, of any sign.</param>
    /// <returns>The style.</returns>
    public static SeriesStyle At(int index)
    {
        int rows = Table.Count, place = ((index % (rows * rows)) + (rows * rows)) % (rows * rows);
        (int turn, int row) = Math.DivRem(place, rows);
        // Three and eight have no common factor: each turn gives a row another marker than all turns before.
        SeriesStyle marker = Table[(row + (3 * turn)) % rows];
        return turn == 0 ? Table[row] : Table[row] with { Marker = marker.Marker, Filled = marker.Filled };
    }
}
