// Draws compare-gap-at-the-end.svg in this folder, from ../data/compare-summary.csv:
//     dotnet run docs/images/compare-at-the-end.cs
#:project ../../src/Reporting/FedPG.Reporting.csproj
#:property PublishAot=false

using System.Runtime.CompilerServices;
using FedPG.Reporting.Curves;
using FedPG.Reporting.Drawing;
using FedPG.Reporting.Figures;

string folder = ThisFolder();
CsvTable data = CsvTable.Read(Path.Combine(folder, "..", "data", "compare-summary.csv"));
int[] styles = AlgorithmStyles.Of(data.Texts("algorithm"));
var panel = new Panel
{
    Title = "six-goals: 10 seeds",
    XLabel = "gap at the end: interquartile mean, 95 % interval",
    Estimates =
    [
        .. Enumerable.Range(0, data.RowCount).Select(i =>
            new Estimate(data.Texts("label")[i], data["gap"][i], data["gap_low"][i], data["gap_high"][i], styles[i])),
    ],
};
File.WriteAllBytes(Path.Combine(folder, "compare-gap-at-the-end.svg"), FigureFiles.ToSvg(Figure.Of(panel, LegendPlacement.None)));

static string ThisFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
