// Draws default-curves.svg in this folder, from ../data/default-curves.csv:
//     dotnet run docs/images/default-curves.cs
#:project ../../src/Reporting/FedPG.Reporting.csproj
#:property PublishAot=false

using System.Runtime.CompilerServices;
using FedPG.Reporting.Curves;
using FedPG.Reporting.Drawing;
using FedPG.Reporting.Figures;

string folder = ThisFolder();
CsvTable data = CsvTable.Read(Path.Combine(folder, "..", "data", "default-curves.csv"));
IReadOnlyList<string> algorithm = data.Texts("algorithm"), seed = data.Texts("seed");
IReadOnlyList<double> round = data["round"], gap = data["gap_over_uniform_gap"];

var series = new List<Series>();
(string Key, string Name)[] shown = [("fast-fedpg", "Fast-FedPG"), ("fedavg", "FedAvg-PG"), ("centralized", "centralised")];
for (int style = 0; style < shown.Length; style++)
{
    int[] rows = [.. Enumerable.Range(0, data.RowCount).Where(i => algorithm[i] == shown[style].Key)];
    foreach (IGrouping<string, int> run in rows.GroupBy(i => seed[i]))
        series.Add(new Series { X = [.. run.Select(i => round[i])], Y = [.. run.Select(i => gap[i])], Kind = SeriesKind.Thin,
            Style = style });
    IGrouping<double, int>[] rounds = [.. rows.GroupBy(i => round[i])];
    double[] medians = [.. rounds.Select(runs => Median(runs.Select(i => gap[i])))];
    series.Add(new Series { Name = shown[style].Name, X = [.. rounds.Select(runs => runs.Key)], Y = medians, Style = style });
}

var panel = new Panel
{
    XLabel = "communication round (10 local steps each)",
    YLabel = "gap / gap of the uniform policy",
    YScale = AxisScale.Log,
    Series = series,
    References = [new ReferenceLine(ReferenceDirection.Horizontal, 0.05, "5 % left")],
};
File.WriteAllBytes(Path.Combine(folder, "default-curves.svg"), FigureFiles.ToSvg(Figure.Of(panel) with { Width = 640, Height = 400 }));

static double Median(IEnumerable<double> values)
{
    double[] sorted = [.. values.Order()];
    return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
}

static string ThisFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
