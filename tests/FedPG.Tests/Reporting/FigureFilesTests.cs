using System.Xml.Linq;
using CsCheck;
using FedPG.Reporting.Drawing;
using FedPG.Reporting.Figures;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Reporting;

public sealed class FigureFilesTests
{
    public static TheoryData<string> Kinds => [.. FigureTesting.Kinds.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_kind_of_figure_is_drawn_and_to_the_same_bytes_twice(string kind)
    {
        Figure figure = FigureTesting.Kinds[kind];
        XElement svg = FigureTesting.Drawn(figure);
        Assert.NotEmpty(svg.Descendants(FigureTesting.Svg + "path"));

        byte[] png = FigureFiles.ToPng(figure);
        Assert.Equal((2 * (int)svg.Attribute("width")!, 2 * (int)svg.Attribute("height")!), FigureTesting.SizeOfPng(png));
        if (figure is { Width: { } width, Height: { } height }) Assert.Equal((2 * width, 2 * height), FigureTesting.SizeOfPng(png));

        Assert.Equal(png, FigureFiles.ToPng(figure));
        Assert.Equal(FigureFiles.ToSvg(figure), FigureFiles.ToSvg(figure));
    }

    [Fact]
    public void Figures_drawn_at_the_same_time_are_those_drawn_one_by_one()
    {
        byte[][] alone = [.. FigureTesting.Kinds.Values.Select(FigureFiles.ToSvg)];
        Assert.Equal(alone, FigureTesting.Kinds.Values.AsParallel().AsOrdered().WithDegreeOfParallelism(4)
            .Select(FigureFiles.ToSvg).ToArray());
    }

    [Fact]
    public void Texts_are_texts_and_lie_inside_of_the_picture()
    {
        foreach (Figure figure in FigureTesting.Kinds.Where(kind => kind.Key != "smallest").Select(kind => kind.Value))
        {
            XElement svg = FigureTesting.Drawn(figure);
            XElement[] texts = [.. svg.Elements(FigureTesting.Svg + "text")];
            string[] expected =
                [.. figure.Panels.SelectMany(panel =>
                    new[] { panel.Title, panel.XLabel, panel.YLabel.Replace("^{2}", "2", StringComparison.Ordinal) })];
            Assert.Subset(texts.Select(text => text.Value).ToHashSet(), expected.Where(text => text.Length > 0).ToHashSet());
            foreach (XElement text in texts.Where(text => text.Attribute("transform") is null))
            {
                double x = (double)text.Attribute("x")!, length = (double)text.Attribute("textLength")!;
                double start = x - ((string?)text.Attribute("text-anchor") switch { "middle" => length / 2, "end" => length, _ => 0 });
                Assert.InRange(start, 0, (double)svg.Attribute("width")! - length);
                Assert.InRange((double)text.Attribute("y")!, 0, (double)svg.Attribute("height")!);
            }
        }
    }

    [Fact]
    public void Names_stand_outside_of_the_frame()
    {
        foreach (LegendPlacement place in (LegendPlacement[])[LegendPlacement.Below, LegendPlacement.Right, LegendPlacement.LineEnds])
        {
            XElement svg = FigureTesting.Drawn(Figure.Of(FigureTesting.Curves, place));
            XElement frame = svg.Descendants(FigureTesting.Svg + "clipPath").First().Element(FigureTesting.Svg + "rect")!;
            double right = (double)frame.Attribute("x")! + (double)frame.Attribute("width")!,
                bottom = (double)frame.Attribute("y")! + (double)frame.Attribute("height")!;
            foreach (string name in FigureTesting.Curves.Series.Select(series => series.Name))
            {
                XElement text = Assert.Single(svg.Elements(FigureTesting.Svg + "text"), text => text.Value == name);
                Assert.True((double)text.Attribute("x")! > right
                    || (double)text.Attribute("y")! - (double)text.Attribute("font-size")! > bottom);
            }
        }
    }

    [Fact]
    public void Decades_are_marked_by_powers_of_ten()
    {
        var panel = new Panel { YScale = AxisScale.Log, Series = [new Series { X = [0, 1, 2], Y = [1e-4, 1e-2, 1] }] };
        string[] labels = [.. FigureTesting.Drawn(Figure.Of(panel)).Elements(FigureTesting.Svg + "text")
            .Where(text => text.Elements().Any()).Select(text => text.Value)];
        Assert.Equal(["10−4", "10−3", "10−2", "10−1", "100"], labels);
    }

    [Fact]
    public void Any_numbers_can_be_drawn()
    {
        double[] hostile = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0, -0.0, 1e-300, -1e-300, double.Epsilon,
            double.MaxValue, double.MinValue, 1, -1];
        Gen<double> number = Gen.OneOf(Gen.Int[0, hostile.Length - 1].Select(i => hostile[i]), Gen.Double, Gen.Double[0, 1],
            Gen.Const(3.0));
        Gen<double[]> numbers = number.Array[0, 12];
        Gen.Select(numbers, numbers, Gen.Int[0, 3], Gen.Int[0, 7], Gen.Int[-9, 99]).Sample(
            (first, second, kind, options, style) =>
            {
                int count = Math.Min(first.Length, second.Length);
                double[] x = first[..count], y = second[..count];
                var series = new Series
                {
                    Name = "hostile", X = x, Y = y, Low = x, High = y, Kind = (SeriesKind)kind, Style = style,
                    Spread = (options & 1) == 0 ? Spread.Band : Spread.Bars,
                };
                var panel = new Panel
                {
                    Series = [series],
                    XScale = (AxisScale)(options >> 1 & 1), YScale = (AxisScale)(options >> 2 & 1),
                    References = [.. x.Select((value, i) => new ReferenceLine((ReferenceDirection)(i % 2), value, "at"))],
                    XRange = (options & 1) == 0 || count < 2 ? null : (x[0], x[1]),
                };
                Panel rows =
                    panel
                        with { Estimates = [.. x.Zip(y).Select(pair => new Estimate("row", pair.First, pair.First, pair.Second, style))] };
                FigureTesting.Drawn(new Figure { Panels = [panel, rows], Legend = (LegendPlacement)kind, Width = 300, Height = 300 });
            },
            iter: 300);
    }

    [Theory]
    [InlineData(new double[] { }, new double[] { })]
    [InlineData(new[] { 1.0 }, new[] { 2.0 })]
    [InlineData(new[] { 1.0, 2.0 }, new[] { 5.0, 5.0 })]
    [InlineData(new[] { 1.0, 2.0, 3.0 }, new[] { 1e-300, double.NaN, double.PositiveInfinity })]
    public void Few_or_bad_numbers_make_a_picture_too(double[] x, double[] y)
    {
        foreach (AxisScale scale in Enum.GetValues<AxisScale>())
        {
            Figure figure = Figure.Of(new Panel { YScale = scale, Series = [new Series { Name = "few", X = x, Y = y }] });
            FigureTesting.Drawn(figure);
            FigureTesting.SizeOfPng(FigureFiles.ToPng(figure));
        }
    }

    [Fact]
    public void What_has_no_place_on_a_logarithmic_axis_is_a_gap()
    {
        Panel whole = new() { YScale = AxisScale.Log, Series = [new Series { X = [0, 1, 2, 3, 4, 5], Y = [1, 2, 3, 4, 5, 6] }] };
        Panel broken = whole with { Series = [new Series { X = [0, 1, 2, 3, 4, 5, 6], Y = [1, 2, 3, 0, 4, 5, 6] }] };
        Assert.Equal(1, Lines(whole));
        Assert.Equal(2, Lines(broken));

        static int Lines(Panel panel) => FigureTesting.Drawn(Figure.Of(panel)).Descendants(FigureTesting.Svg + "path")
            .Count(path => (string?)path.Attribute("stroke-linejoin") == "round");
    }

    [Fact]
    public void A_long_curve_is_thinned_and_keeps_its_peaks()
    {
        double[] x = [.. Enumerable.Range(0, 200_000).Select(i => (double)i)];
        double[] y = [.. x.Select(t => t == 123_456 ? 50 : Math.Sin(t))];
        var panel = new Panel { Series = [new Series { X = x, Y = y }], YRange = (-1, 50) };
        XElement svg = FigureTesting.Drawn(Figure.Of(panel, LegendPlacement.None));
        string line = svg.Descendants(FigureTesting.Svg + "path").Select(path => (string)path.Attribute("d")!).MaxBy(path => path.Length)!;
        Assert.InRange(line.Length, 1000, 60_000);
        double top = (double)svg.Descendants(FigureTesting.Svg + "clipPath").First().Element(FigureTesting.Svg + "rect")!.Attribute("y")!;
        double highest = line.Split('L').Skip(1)
            .Min(point => double.Parse(point.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(top, highest, 0.01);
    }

    [Fact]
    public void Both_files_are_written_and_the_folder_is_made()
    {
        using var folder = new TemporaryFolder();
        Figure figure = Figure.Of(FigureTesting.Points);
        (string svg, string png) = FigureFiles.Write(figure, Path.Combine(folder["new"], "figure.1"));
        Assert.Equal(("figure.1.svg", "figure.1.png"), (Path.GetFileName(svg), Path.GetFileName(png)));
        Assert.Equal(FigureFiles.ToSvg(figure), File.ReadAllBytes(svg));
        Assert.Equal(FigureFiles.ToPng(figure), File.ReadAllBytes(png));
    }

    [Fact]
    public void Every_fault_of_a_figure_is_named_at_once()
    {
        var panel = new Panel { Series = [new Series { Name = "a", X = [1, 2], Y = [1], Low = [1] }] };
        string message =
            Assert.Throws<ArgumentException>(() => FigureFiles.ToSvg(new Figure { Panels = [panel], Columns = 0, Width = 1 })).Message;
        foreach (string part in (string[])["Columns: 0", "Width: 1 ", "Panels[0].Series[0] ('a').Y: 1 values for 2", "Low and High",
            ".Low: 1 values"])
            Assert.Contains(part, message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => FigureFiles.ToPng(new Figure { Panels = [] }));
    }

    [Fact]
    public void Names_may_hold_any_characters()
    {
        Panel panel = FigureTesting.Points with { Title = "<&>\"\u0001 ^{2", XLabel = "a_b ^ {c} _{i}^{2} \ud83d\ude00 \ud83d" };
        FigureTesting.Drawn(Figure.Of(panel));
        FigureFiles.ToPng(Figure.Of(panel));
    }
}
