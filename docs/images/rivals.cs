// Draws rivals-*.svg in this folder, from ../data/rivals-*.csv: the gaps at the end, of all algorithms, best first.
//     dotnet run docs/images/rivals.cs
#:project ../../src/Reporting/FedPG.Reporting.csproj
#:property PublishAot=false

using System.Runtime.CompilerServices;
using FedPG.Core.Statistics;
using FedPG.Reporting.Curves;
using FedPG.Reporting.Drawing;
using FedPG.Reporting.Figures;

string folder = ThisFolder();
foreach (string name in (string[])["rivals-tabular-rounds", "rivals-tabular-bytes", "rivals-neural-rounds", "rivals-neural-bytes"])
{
    CsvTable data = CsvTable.Read(Path.Combine(folder, "..", "data", name + ".csv"));
    IReadOnlyList<string> label = data.Texts("label"), algorithm = data.Texts("algorithm");
    IReadOnlyList<double> gap = data["gap"];
    (string Label, string Algorithm, Figure95 Gap)[] rows =
    [
        .. Enumerable.Range(0, data.RowCount).GroupBy(i => (Label: label[i], Algorithm: algorithm[i]))
            .Select(runs => (runs.Key.Label, runs.Key.Algorithm,
                Intervals.Bootstrap([.. runs.Select(i => double.IsFinite(gap[i]) ? gap[i] : double.PositiveInfinity)],
                    Intervals.InterquartileMean, 1)))
            .OrderBy(row => row.Item3.Value),
    ];
    int[] styles = AlgorithmStyles.Of([.. rows.Select(row => row.Algorithm)]);
    var panel = new Panel
    {
        XLabel = "gap at the end: interquartile mean of 10 seeds, 95 % interval",
        XScale = AxisScale.Log,
        Estimates = [.. rows.Select((row, k) => new Estimate(row.Label, row.Gap.Value, row.Gap.Low, row.Gap.High, styles[k]))],
    };
    File.WriteAllBytes(Path.Combine(folder, name + ".svg"),
        FigureFiles.ToSvg(Figure.Of(panel, LegendPlacement.None) with { Width = 640, Height = 90 + (26 * rows.Length) }));
}

static string ThisFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
