// Draws rivals.svg in this folder, from ../data/rivals-*.csv:
//     dotnet run docs/images/rivals.cs
#:project ../../src/Reporting/FedPG.Reporting.csproj
#:property PublishAot=false

using System.Runtime.CompilerServices;
using FedPG.Core.Statistics;
using FedPG.Reporting.Curves;
using FedPG.Reporting.Drawing;
using FedPG.Reporting.Figures;

string folder = ThisFolder();
(string File, string Title)[] tables =
[
    ("tabular-rounds", "table, 100 rounds"), ("tabular-bytes", "table, 1.86 MB"),
    ("neural-rounds", "network, 150 rounds"), ("neural-bytes", "network, 45.7 MB"),
];
var figure = new Figure
{
    Panels = [.. tables.Select(table => PanelOf(table.File, table.Title))],
    Columns = 2,
    Width = 1040,
    Height = 860,
    Legend = LegendPlacement.None,
};
File.WriteAllBytes(Path.Combine(folder, "rivals.svg"), FigureFiles.ToSvg(figure));

// Thirteen curves over each other cannot be read: a row each, the best one on top, can.
Panel PanelOf(string file, string title)
{
    CsvTable data = CsvTable.Read(Path.Combine(folder, "..", "data", $"rivals-{file}.csv"));
    IReadOnlyList<string> labels = data.Texts("label"), algorithms = data.Texts("algorithm");
    string[] entries = [.. labels.Distinct()];
    // Each row has its name beside it, so that variants of an algorithm have its style.
    IEnumerable<Estimate> estimates = entries.Select(entry =>
    {
        int style = AlgorithmStyles.Of([algorithms[labels.ToList().IndexOf(entry)]])[0];
        double[] gaps = [.. Enumerable.Range(0, data.RowCount).Where(i => labels[i] == entry).Select(i => data["gap"][i])];
        Figure95 figure = Intervals.Bootstrap(gaps, Intervals.InterquartileMean, seed: 0);
        return new Estimate(entry, figure.Value, figure.Low, figure.High, style);
    });
    return new Panel
    {
        Title = title,
        XLabel = "gap at the end: interquartile mean, 95 % interval",
        XScale = AxisScale.Log,
        XRange = (0.06, 1.6),
        Estimates = [.. estimates.OrderBy(estimate => estimate.Value)],
    };
}

static string ThisFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
