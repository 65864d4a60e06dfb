// Draws cartpole-curves.svg in this folder, from ../data/cartpole-curves.csv:
//     dotnet run docs/images/cartpole-curves.cs
#:project ../../src/Reporting/FedPG.Reporting.csproj
#:property PublishAot=false

using System.Runtime.CompilerServices;
using FedPG.Reporting.Curves;
using FedPG.Reporting.Drawing;
using FedPG.Reporting.Figures;

string folder = ThisFolder();
CsvTable data = CsvTable.Read(Path.Combine(folder, "..", "data", "cartpole-curves.csv"));
IReadOnlyList<string> agent = data.Texts("agent"), seed = data.Texts("seed");
IReadOnlyList<double> round = data["round"], episodeReturn = data["episode_return"];

var series = new List<Series>();
foreach (IGrouping<string, int> run in Enumerable.Range(0, data.RowCount).GroupBy(i => $"{seed[i]} {agent[i]}"))
    series.Add(new Series { X = [.. run.Select(i => round[i])], Y = [.. run.Select(i => episodeReturn[i])],
        Kind = SeriesKind.Thin, Style = 0 });
IGrouping<double, int>[] rounds = [.. Enumerable.Range(0, data.RowCount).GroupBy(i => round[i])];
series.Add(new Series { Name = "mean", X = [.. rounds.Select(r => r.Key)],
    Y = [.. rounds.Select(r => r.Average(i => episodeReturn[i]))], Style = 0 });
series.Add(new Series { Name = "worst agent", X = [.. rounds.Select(r => r.Key)],
    Y = [.. rounds.Select(r => r.Min(i => episodeReturn[i]))], Style = 1 });

var panel = new Panel
{
    XLabel = "communication round (5 local steps each)",
    YLabel = "return of an episode",
    Series = series,
    References = [new ReferenceLine(ReferenceDirection.Horizontal, 150, "150")],
};
File.WriteAllBytes(Path.Combine(folder, "cartpole-curves.svg"), FigureFiles.ToSvg(Figure.Of(panel) with { Width = 640, Height = 400 }));

static string ThisFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
