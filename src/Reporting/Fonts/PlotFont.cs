using SkiaSharp;

namespace FedPG.Reporting.Fonts;

/// <summary>
/// The font of all figures and pictures, and the only place that loads one: Liberation Sans, which travels inside the assembly, so that no
/// figure depends on what fonts a machine has. Its widths are those of Arial and Helvetica, which readers of an SVG have where Liberation
/// Sans is missing. To be used within <see cref="SkiaGate"/>.
/// </summary>
internal static class PlotFont
{
    /// <summary>The families that an SVG asks for, the best first.</summary>
    public const string Families = "Liberation Sans, Arial, Helvetica, sans-serif";

    private const float ScriptShare = 0.7f;

    // Skia reads the font's tables where they lie whenever it needs a new glyph. Nobody disposes of either: both live as long as the
    // process.
    private static readonly SKData Bytes = Load();
    private static readonly SKTypeface Typeface =
        SKTypeface.FromData(Bytes) ?? throw new InvalidOperationException("The font of the figures cannot be read.");

    /// <summary>The font in a size, or in the size of its superscripts; dispose of it.</summary>
    public static SKFont Of(float size, bool script = false) => new(Typeface, script ? SizeOfScript(size) : size)
    {
        Edging = SKFontEdging.Antialias,
        Hinting = SKFontHinting.None,
        Subpixel = true,
        LinearMetrics = true,
    };

    /// <summary>The size of superscripts and subscripts.</summary>
    public static float SizeOfScript(float size) => ScriptShare * size;

    /// <summary>The width of a text with its superscripts and subscripts.</summary>
    public static float Width(string text, float size)
    {
        using SKFont plain = Of(size), script = Of(size, script: true);
        return FontPiece.Of(text).Sum(piece => (piece.Level == 0 ? plain : script).MeasureText(piece.Text));
    }

    private static SKData Load()
    {
        const string Name = "LiberationSans-Regular.ttf";
        using Stream stream = typeof(PlotFont).Assembly.GetManifestResourceStream(Name)
            ?? throw new InvalidOperationException($"The assembly lacks its font {Name}.");
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return SKData.CreateCopy(bytes);
    }
}
