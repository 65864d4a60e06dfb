namespace FedPG.Envs.Pictures;

/// <summary>A part of a picture in a terminal: lines that are made of pieces, or a table. Immutable.</summary>
/// <param name="Rows">The lines, or the rows of the table.</param>
/// <param name="Headings">The headings of the columns, which stand to the right; null (the default) for plain lines.</param>
public sealed record TextBlock(IReadOnlyList<IReadOnlyList<TextPiece>> Rows, IReadOnlyList<string>? Headings = null)
{
    /// <summary>Plain lines.</summary>
    /// <param name="lines">The lines.</param>
    public static TextBlock OfLines(params IEnumerable<string> lines) => new([.. lines.Select(line => (IReadOnlyList<TextPiece>)[line])]);
}

/// <summary>A piece of a line, or a cell of a table.</summary>
/// <param name="Text">The text.</param>
/// <param name="Ground">The colour behind it; null (the default) for that of the terminal.</param>
/// <param name="Bold">Whether it is bold.</param>
public readonly record struct TextPiece(string Text, PictureColour? Ground = null, bool Bold = false)
{
    /// <summary>A piece without a colour.</summary>
    /// <param name="text">The text.</param>
    public static implicit operator TextPiece(string text) => new(text);

    /// <summary>A piece without a colour.</summary>
    /// <param name="text">The text.</param>
    public static TextPiece FromString(string text) => new(text);
}
