using SkiaSharp;

namespace FedPG.Reporting.Drawing;

/// <summary>
/// The font of all figures: Liberation Sans, which travels inside the assembly, so that figures do not depend on what fonts a machine has. Its widths are
/// those of Arial and Helvetica, which readers of an SVG have where Liberation Sans is missing.
/// </summary>
internal static class PlotFont
{
    /// <summary>The families that an SVG asks for, the best first.</summary>
    public const string Families = "Liberation Sans, Arial, Helvetica, sans-serif";

    private const float ScriptShare = 0.7f;

    private static readonly Lazy<SKTypeface> Typeface = new(Load);

    /// <summary>The font in a size, or in the size of its superscripts; dispose of it.</summary>
    public static SKFont Of(float size, bool script = false) => new(Typeface.Value, script ? SizeOfScript(size) : size)
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
        return TextPiece.Of(text).Sum(piece => (piece.Level == 0 ? plain : script).MeasureText(piece.Text));
    }

    private static SKTypeface Load()
    {
        const string Name = "LiberationSans-Regular.ttf";
        using Stream stream = typeof(PlotFont).Assembly.GetManifestResourceStream(Name)
            ?? throw new InvalidOperationException($"The assembly lacks its font {Name}.");
        return SKTypeface.FromStream(stream) ?? throw new InvalidOperationException($"The font {Name} cannot be read.");
    }
}
