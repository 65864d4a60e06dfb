// Draws default-tasks.svg in this folder, from ../data/default-tasks.csv:
//     dotnet run docs/images/default-tasks.cs
#:project ../../src/Reporting/FedPG.Reporting.csproj
#:property PublishAot=false

using System.Runtime.CompilerServices;
using FedPG.Reporting.Curves;
using FedPG.Reporting.Drawing;
using FedPG.Reporting.Figures;

string folder = ThisFolder();
CsvTable data = CsvTable.Read(Path.Combine(folder, "..", "data", "default-tasks.csv"));
IReadOnlyList<string> algorithm = data.Texts("algorithm"), seed = data.Texts("seed");
IReadOnlyList<double> steps = data["env_steps"];
(string Key, string Name)[] shown = [("fast-fedpg", "Fast-FedPG"), ("fedavg", "FedAvg-PG"), ("centralized", "centralised")];

Panel Of(string column, string label)
{
    IReadOnlyList<double> left = data[column];
    var series = new List<Series>();
    for (int style = 0; style < shown.Length; style++)
    {
        int[] rows = [.. Enumerable.Range(0, data.RowCount).Where(i => algorithm[i] == shown[style].Key)];
        foreach (IGrouping<string, int> run in rows.GroupBy(i => seed[i]))
        {
            series.Add(new Series
            {
                X = [.. run.Select(i => steps[i] / 1e6)], Y = [.. run.Select(i => left[i])], Kind = SeriesKind.Thin, Style = style,
            });
        }
        IGrouping<double, int>[] places = [.. rows.GroupBy(i => steps[i])];
        double[] medians = [.. places.Select(runs => Median(runs.Select(i => left[i])))];
        series.Add(new Series { Name = shown[style].Name, X = [.. places.Select(runs => runs.Key / 1e6)], Y = medians, Style = style });
    }
    return new Panel
    {
        XLabel = "million env-steps",
        YLabel = label,
        YScale = AxisScale.Log,
        Series = series,
        References = [new ReferenceLine(ReferenceDirection.Horizontal, 0.05, "5 % left")],
    };
}

var figure = new Figure
{
    Panels = [Of("own_gap", "own gap left, mean of 8 agents"), Of("worst_own_gap", "own gap left, worst agent")],
    Columns = 2,
    Width = 900,
    Height = 380,
};
File.WriteAllBytes(Path.Combine(folder, "default-tasks.svg"), FigureFiles.ToSvg(figure));

static double Median(IEnumerable<double> values)
{
    double[] sorted = [.. values.Order()];
    return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
}

static string ThisFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
