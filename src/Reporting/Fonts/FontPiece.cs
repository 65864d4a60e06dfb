namespace FedPG.Reporting.Fonts;

/// <summary>A part of a text: on the line (level 0), above it (1) or below it (-1).</summary>
internal readonly record struct FontPiece(string Text, int Level)
{
    /// <summary>
    /// Splits a text at its superscripts <c>^{...}</c> and subscripts <c>_{...}</c>; other characters stand for themselves.
    /// </summary>
    public static List<FontPiece> Of(string text)
    {
        var pieces = new List<FontPiece>();
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
            if (part.Length > 0) pieces.Add(new FontPiece(part, level));
        }
    }

    /// <summary>How far the piece is above the line of a text of a size.</summary>
    public float Rise(float size) => Level switch { > 0 => 0.38f * size, < 0 => -0.2f * size, _ => 0 };
}
