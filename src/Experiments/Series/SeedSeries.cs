using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using FedPG.Core.Options;
using FedPG.Experiments.Plugins;
using FedPG.Experiments.Runs;
using FedPG.Federation.Execution;

namespace FedPG.Experiments.Series;

/// <summary>
/// One experiment with several seeds: a run folder a seed, <c>seed-N</c>, a plan that a stopped series goes on from, <c>seeds.json</c>, and
/// a table, <c>seeds.csv</c>. The runs go one after another, each with all threads. Not thread-safe.
/// </summary>
internal sealed class SeedSeries
{
    /// <summary>The plan.</summary>
    public const string PlanFile = "seeds.json";

    /// <summary>The table, a row a seed.</summary>
    public const string TableFile = "seeds.csv";

    private const string Header =
        "seed,status,rounds,objective,objective_se,gap,own_gap,worst_own_gap,env_steps,bytes_up,bytes_down,seconds";
    private readonly SeriesExperiment _experiment;
    private readonly int? _rounds;

    private SeedSeries(string folder, SeriesExperiment experiment, IReadOnlyList<long> seeds, int? rounds) =>
        (Folder, _experiment, Seeds, _rounds) = (folder, experiment, seeds, rounds);

    /// <summary>The folder of the series.</summary>
    public string Folder { get; }

    /// <summary>The seeds, in the order in which they are run.</summary>
    public IReadOnlyList<long> Seeds { get; }

    /// <summary>Whether a folder is that of a series.</summary>
    /// <param name="folder">The folder.</param>
    public static bool IsIn(string folder) => File.Exists(Path.Combine(folder, PlanFile));

    /// <summary>Starts a series in a folder that does not exist or is empty.</summary>
    /// <param name="experiment">The experiment; it is read for the first seed, so that its
    /// errors are known before a folder is made.</param>
    /// <param name="seeds">The seeds, at least one, each once.</param>
    /// <param name="folder">The folder.</param>
    /// <exception cref="InvalidInputException">The folder or the experiment cannot be used.</exception>
    public static SeedSeries Start(SeriesExperiment experiment, IReadOnlyList<long> seeds, string folder)
    {
        RunFolder.RequireEmpty(folder);
        _ = experiment.Read([SeedOf(seeds[0])]);
        string full = RunFolder.CreateEmpty(folder, RunFolder.Alternative);
        var series = new SeedSeries(full, experiment, seeds, null);
        series.WritePlan();
        return series;
    }

    /// <summary>Goes on with a series.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="rounds">T, the rounds of each run in all; null for those of the experiment. Later calls know it.</param>
    /// <exception cref="InvalidInputException">The plan cannot be read.</exception>
    public static SeedSeries Resume(string folder, int? rounds)
    {
        string path = Path.Combine(folder, PlanFile);
        Plan plan = ReadPlan(path);
        PluginTrust.Require(plan.Experiment, path, plan.Folder);
        string[] more = rounds is { } total ? [string.Create(CultureInfo.InvariantCulture, $"federation.rounds={total}")] : [];
        var experiment = new SeriesExperiment(plan.Experiment, plan.Source, plan.Folder, [.. plan.Set, .. more]) { From = plan.From };
        var series = new SeedSeries(Path.GetFullPath(folder), experiment, plan.Seeds, rounds ?? plan.Rounds);
        if (rounds is not null) series.WritePlan();
        return series;
    }

    /// <summary>The folder of a seed.</summary>
    /// <param name="seed">The seed.</param>
    public string FolderOf(long seed) => Path.Combine(Folder, string.Create(CultureInfo.InvariantCulture, $"seed-{seed}"));

    /// <summary>Runs what is left, and writes the table after each run.</summary>
    /// <param name="execution">How to use this machine.</param>
    /// <param name="progress">Takes what happens.</param>
    /// <param name="cancellation">Ends the run under way at the next round boundary, and begins no other.</param>
    /// <returns>The results by seed; without the seeds that were not begun.</returns>
    public IReadOnlyList<(long Seed, SeriesResult Result)> Run(ExecutionOptions execution, ISeriesProgress progress,
        CancellationToken cancellation)
    {
        var results = new List<(long, SeriesResult)>();
        foreach (long seed in Seeds)
        {
            if (cancellation.IsCancellationRequested) break;
            results.Add((seed, SeriesRuns.Complete(
                () => _experiment.Read([SeedOf(seed)]), FolderOf(seed), _rounds, execution, progress, cancellation)));
            WriteTable(results);
        }
        return results;
    }

    private static string SeedOf(long seed) => string.Create(CultureInfo.InvariantCulture, $"seed={seed}");

    private static Plan ReadPlan(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<Plan>(File.ReadAllBytes(path), RunFolder.JsonOptions) is { Format: 1, Seeds: not null,
                Set: not null } plan
                ? plan
                : throw new InvalidInputException(new ValidationError(path, "format", null, "this version reads format 1"));
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidInputException(new ValidationError(path, "", null, $"cannot be read: {e.Message.Split('\n')[0]}"));
        }
    }

    private void WritePlan() => RunFolder.WriteJson(
        Path.Combine(Folder, PlanFile),
        new Plan(1, Seeds, _rounds, _experiment.Source, _experiment.Folder, _experiment.Document, _experiment.Assignments)
        {
            From = _experiment.From,
        });

    private void WriteTable(IEnumerable<(long Seed, SeriesResult Result)> results)
    {
        var table = new StringBuilder(Header).Append('\n');
        foreach ((long seed, SeriesResult result) in results)
        {
            RunSummary? s = result.Summary;
            table.Append(CultureInfo.InvariantCulture,
                $"{seed},{result.Status},{s?.Rounds},{s?.Objective:R},{s?.ObjectiveError:R},{s?.Gap:R},");
            table.Append(CultureInfo.InvariantCulture,
                $"{s?.OwnGap:R},{s?.WorstOwnGap:R},{s?.EnvSteps},{s?.BytesUp},{s?.BytesDown},{s?.Seconds:R}\n");
        }
        string path = Path.Combine(Folder, TableFile), aside = path + ".tmp";
        File.WriteAllText(aside, table.ToString());
        File.Move(aside, path, overwrite: true);
    }

    private sealed record Plan(
        int Format, IReadOnlyList<long> Seeds, int? Rounds, string Source, string Folder, JsonElement Experiment,
        IReadOnlyList<string> Set)
    {
        /// <summary>The policy that all runs start from; null, and left out, where each starts by itself.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public StartPolicy? From { get; init; }
    }
}
