using System.Buffers.Binary;
using System.Xml.Linq;
using FedPG.Reporting.Drawing;
using FedPG.Reporting.Figures;
using Xunit;

namespace FedPG.Tests.Reporting;

/// <summary>A figure of every kind, and what every picture has to be.</summary>
internal static class FigureTesting
{
    public static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    private static readonly double[] Rounds = [.. Enumerable.Range(0, 200).Select(i => (double)i)];

    public static Panel Curves { get; } = new()
    {
        Title = "A title", XLabel = "round", YLabel = "gap", YScale = AxisScale.Log,
        Series =
        [
            new Series
            {
                Name = "with a band", X = Rounds, Y = [.. Rounds.Select(t => Math.Exp(-t / 40))],
                Low = [.. Rounds.Select(t => Math.Exp(-t / 40) - 0.05)],
                High = [.. Rounds.Select(t => Math.Exp(-t / 40) + 0.05)],
            },
            new Series { Name = "dashed", X = Rounds, Y = [.. Rounds.Select(t => Math.Exp(-t / 60))], Style = 1 },
            new Series { Name = "thin", X = Rounds, Y = [.. Rounds.Select(t => Math.Exp(-t / 70))], Style = 1, Kind = SeriesKind.Thin },
            new Series { Name = "law", X = Rounds, Y = [.. Rounds.Select(t => 1 / (1 + t))], Style = 2, Kind = SeriesKind.Law },
        ],
        References = [new(ReferenceDirection.Horizontal, 0.05, "5 %"), new(ReferenceDirection.Vertical, 100, "half")],
    };

    public static Panel Points { get; } = new()
    {
        XLabel = "N", YLabel = "||error||^{2}", XScale = AxisScale.Log, YScale = AxisScale.Log,
        Series =
        [
            new Series
            {
                Name = "measured", X = [1, 2, 4, 8], Y = [1, 0.5, 0.25, 0.125], Low = [0.9, 0.4, 0.2, 0], High = [1.1, 0.6, 0.3, 0.2],
                Spread = Spread.Bars,
                Kind = SeriesKind.Points,
            },
        ],
    };

    public static Panel Estimates { get; } = new()
    {
        XLabel = "share left",
        Estimates = [new("first", 0.02, 0.01, 0.03), new("second", 0.4, 0.3, 0.5, 1), new("unknown", double.NaN, double.NaN, 1, 2)],
        References = [new(ReferenceDirection.Vertical, 0.05, "bound")],
    };

    public static IReadOnlyDictionary<string, Figure> Kinds { get; } = new Dictionary<string, Figure>
    {
        ["curves, legend below"] = Figure.Of(Curves),
        ["curves, legend to the right"] = Figure.Of(Curves, LegendPlacement.Right),
        ["curves, names at their ends"] = Figure.Of(Curves, LegendPlacement.LineEnds),
        ["curves, no names"] = Figure.Of(Curves, LegendPlacement.None),
        ["points"] = Figure.Of(Points),
        ["estimates"] = Figure.Of(Estimates),
        ["side by side"] = new Figure { Panels = [Curves, Points, Estimates], Columns = 2, Title = "All" },
        ["stacked"] = new Figure { Panels = [Curves, Points], Legend = LegendPlacement.Right, Width = 400, Height = 500 },
        ["smallest"] = new Figure { Panels = [Curves, Estimates], Columns = 2, Width = 160, Height = 120 },
    };

    /// <summary>The figure as SVG; it parses, has a size, and all its numbers are numbers.</summary>
    public static XElement Drawn(Figure figure)
    {
        using var stream = new MemoryStream(FigureFiles.ToSvg(figure));
        XElement root = XDocument.Load(stream).Root!;
        Assert.Equal(Svg + "svg", root.Name);
        Assert.DoesNotContain(root.DescendantsAndSelf().Attributes(), attribute =>
            attribute.Value.Contains("nan", StringComparison.OrdinalIgnoreCase)
                || attribute.Value.Contains("inf", StringComparison.OrdinalIgnoreCase));
        return root;
    }

    /// <summary>The size in pixels that a PNG states.</summary>
    public static (int Width, int Height) SizeOfPng(byte[] png)
    {
        Assert.Equal([0x89, .. "PNG\r\n\u001a\n"u8], png[..8]);
        Assert.Equal("IEND"u8, png.AsSpan(png.Length - 8, 4));
        return (BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20)));
    }
}
