using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core.Options;
using FedPG.Reporting.Curves;

namespace FedPG.Reporting.Report;

/// <summary>What a run folder says, of a run that still goes on too. Immutable.</summary>
internal sealed class ReportedRun
{
    private const string ExperimentFile = "experiment.json", SummaryFile = "summary.json", DivergedFile = "diverged.json",
        ExchangeFile = "exchange.csv", Finished = "finished";
    private static readonly string[] Needed = ["round", "objective", "env_steps", "bytes_up", "bytes_down", "seconds"];
    private static readonly string[] Objects = ["environment", "federation", "versions", "certificate"];
    private static readonly string[] Drawn = ["gap", "drift", "grad_norm_sq", "objective_se", "own_gap", "worst_own_gap"];

    private AgentCurves? _agents;

    private ReportedRun(string folder, JsonObject experiment, JsonObject? summary, bool diverged, CsvTable metrics,
        IReadOnlyList<Crossing> crossings) =>
        (Folder, Experiment, Summary, IsDiverged, Metrics, Crossings) = (folder, experiment, summary, diverged, metrics, crossings);

    /// <summary>Gets the folder, as it was named.</summary>
    public string Folder { get; }

    /// <summary>Gets the resolved experiment.</summary>
    public JsonObject Experiment { get; }

    /// <summary>Gets the summary; null where the run has not ended, or diverged.</summary>
    public JsonObject? Summary { get; }

    /// <summary>Gets whether the run ended because its numbers stopped being finite.</summary>
    public bool IsDiverged { get; }

    /// <summary>Gets whether all its rounds were run.</summary>
    public bool IsFinished => Status == Finished;

    /// <summary>Gets the curves, a row a round, at least one.</summary>
    public CsvTable Metrics { get; }

    /// <summary>Gets what crossed, message by message of the algorithm.</summary>
    public IReadOnlyList<Crossing> Crossings { get; }

    /// <summary>Gets the agents round by round.</summary>
    public AgentCurves AgentCurves => _agents ??= AgentCurves.Read(Folder);

    /// <summary>Gets the experiment's name.</summary>
    public string Name => Text(Experiment, "name");

    /// <summary>Gets the algorithm.</summary>
    public string Algorithm => Text(Experiment["federation"], "algorithm");

    /// <summary>Gets the seed.</summary>
    public string Seed => Text(Experiment, "seed");

    /// <summary>Gets what the objective is: the summary's word, or where the run has not ended what follows from the experiment.</summary>
    public string Minimised =>
        Summary is not null ? Text(Summary, "minimised") : Text(Experiment["policy"], "kind") == "state-values"
            ? "squared errors"
            : Text(Experiment, "objective");

    /// <summary>Gets finished, cancelled, diverged or, where none of them is said, unfinished.</summary>
    public string Status => IsDiverged ? "diverged" : Summary is null ? "unfinished" : Text(Summary, "status");

    /// <summary>Gets the rounds that are done, or the last evaluated one where the run has not ended.</summary>
    public double Rounds => End("rounds", "round");

    /// <summary>
    /// The run folders that arguments name: each is one, or holds some at any depth (a comparison's, say). Those below come in the order of
    /// their names.
    /// </summary>
    /// <param name="folders">The arguments.</param>
    /// <param name="source">What faults call them.</param>
    /// <exception cref="InvalidInputException">A folder does not exist, or is no run folder and holds none; every fault.</exception>
    public static IReadOnlyList<string> FoldersOf(IEnumerable<string> folders, string source)
    {
        ArgumentNullException.ThrowIfNull(folders);
        List<ValidationError> errors = [];
        List<string> found = [];
        foreach (string folder in folders)
        {
            if (folder.Length == 0 || !Directory.Exists(folder))
            {
                errors.Add(new ValidationError(source, "", folder.Length == 0 ? "\"\"" : folder,
                    File.Exists(folder) ? "is a file; run folders are needed" : "does not exist; run folders are needed"));
                continue;
            }
            string[] runs = IsRun(folder) ? [folder] : [.. Below(folder).Where(IsRun).Order(StringComparer.Ordinal)];
            if (runs.Length == 0)
                errors.Add(new ValidationError(source, "", folder,
                    $"is not a run folder, and holds none: there is no {ExperimentFile} with a {RunCurves.MetricsFile}"));
            found.AddRange(runs.Where(run => !found.Any(other => Real(other) == Real(run))));
        }
        return errors.Count == 0 ? found : throw new InvalidInputException(errors);
    }

    /// <summary>The links below folders, which are not followed: one run could count as two.</summary>
    /// <param name="folders">The arguments of <see cref="FoldersOf"/>.</param>
    public static IEnumerable<ValidationError> LinksBelow(IEnumerable<string> folders)
    {
        ArgumentNullException.ThrowIfNull(folders);
        var everything = new EnumerationOptions { RecurseSubdirectories = false, AttributesToSkip = 0, IgnoreInaccessible = true };
        return folders.Where(folder => !IsRun(folder)).SelectMany(folder => Below(folder).Prepend(folder))
            .SelectMany(folder => Directory.EnumerateDirectories(folder, "*", everything))
            .Where(folder => new DirectoryInfo(folder).LinkTarget is not null && IsRun(folder)).Order(StringComparer.Ordinal)
            .Select(folder => new ValidationError(folder, "", null,
                $"is a link to {Real(folder)}, and links are not followed; name it to have it shown"));
    }

    /// <summary>Reads a run folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="InvalidInputException">A file is missing, cannot be read or is damaged; the fault names it.</exception>
    public static ReportedRun Read(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string file = "";
        try
        {
            JsonObject experiment = Json(ExperimentFile) ?? throw new InvalidDataException("is missing");
            // A run that was cancelled, gone on with and diverged has the summary of its first end.
            bool diverged = Json(DivergedFile) is not null;
            JsonObject? summary = diverged ? null : Json(SummaryFile);
            file = Path.Combine(folder, RunCurves.MetricsFile);
            _ = IsThere(file);
            CsvTable metrics = RunCurves.Read(folder);
            foreach (string column in Needed.Concat(Drawn.Where(metrics.Has))) _ = metrics[column];
            if (metrics.RowCount == 0) throw new InvalidDataException("has no round yet");
            file = Path.Combine(folder, ExchangeFile);
            return new ReportedRun(folder, experiment, summary, diverged, metrics, IsThere(file) ? Crossing.Read(file) : []);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException or JsonException
            or InvalidOperationException or ArgumentException or OverflowException)
        {
            // The message of a table names its file already, a line a fault.
            string message = e.Message.Split('\n')[0], prefix = file + ": ";
            throw new InvalidInputException(new ValidationError(file, "", null,
                message.StartsWith(prefix, StringComparison.Ordinal) ? message[prefix.Length..] : message));
        }

        JsonObject? Json(string name)
        {
            file = Path.Combine(folder, name);
            if (!IsThere(file)) return null;
            JsonObject document = JsonNode.Parse(File.ReadAllText(file)) as JsonObject
                ?? throw new InvalidDataException("is not a JSON object");
            // Keys that come twice, and characters that are none, are noticed where they are read.
            _ = document.ToJsonString();
            foreach (string key in Objects)
            {
                if (document[key] is not (null or JsonObject)) throw new InvalidDataException($"{key}: must be an object");
            }
            return document;
        }
    }

    /// <summary>Whether a folder says that its run diverged.</summary>
    internal static bool HasDiverged(string folder) => File.Exists(Path.Combine(folder, DivergedFile));

    /// <summary>A number of the summary; NaN where there is none.</summary>
    /// <param name="key">Its name.</param>
    public double Figure(string key) => Number(Summary?[key]);

    /// <summary>
    /// The agents at the end: name, objective of the common policy, own optimum and mean return, NaN where unknown. None where the run has
    /// not ended.
    /// </summary>
    public IEnumerable<(string Name, double Objective, double Optimum, double Return)> Agents =>
        (Summary?["agents"] as JsonArray ?? []).OfType<JsonObject>()
            .Select(a => (Text(a, "name"), Number(a["objective"]), Number(a["optimum"]), Number(a["return"])));

    /// <summary>The numbers of a column of the curves; NaN in all rows where there is no such column.</summary>
    /// <param name="column">The column.</param>
    public IReadOnlyList<double> Column(string column) =>
        Metrics.Has(column) ? Metrics[column] : [.. Enumerable.Repeat(double.NaN, Metrics.RowCount)];

    /// <summary>The rounds that were evaluated.</summary>
    internal IEnumerable<double> Evaluated =>
        Metrics["round"].Zip(Metrics["objective"]).Where(row => double.IsFinite(row.Second)).Select(row => row.First);

    /// <summary>
    /// A figure at the end of the run: the summary's, or where the run has not ended that of the last evaluated round; or that of a round.
    /// NaN where there is none.
    /// </summary>
    /// <param name="key">Its name in the summary.</param>
    /// <param name="column">Its column; null where it has the same name.</param>
    /// <param name="round">The round; null for the end.</param>
    public double End(string key, string? column = null, double? round = null)
    {
        if (round is { } given)
        {
            int at = Metrics["round"].ToList().IndexOf(given);
            return at < 0 ? double.NaN : Column(column ?? key)[at];
        }
        if (double.IsFinite(Figure(key))) return Figure(key);
        IReadOnlyList<double> objectives = Metrics["objective"];
        int last = Enumerable.Range(0, objectives.Count).LastOrDefault(row => double.IsFinite(objectives[row]), objectives.Count - 1);
        return Column(column ?? key)[last];
    }

    /// <summary>The path that a folder has, whatever it was called by.</summary>
    private static string Real(string folder)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        return new DirectoryInfo(full).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? full;
    }

    /// <summary>
    /// Whether a file is there. Reading what is none (a pipe, say) would wait for ever; such things have no length, and no file of a run is
    /// empty.
    /// </summary>
    private static bool IsThere(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists) return false;
        if ((file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file).Length > 0) return true;
        throw new InvalidDataException("is empty, or no regular file");
    }

    private static bool IsRun(string folder) =>
        File.Exists(Path.Combine(folder, ExperimentFile)) && File.Exists(Path.Combine(folder, RunCurves.MetricsFile));

    private static IEnumerable<string> Below(string folder) => Directory.EnumerateDirectories(
        folder, "*", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 8,
            AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true });

    private static double Number(JsonNode? node) => node is JsonValue value && value.TryGetValue(out double number) ? number : double.NaN;

    private static string Text(JsonNode? node, string key) => (node as JsonObject)?[key] switch
    {
        null => "",
        JsonValue value when value.TryGetValue(out string? text) => text,
        JsonNode other => other.ToJsonString(),
    };
}

/// <summary>One kind of message of a run: what crossed, how often, and how large.</summary>
/// <param name="Direction">up, from an agent to the server, or down.</param>
/// <param name="Name">What the algorithm calls it.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Messages">How many crossed.</param>
/// <param name="Bytes">Their bytes together.</param>
internal sealed record Crossing(string Direction, string Name, string Shape, long Messages, long Bytes)
{
    private const int Fields = 4;

    /// <summary>Adds up a file line by line: it has a line for every message of the run.</summary>
    /// <param name="path">The file: round,agent,direction,name,shape,bytes. A last line that is not whole yet is left out.</param>
    internal static IReadOnlyList<Crossing> Read(string path)
    {
        var all = new Dictionary<string, (long Messages, long Bytes)>(StringComparer.Ordinal);
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream);
        string? line = reader.ReadLine();
        for (int row = 1; (line = reader.ReadLine()) is not null; row++)
        {
            // Only agents' names may hold commas, and they stand before these fields.
            int last = line.LastIndexOf(','), start = last;
            for (int k = 0; k < Fields - 1; k++) start = start <= 0 ? -1 : line.LastIndexOf(',', start - 1);
            if (start > 0 && long.TryParse(line.AsSpan(last + 1), NumberStyles.None, CultureInfo.InvariantCulture, out long bytes))
            {
                string kind = line[(start + 1)..last];
                (long messages, long sum) = all.GetValueOrDefault(kind);
                all[kind] = (messages + 1, checked(sum + bytes));
            }
            else if (!reader.EndOfStream)
            {
                throw new InvalidDataException(
                    $"{path}: row {row}: '{ValidationError.Shorten(line)}' is no message: round,agent,direction,name,shape,bytes.");
            }
        }
        return [.. all.Select(entry => Of(entry.Key.Split(','), entry.Value)).OrderBy(c => c.Direction == "down")
            .ThenBy(c => c.Name, StringComparer.Ordinal)];

        static Crossing Of(string[] kind, (long Messages, long Bytes) sum) => new(kind[0], kind[1], kind[2], sum.Messages, sum.Bytes);
    }
}
