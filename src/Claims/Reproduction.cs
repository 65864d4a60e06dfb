using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Claims.Breaking;
using FedPG.Claims.Measuring;
using FedPG.Experiments.Runs;
using FedPG.Reporting.Drawing;
using FedPG.Reporting.Figures;

namespace FedPG.Claims;

/// <summary>How claims are run.</summary>
/// <param name="Seed">The seed of everything that is random, the random instances included.</param>
/// <param name="Threads">Experiments at the same time; changes no bit of the result.</param>
/// <param name="Effort">How much is run.</param>
internal sealed record ReproductionOptions(long Seed, int Threads, Effort Effort);

/// <summary>Runs claims and writes what they measured: for each a folder with its tables, figures and verdict.</summary>
internal static class Reproduction
{
    /// <summary>The verdicts of all claims in one table.</summary>
    public const string VerdictsFile = "verdicts.csv";

    /// <summary>Runs one claim.</summary>
    /// <param name="claim">The claim.</param>
    /// <param name="breakage">What is wrong with the Fast-FedPG under test.</param>
    /// <param name="options">How.</param>
    /// <param name="folder">Where its own folder is made; null to write nothing.</param>
    /// <param name="progress">Hears how many runs of a step are done; called from several threads.</param>
    /// <param name="cancellation">Ends it with an <see cref="OperationCanceledException"/>, and nothing written.</param>
    public static Verdict Run(Claim claim, Breakage breakage, ReproductionOptions options, string? folder, Action<int, int> progress,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(claim);
        ArgumentNullException.ThrowIfNull(options);
        long started = Stopwatch.GetTimestamp();
        var lab = new Lab(claim.Name, breakage, options.Seed, options.Threads, options.Effort, progress, cancellation);
        IReadOnlyList<Check> checks = claim.Run(lab);
        var verdict = new Verdict(claim.Name, checks, Stopwatch.GetElapsedTime(started).TotalSeconds);
        if (folder is not null) Write(Path.Combine(folder, claim.Name), claim, breakage, options, lab, verdict);
        return verdict;
    }

    /// <summary>All checks of all verdicts, a row each.</summary>
    public static Table ToTable(IEnumerable<Verdict> verdicts)
    {
        ArgumentNullException.ThrowIfNull(verdicts);
        var table = new Table("verdicts", "claim", "check", "figure", "low", "high", "bound", "verdict");
        foreach (Verdict verdict in verdicts)
        {
            foreach (Check check in verdict.Checks)
                table.Add(verdict.Claim, check.Name, check.Figure.Value, check.Figure.Low, check.Figure.High, check.Bound,
                    check.Pass ? "PASS" : "FAIL");
        }
        return table;
    }

    /// <summary>What there is to know about a verdict, as JSON.</summary>
    public static JsonObject ToJson(Verdict verdict)
    {
        ArgumentNullException.ThrowIfNull(verdict);
        return new JsonObject
        {
            ["claim"] = verdict.Claim,
            ["verdict"] = verdict.Pass ? "PASS" : "FAIL",
            ["figure"] = Number(verdict.Shown.Figure.Value),
            ["interval"] = new JsonArray(Number(verdict.Shown.Figure.Low), Number(verdict.Shown.Figure.High)),
            ["bound"] = verdict.Shown.Bound.ToString(),
            ["seconds"] = Math.Round(verdict.Seconds, 1),
            ["checks"] = new JsonArray([.. verdict.Checks.Select(c => new JsonObject
            {
                ["name"] = c.Name,
                ["quantity"] = c.Quantity,
                ["law"] = c.Law,
                ["figure"] = Number(c.Figure.Value),
                ["interval"] = new JsonArray(Number(c.Figure.Low), Number(c.Figure.High)),
                ["bound"] = c.Bound.ToString(),
                ["falseAlarm"] = c.FalseAlarm,
                ["verdict"] = c.Pass ? "PASS" : "FAIL",
            })]),
        };
    }

    /// <summary>All files of a claim, or none: they are written aside, and the folder gets its name when they are complete.</summary>
    private static void Write(string target, Claim claim, Breakage breakage, ReproductionOptions options, Lab lab, Verdict verdict)
    {
        string folder = $"{target}.unfinished";
        Directory.CreateDirectory(folder);
        foreach (Table table in lab.Tables) File.WriteAllText(Path.Combine(folder, $"{table.Name}.csv"), table.ToString());
        foreach ((string name, Figure figure) in lab.Figures) FigureFiles.Write(figure, Path.Combine(folder, name));
        JsonObject document = ToJson(verdict);
        document["statement"] = claim.Statement;
        document["seed"] = options.Seed;
        document["variant"] = Breakages.NameOf(breakage);
        RunFolder.WriteJson(Path.Combine(folder, "verdict.json"), document);
        File.WriteAllText(Path.Combine(folder, "README.md"), ClaimReport.Of(claim, breakage, options, lab, verdict));
        Directory.Move(folder, target);
    }

    /// <summary>JSON has no word for what is not finite.</summary>
    private static JsonNode? Number(double value) =>
        double.IsFinite(value) ? value : JsonSerializer.SerializeToNode(value, RunFolder.JsonOptions);
}
