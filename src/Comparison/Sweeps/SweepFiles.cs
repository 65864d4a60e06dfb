using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Comparison.Running;
using FedPG.Core.Options;
using FedPG.Experiments.Runs;
using FedPG.Reporting.Report;

namespace FedPG.Comparison.Sweeps;

/// <summary>The files of a sweep's result: a table and a page. Stateless.</summary>
internal static class SweepFiles
{
    /// <summary>A row for each point and seed, by points in their order.</summary>
    public const string Table = "sweep.csv";

    /// <summary>The page of <c>fedpg report</c> about all runs.</summary>
    public const string Page = "report.html";

    /// <summary>Writes everything, in the place of what is there.</summary>
    /// <param name="result">The result.</param>
    public static void Write(SweepResult result)
    {
        WriteText(Path.Combine(result.Folder, Table), Rows(result));
        string runs = Path.Combine(result.Folder, ComparisonFolder.Runs);
        WriteText(Path.Combine(result.Folder, Page), HtmlReport.Of(ReportedRuns.Read(ReportedRun.FoldersOf([runs], runs))));
    }

    /// <summary>What there is to know about a result, as JSON; what is infinite is the text "Infinity".</summary>
    /// <param name="result">The result.</param>
    public static JsonObject ToJson(SweepResult result) => new()
    {
        ["name"] = result.Name,
        ["rankedBy"] = result.Column.Name,
        ["minimised"] = result.Minimised,
        ["seeds"] = new JsonArray([.. result.Plan.Seeds.Select(seed => (JsonNode)seed)]),
        ["points"] = new JsonArray([.. result.Ranked.Select((standing, k) => ToJson(standing, k + 1))]),
        ["folder"] = result.Folder,
    };

    private static JsonObject ToJson(SweepStanding standing, int rank)
    {
        var document = new JsonObject
        {
            ["rank"] = rank,
            ["cell"] = standing.Cell.Number,
            ["settings"] = new JsonObject(
                standing.Cell.Settings.Select(s => KeyValuePair.Create(s.Path, KeyOverrides.ValueOf(s.Value)))),
            ["rung"] = standing.Rung + 1,
            ["rounds"] = standing.Rounds,
            ["diverged"] = standing.Diverged,
        };
        foreach (SweepColumn column in SweepColumn.All)
            document[column.Name] = JsonSerializer.SerializeToNode(standing.Figure(column), RunFolder.JsonOptions);
        document["runs"] = new JsonArray([.. standing.Runs.Select(run => (JsonNode)new JsonObject
        {
            ["seed"] = run.Seed, ["status"] = run.Result.Status, ["fault"] = run.Result.Fault, ["folder"] = run.Result.Folder,
        })]);
        return document;
    }

    private static string Rows(SweepResult result)
    {
        SweepStanding[] standings = [.. result.Ranked.OrderBy(s => s.Cell.Number)];
        Dictionary<int, int> ranks = result.Ranked.Select((s, k) => (s.Cell.Number, k + 1)).ToDictionary();
        IEnumerable<string> keys = standings[0].Cell.Settings.Select(s => Csv.Text(s.Path));
        var rows = new List<string>
        {
            string.Join(',', [
                "cell", .. keys, "seed", "rank", "rung", "status", "rounds", .. SweepColumn.Names, "bytes_up", "bytes_down", "folder"]),
        };
        foreach (SweepStanding standing in standings)
        {
            string head = string.Join(',', [
                standing.Cell.Number.ToString(CultureInfo.InvariantCulture), .. standing.Cell.Settings.Select(s => Csv.Text(s.Value))]);
            foreach (SweepOutcome run in standing.Runs)
            {
                RunSummary? s = run.Result.Summary;
                string figures = string.Join(',', SweepColumn.All.Select(column => Csv.Number(s is null ? null : column.Of(s))));
                string folder = $"{ComparisonFolder.Runs}/{standing.Cell.Label}/{Path.GetFileName(run.Result.Folder)}";
                rows.Add(string.Create(CultureInfo.InvariantCulture,
                    $"{head},{run.Seed},{ranks[standing.Cell.Number]},{standing.Rung + 1},{run.Result.Status},{s?.Rounds},{figures},"
                        + $"{s?.BytesUp},{s?.BytesDown},{folder}"));
            }
        }
        return string.Join('\n', rows) + "\n";
    }

    /// <summary>Aside and renamed, so that a file is never there by half.</summary>
    private static void WriteText(string path, string text)
    {
        File.WriteAllText(path + ".tmp", text);
        File.Move(path + ".tmp", path, overwrite: true);
    }
}
