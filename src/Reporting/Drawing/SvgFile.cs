using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using FedPG.Reporting.Fonts;
using SkiaSharp;

namespace FedPG.Reporting.Drawing;

/// <summary>
/// A scene as SVG: strokes and fills as Skia writes them, and texts as texts, so that they can be searched, copied and edited.
/// </summary>
internal static class SvgFile
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    /// <summary>The bytes of the file: UTF-8, line feeds, the same for the same scene.</summary>
    public static byte[] Of(Scene scene, string title)
    {
        XDocument document = XDocument.Parse(Strokes(scene));
        XElement root = document.Root!;
        root.SetAttributeValue("viewBox", string.Create(CultureInfo.InvariantCulture, $"0 0 {scene.Width} {scene.Height}"));
        root.SetAttributeValue("font-family", PlotFont.Families);
        WriteDashes(root);
        NumberClips(root);
        if (title.Length > 0) root.AddFirst(new XElement(Svg + "title", Characters(title)));
        foreach (PlacedText text in scene.Texts)
            root.Add(Element(text));

        using var stream = new MemoryStream();
        var settings = new XmlWriterSettings { Encoding = new UTF8Encoding(false), Indent = true, IndentChars = " ", NewLineChars = "\n" };
        using (var writer = XmlWriter.Create(stream, settings))
            document.Save(writer);
        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    private static string Strokes(Scene scene)
    {
        using var stream = new MemoryStream();
        // The canvas finishes the document when it is disposed of.
        using (SKCanvas canvas = SKSvgCanvas.Create(SKRect.Create(scene.Width, scene.Height), stream))
            scene.Draw(canvas, new Looks(forSvg: true));
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void WriteDashes(XElement root)
    {
        foreach (XElement line in root.Descendants().ToArray())
        {
            if (line.Attribute("stroke-miterlimit") is not { } mitre) continue;
            IReadOnlyList<float>? dashes = Looks.DashesOfMitre((int)float.Parse(mitre.Value, CultureInfo.InvariantCulture));
            if (dashes is null) continue;
            mitre.Remove();
            line.SetAttributeValue("stroke-linejoin", "round");
            line.SetAttributeValue("stroke-dasharray", string.Join(' ', dashes.Select(Number)));
        }
    }

    // Skia counts what it draws; the names of clips are made to depend on their order alone.
    private static void NumberClips(XElement root)
    {
        XElement[] clips = [.. root.Descendants(Svg + "clipPath")];
        Dictionary<string, string> names =
            clips.Select((clip, i) => (Old: clip.Attribute("id")!.Value, New: string.Create(CultureInfo.InvariantCulture, $"clip{i + 1}")))
            .ToDictionary(name => $"url(#{name.Old})", name => $"url(#{name.New})");
        for (int i = 0; i < clips.Length; i++)
            clips[i].SetAttributeValue("id", string.Create(CultureInfo.InvariantCulture, $"clip{i + 1}"));
        foreach (XElement user in root.Descendants().Where(element => element.Attribute("clip-path") is not null))
            user.SetAttributeValue("clip-path", names[user.Attribute("clip-path")!.Value]);
    }

    private static XElement Element(PlacedText text)
    {
        var element = new XElement(Svg + "text",
            new XAttribute("x", Number(text.X)),
            new XAttribute("y", Number(text.Y)),
            new XAttribute("font-size", Number(text.Size)));
        // Where none of the families is at hand, the text is squeezed into the room that was left for it.
        element.SetAttributeValue("textLength", Number(PlotFont.Width(text.Text, text.Size)));
        element.SetAttributeValue("lengthAdjust", "spacingAndGlyphs");
        if (text.Anchor != TextAnchor.Start) element.SetAttributeValue("text-anchor", text.Anchor == TextAnchor.Middle ? "middle" : "end");
        if (text.Colour != 0) element.SetAttributeValue("fill", $"#{text.Colour:x6}");
        if (text.Upwards) element.SetAttributeValue("transform", $"rotate(-90 {Number(text.X)} {Number(text.Y)})");
        if (text.Halo)
        {
            element.SetAttributeValue("stroke", "white");
            element.SetAttributeValue("stroke-width", Number(SceneTexts.Halo));
            element.SetAttributeValue("paint-order", "stroke");
        }

        float rise = 0;
        foreach (FontPiece piece in FontPiece.Of(text.Text))
        {
            // A shift holds from its piece on, so that each piece states the difference to the one before.
            float next = piece.Rise(text.Size);
            if (piece.Level == 0 && next == rise)
            {
                element.Add(new XText(Characters(piece.Text)));
                continue;
            }

            var part = new XElement(Svg + "tspan", new XAttribute("dy", Number(rise - next)), Characters(piece.Text));
            if (piece.Level != 0) part.SetAttributeValue("font-size", Number(PlotFont.SizeOfScript(text.Size)));
            element.Add(part);
            rise = next;
        }

        return element;
    }

    // What XML cannot hold, such as control characters, is left out.
    private static string Characters(string text) => string.Concat(text.Where(XmlConvert.IsXmlChar));

    private static string Number(float value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
