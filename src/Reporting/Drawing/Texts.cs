namespace FedPG.Reporting.Drawing;

/// <summary>Which point of a text is where it is put.</summary>
internal enum TextAnchor
{
    Start,
    Middle,
    End,
}

/// <summary>
/// A text of a figure: at (<paramref name="X"/>, <paramref name="Y"/>) on its base line. <paramref name="Upwards"/> turns it to read from
/// the bottom up;
/// <paramref name="Halo"/> draws it on a white rim, for places where lines may pass behind.
/// </summary>
internal sealed record PlacedText(string Text, float X, float Y, float Size, TextAnchor Anchor, uint Colour = 0, bool Upwards = false,
    bool Halo = false);

/// <summary>A rectangle in the figure; y grows downwards.</summary>
internal readonly record struct Box(float Left, float Top, float Right, float Bottom)
{
    public float Width => Right - Left;

    public float Height => Bottom - Top;

    public bool Contains(float x, float y) => x >= Left && x <= Right && y >= Top && y <= Bottom;
}

/// <summary>The sizes of text and the widths of lines.</summary>
internal static class Sizes
{
    public const float Title = 16, Label = 15, Tick = 14, Legend = 14, Reference = 13;
    public const float Curve = 2, Law = 1.3f, Thin = 0.9f, ReferenceLine = 1, Frame = 1, Interval = 1.8f;
    public const float Marker = 8, TickLength = 5, MinorTickLength = 2.5f, Gap = 4, Margin = 8, Line = 1.3f;
}
