using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using FedPG.Claims;
using FedPG.Claims.Breaking;
using FedPG.Claims.Measuring;
using FedPG.Cli.Common;
using FedPG.Core.Options;
using FedPG.Experiments.Runs;

namespace FedPG.Cli.Reproduce;

/// <summary><c>fedpg reproduce</c>: the paper's claims, each run and judged.</summary>
internal static class ReproduceCommand
{
    private const string AllVariants = "all";

    private static readonly Argument<string[]> Names = new("NAME")
    {
        Description = $"Which claims: {string.Join(", ", Suite.All.Select(c => c.Name))} (default: all).",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<string?> Out = new("--out")
    {
        Description = "Where tables, plots and verdicts go; must not exist or be empty (default: runs/reproduce-<time>).",
        HelpName = "DIR",
    };
    private static readonly Option<int> Seed = new("--seed")
    {
        Description = "The seed of everything that is random.",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };
    private static readonly Option<int> Threads = CommonOptions.Threads(
        "Experiments that run at the same time (default: all cores). Changes no bit of the result.");

    private static readonly Option<string?> Break = new("--break")
    {
        Description = "Run the claims on a Fast-FedPG that is broken on purpose; \"all\" runs every variant and shows which claims notice.",
        HelpName = string.Join('|', [.. Breakages.Names, AllVariants]),
    };

    private static readonly Option<bool> Quick = new("--quick")
    {
        Description = "Fewer seeds, instances and points: minutes instead of half an hour, and wider intervals.",
    };
    private static readonly Option<bool> Json = new("--json") { Description = "One JSON document on stdout instead of lines." };

    public static Command Create()
    {
        CommonOptions.RequireWhole(Seed, int.MaxValue, $"must be a whole number from 1 to {int.MaxValue}");
        Break.AcceptOnlyFromAmong([.. Breakages.Names, AllVariants]);
        var command = new Command("reproduce", "Runs the paper's claims; each ends in a figure with its interval, and PASS or FAIL.")
        {
            Names, Out, Seed, Threads, Break, Quick, Json,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        ProcessGuard.Begin();
        IReadOnlyList<Claim> claims = Chosen(parsed.GetValue(Names)!);
        var options = new ReproductionOptions(parsed.GetValue(Seed), parsed.GetValue(Threads),
            parsed.GetValue(Quick) ? Effort.Quick : Effort.Full);
        using NewFolder? taken = parsed.GetValue(Out) is null ? NewFolder.Take("reproduce", TimeProvider.System) : null;
        // Held as long as claims are written to it, so that nobody else's come between.
        using var held = RunFolder.Create(taken?.Path ?? parsed.GetValue(Out)!, "");
        string folder = held.FullPath;
        using var progress = new ReproduceProgress();
        using var interrupt = new Interrupt(() => progress.Note("stopping; what is finished stays; press Ctrl+C again to stop at once"));
        try
        {
            return parsed.GetValue(Break) == AllVariants
                ? RunMatrix(claims, options, folder, progress, parsed.GetValue(Json), interrupt.Token)
                : RunClaims(claims, parsed.GetValue(Break) is { } name ? Breakages.Parse(name) : Breakage.None, options, folder, progress,
                    parsed.GetValue(Json), interrupt.Token);
        }
        catch (OperationCanceledException)
        {
            progress.Note($"stopped; what is finished is in {folder}");
            return ExitCode.Cancelled;
        }
    }

    private static int RunClaims(
        IReadOnlyList<Claim> claims, Breakage breakage, ReproductionOptions options, string folder, ReproduceProgress progress, bool json,
        CancellationToken cancellation)
    {
        var verdicts = new List<Verdict>();
        foreach (Claim claim in claims)
        {
            progress.Begin(claim.Name, verdicts.Count + 1, claims.Count);
            verdicts.Add(Reproduction.Run(claim, breakage, options, folder, progress.Report, cancellation));
            progress.End();
            File.WriteAllText(Path.Combine(folder, Reproduction.VerdictsFile), Reproduction.ToTable(verdicts).ToString());
            if (!json) Console.WriteLine(verdicts[^1]);
        }
        if (json) Console.WriteLine(new JsonArray([.. verdicts.Select(Reproduction.ToJson)]).ToJsonString(RunFolder.JsonOptions));
        progress.Show(VerdictTables.Of(verdicts));
        progress.Note(string.Create(CultureInfo.InvariantCulture,
            $"{verdicts.Count(v => v.Pass)} of {verdicts.Count} claims hold, {verdicts.Sum(v => v.Seconds):F0} s; "
                + $"tables and plots: {folder}"));
        return verdicts.All(v => v.Pass) ? ExitCode.Ok : ExitCode.Failure;
    }

    /// <summary>Every claim on every variant: one line a pair, and whether each claim notices what it has to notice.</summary>
    private static int RunMatrix(IReadOnlyList<Claim> claims, ReproductionOptions options, string folder, ReproduceProgress progress,
        bool json, CancellationToken cancellation)
    {
        Breakage[] variants = [Breakage.None, .. Breakages.Broken];
        var matrix = new Matrix();
        foreach (Claim claim in claims)
        {
            foreach (Breakage variant in variants)
            {
                string name = Breakages.NameOf(variant);
                progress.Begin($"{claim.Name} ({name})", matrix.Count + 1, claims.Count * variants.Length);
                Verdict verdict = Reproduction.Run(claim, variant, options, Path.Combine(folder, name), progress.Report, cancellation);
                progress.End();
                matrix.Add(claim, variant, verdict);
                if (!json) Console.WriteLine($"{name} {verdict}");
                File.WriteAllText(Path.Combine(folder, "matrix.csv"), matrix.ToTable().ToString());
            }
        }
        if (json) Console.WriteLine(matrix.ToJson().ToJsonString(RunFolder.JsonOptions));
        progress.Show(VerdictTables.Of(matrix, claims));
        progress.Note(matrix.IsAsExpected ? "every claim notices what it has to notice" : "some verdicts are not what they should be");
        return matrix.IsAsExpected ? ExitCode.Ok : ExitCode.Failure;
    }

    private static IReadOnlyList<Claim> Chosen(string[] names)
    {
        ValidationError[] errors = [.. names.Where(n => Suite.Find(n) is null).Select(n => new ValidationError("NAME", "", n,
            $"is not a claim; the nearest is \"{NearestName.Of(n, Suite.All.Select(c => c.Name))}\", and there are "
                + $"{string.Join(", ", Suite.All.Select(c => c.Name))}"))];
        if (errors.Length > 0) throw new InvalidInputException(errors);
        return names.Length == 0 ? Suite.All : [.. names.Distinct().Select(n => Suite.Find(n)!)];
    }
}
