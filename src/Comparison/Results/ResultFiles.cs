using System.Globalization;
using System.Text.Json.Nodes;
using FedPG.Comparison.Plan;
using FedPG.Comparison.Running;
using FedPG.Core.Options;
using FedPG.Core.Statistics;
using FedPG.Experiments.Runs;
using FedPG.Reporting.Drawing;
using FedPG.Reporting.Figures;

namespace FedPG.Comparison.Results;

/// <summary>The files of a result: tables as CSV, and figures. Stateless.</summary>
internal static class ResultFiles
{
    /// <summary>A row for each algorithm and seed.</summary>
    public const string RunsTable = "comparison.csv";

    /// <summary>A row for each algorithm.</summary>
    public const string SummaryTable = "summary.csv";

    /// <summary>Writes everything, in the place of what is there.</summary>
    public static void Write(ComparisonFolder folder, ComparisonResult result)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(result);
        WriteText(Path.Combine(folder.FullPath, RunsTable), Runs(result));
        WriteText(Path.Combine(folder.FullPath, SummaryTable), Summary(result));
        foreach ((string name, Figure figure) in ComparisonFigures.Of(folder, result)) FigureFiles.Write(figure,
            Path.Combine(folder.FullPath, name));
    }

    /// <summary>What there is to know about a result, as JSON; what is infinite is the text "Infinity".</summary>
    public static JsonObject ToJson(ComparisonResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return new JsonObject
        {
            ["name"] = result.Name,
            ["judgedBy"] = result.Judged,
            ["minimised"] = result.Minimised,
            ["budget"] = result.Plan.Budget?.ToString(),
            ["seeds"] = new JsonArray([.. result.Plan.Seeds.Select(s => (JsonNode)s)]),
            ["tuneSeeds"] = result.Plan.Tuning is { } tuning ? new JsonArray([.. tuning.Seeds.Select(s => (JsonNode)s)]) : null,
            ["algorithms"] = new JsonArray([.. result.Standings.Select(ToJson)]),
            ["notes"] = new JsonArray([.. result.Notes.Select(n => (JsonNode)n)]),
            ["folder"] = result.Folder,
        };
    }

    private static JsonObject ToJson(Standing standing) => new()
    {
        ["label"] = standing.Contender.Label,
        ["algorithm"] = standing.Contender.Algorithm,
        ["settings"] = SettingsOf(standing.Contender.Settings),
        ["tuned"] = SettingsOf(standing.Tuned.Settings),
        ["tunedAtEdge"] = new JsonArray([.. standing.Tuned.AtEdge.Select(s => (JsonNode)s)]),
        ["diverged"] = standing.Diverged,
        ["gap"] = Figure(standing.Gap),
        ["objective"] = Figure(standing.Objective),
        ["worstAgent"] = Figure(standing.WorstAgent),
        ["ownGap"] = Figure(standing.OwnGap),
        ["worstOwnGap"] = Figure(standing.WorstOwnGap),
        ["rounds"] = Figure(standing.Rounds),
        ["bytes"] = Figure(standing.Bytes),
        ["trajectories"] = Figure(standing.Trajectories),
        ["envSteps"] = Figure(standing.EnvSteps),
        ["seconds"] = Figure(standing.Seconds),
        ["improvement"] = Figure(standing.Improvement),
        ["runs"] = System.Text.Json.JsonSerializer.SerializeToNode(standing.Runs, RunFolder.JsonOptions),
    };

    private static string Runs(ComparisonResult result)
    {
        const string Header = "label,algorithm,settings,tuned,seed,status,rounds,objective,optimum,gap,worst_agent,"
            + "env_steps,trajectories,bytes_up,bytes_down,seconds,folder,own_gap,worst_own_gap";
        var rows = new List<string> { Header };
        foreach (Standing standing in result.Standings)
        {
            foreach (RunResult r in standing.Runs)
            {
                rows.Add(string.Create(CultureInfo.InvariantCulture,
                    $"{Head(standing)},{r.Seed},{r.Status},{r.Rounds},{Csv.Number(r.Objective)},{Csv.Number(r.Optimum)},"
                        + $"{Csv.Number(r.Gap)},{Csv.Number(r.WorstAgent)},")
                    + string.Create(CultureInfo.InvariantCulture,
                        $"{r.EnvSteps},{r.Trajectories},{r.BytesUp},{r.BytesDown},{Csv.Number(r.Seconds)},"
                            + $"{ComparisonFolder.Runs}/{r.Label}/seed-{r.Seed},{Csv.Number(r.OwnGap)},{Csv.Number(r.WorstOwnGap)}"));
            }
        }
        return string.Join('\n', rows) + "\n";
    }

    private static string Summary(ComparisonResult result)
    {
        string columns = string.Join(',', RankColumn.All.Select(column => column.Name).Select(q => $"{q},{q}_low,{q}_high"));
        var rows = new List<string> { $"label,algorithm,settings,tuned,tuned_at_edge,seeds,diverged,{columns}" };
        foreach (Standing s in result.Standings)
        {
            IEnumerable<Figure95?> figures = RankColumn.All.Select(column => column.Of(s));
            rows.Add(string.Create(CultureInfo.InvariantCulture,
                $"{Head(s)},{Csv.Text(string.Join(' ', s.Tuned.AtEdge))},{s.Runs.Count},{s.Diverged},")
                + string.Join(',', figures.Select(f => $"{Csv.Number(f?.Value)},{Csv.Number(f?.Low)},{Csv.Number(f?.High)}")));
        }
        return string.Join('\n', rows) + "\n";
    }

    private static string Head(Standing standing) =>
        $"{standing.Contender.Label},{standing.Contender.Algorithm},{Csv.Text(string.Join(' ', standing.Contender.Settings))},"
            + $"{Csv.Text(string.Join(' ', standing.Tuned.Settings))}";

    private static JsonObject SettingsOf(IReadOnlyList<Setting> settings) =>
        new(settings.Select(s => KeyValuePair.Create(s.Path, KeyOverrides.ValueOf(s.Value))));

    private static JsonNode? Figure(Figure95? figure) =>
        figure is { } f ? System.Text.Json.JsonSerializer.SerializeToNode(new { iqm = f.Value, low = f.Low, high = f.High },
            RunFolder.JsonOptions) : null;

    /// <summary>Aside and renamed, so that a table is never there by half.</summary>
    private static void WriteText(string path, string text)
    {
        File.WriteAllText(path + ".tmp", text);
        File.Move(path + ".tmp", path, overwrite: true);
    }
}
