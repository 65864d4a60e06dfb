// Draws growth.svg in this folder, from ../data/growth.csv:
//     dotnet run docs/images/growth.cs
#:project ../../src/Reporting/FedPG.Reporting.csproj
#:property PublishAot=false

using System.Runtime.CompilerServices;
using FedPG.Reporting.Curves;
using FedPG.Reporting.Drawing;
using FedPG.Reporting.Figures;

string folder = ThisFolder();
CsvTable data = CsvTable.Read(Path.Combine(folder, "..", "data", "growth.csv"));
IReadOnlyList<string> cases = data.Texts("case");
IReadOnlyList<double> threads = data["threads"], milliseconds = data["milliseconds"], memory = data["peak_mib"];

Panel Of(string kind, string column, string label, IReadOnlyList<double> values, string yLabel) => new()
{
    XLabel = label,
    YLabel = yLabel,
    XScale = AxisScale.Log,
    YScale = AxisScale.Log,
    Series = [.. Enumerable.Range(1, 2).Select(t =>
    {
        int[] rows = [.. Enumerable.Range(0, data.RowCount).Where(i => cases[i] == kind && threads[i] == t)];
        return new Series { Name = t == 1 ? "1 thread" : "2 threads", X = [.. rows.Select(i => data[column][i])],
            Y = [.. rows.Select(i => values[i])], Style = t - 1 };
    })],
};

const string time = "ms for all agents' gradients", peak = "peak memory, MiB";
var figure = new Figure
{
    Panels =
    [
        Of("agents", "agents", "agents N (table, S = 100)", milliseconds, time),
        Of("agents", "agents", "agents N (table, S = 100)", memory, peak),
        Of("networks", "agents", "agents N (64-64 network, S = 100)", milliseconds, time),
        Of("networks", "agents", "agents N (64-64 network, S = 100)", memory, peak),
        Of("states", "states", "states S (16 tables)", milliseconds, time), Of("states", "states", "states S (16 tables)", memory, peak),
        Of("exact", "states", "states S (16 tables, exact)", milliseconds, time),
        Of("exact", "states", "states S (16 tables, exact)", memory, peak),
        Of("width", "parameters", "parameters d (16 networks)", milliseconds, time),
        Of("width", "parameters", "parameters d (16 networks)", memory, peak),
    ],
    Columns = 2,
    Width = 900,
    Height = 1430,
};
File.WriteAllBytes(Path.Combine(folder, "growth.svg"), FigureFiles.ToSvg(figure));

static string ThisFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
