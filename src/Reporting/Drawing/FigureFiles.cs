using FedPG.Reporting.Figures;
using FedPG.Reporting.Fonts;

namespace FedPG.Reporting.Drawing;

/// <summary>
/// Draws figures into files. The same figure gives the same bytes, whatever fonts, culture or clock the machine has. Safe to call from
/// several threads.
/// </summary>
internal static class FigureFiles
{
    /// <summary>Writes a figure as SVG (text as text) and as PNG (two pixels a unit, 192 dpi). Existing files are replaced.</summary>
    /// <param name="figure">The figure.</param>
    /// <param name="pathWithoutExtension">Where: <c>.svg</c> and <c>.png</c> are appended. The folder is made if it does not exist.</param>
    /// <returns>The paths of the two files.</returns>
    /// <exception cref="ArgumentException">The figure is at fault; the message names every fault, one a line.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static (string Svg, string Png) Write(Figure figure, string pathWithoutExtension)
    {
        ArgumentException.ThrowIfNullOrEmpty(pathWithoutExtension);
        string svg = pathWithoutExtension + ".svg", png = pathWithoutExtension + ".png";
        (byte[] svgBytes, byte[] pngBytes) = Drawn(figure, scene => (SvgFile.Of(scene, Name(figure)), PngFile.Of(scene)));
        if (Path.GetDirectoryName(Path.GetFullPath(svg)) is { } folder) Directory.CreateDirectory(folder);
        File.WriteAllBytes(svg, svgBytes);
        File.WriteAllBytes(png, pngBytes);
        return (svg, png);
    }

    /// <summary>Draws a figure as SVG, with its texts as texts.</summary>
    /// <param name="figure">The figure.</param>
    /// <returns>The bytes of the file, UTF-8.</returns>
    /// <exception cref="ArgumentException">The figure is at fault; the message names every fault, one a line.</exception>
    public static byte[] ToSvg(Figure figure) => Drawn(figure, scene => SvgFile.Of(scene, Name(figure)));

    /// <summary>Draws a figure as PNG, two pixels a unit.</summary>
    /// <param name="figure">The figure.</param>
    /// <returns>The bytes of the file.</returns>
    /// <exception cref="ArgumentException">The figure is at fault; the message names every fault, one a line.</exception>
    public static byte[] ToPng(Figure figure) => Drawn(figure, PngFile.Of);

    private static T Drawn<T>(Figure figure, Func<Scene, T> draw)
    {
        ArgumentNullException.ThrowIfNull(figure);
        string[] errors = [.. FigureErrors.Of(figure)];
        return errors.Length == 0
            ? SkiaGate.Alone(() => draw(new Scene(figure)))
            : throw new ArgumentException(string.Join('\n', errors), nameof(figure));
    }

    private static string Name(Figure figure) => figure.Title.Length > 0 ? figure.Title : figure.Panels[0].Title;
}
