namespace FedPG.Reporting.Drawing;

/// <summary>A part of a text: on the line (level 0), above it (1) or below it (-1).</summary>
internal readonly record struct TextPiece(string Text, int Level)
{
    /// <summary>Splits a text at its superscripts <c>^{...}</c> and subscripts <c>_{...}</c>; other characters stand for themselves.</summary>
    public static List<TextPiece> Of(string text)
    {
        var pieces = new List<TextPiece>();
        int start = 0;
        for (int i = 0; i + 1 < text.Length; i++)
        {
            if (text[i] is not ('^' or '_') || text[i + 1] != '{') continue;
            int end = text.IndexOf('}', i);
            if (end < 0) break;
            Add(text[start..i], 0);
            Add(text[(i + 2)..end], text[i] == '^' ? 1 : -1);
            (start, i) = (end + 1, end);
        }

        Add(text[start..], 0);
        return pieces;

        void Add(string part, int level)
        {
            if (part.Length > 0) pieces.Add(new TextPiece(part, level));
        }
    }

    /// <summary>How far the piece is above the line of a text of a size.</summary>
    public float Rise(float size) => Level switch { > 0 => 0.38f * size, < 0 => -0.2f * size, _ => 0 };
}

/// <summary>Which point of a text is where it is put.</summary>
internal enum TextAnchor
{
    Start,
    Middle,
    End,
}

/// <summary>
/// A text of a figure: at (<paramref name="X"/>, <paramref name="Y"/>) on its base line. <paramref name="Upwards"/> turns it to read from the bottom up;
/// <paramref name="Halo"/> draws it on a white rim, for places where lines may pass behind.
/// </summary>
internal sealed record PlacedText(string Text, float X, float Y, float Size, TextAnchor Anchor, uint Colour = 0, bool Upwards = false, bool Halo = false);

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
