using System.CommandLine;
using System.Text.Json;
using FedPG.Cli.Common;
using FedPG.Cli.Train;
using FedPG.Comparison;
using FedPG.Comparison.Plan;
using FedPG.Comparison.Results;
using FedPG.Core.Options;
using FedPG.Experiments;
using FedPG.Experiments.Reading;
using FedPG.Experiments.Runs;

namespace FedPG.Cli.Compare;

/// <summary><c>fedpg compare</c>: algorithms side by side under the same seeds and one budget.</summary>
internal static class CompareCommand
{
    private const string DefaultSeeds = "1..10";
    private const int DefaultTuneSeeds = 3;

    private static readonly Argument<string?> File = new("EXPERIMENT.json")
    {
        Description = "The experiment, whose algorithm the others take the place of.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string?> Algorithms = new("--algorithms")
    {
        Description =
            "What to compare, the first being what the others are measured against: [label=]algorithm[:key=value]..., separated by "
                + "commas, as in fast-fedpg,one-step=fedavg:localSteps=1.",
        HelpName = "a,b,c",
    };

    private static readonly Option<string?> Seeds = new("--seeds")
    {
        Description = $"The seeds every algorithm is run with, as 1..10 or 1,2,5 (default: {DefaultSeeds}).",
        HelpName = "1..10",
    };

    private static readonly Option<string?> BudgetOption = new("--budget")
    {
        Description =
            "What a run may use, all agents together (default: the experiment's rounds). Seconds are not reproducible to the bit.",
        HelpName = string.Join('|', Budget.Kinds.Select(k => $"{k}=N")),
    };

    private static readonly Option<string[]> Tune = new("--tune")
    {
        Description =
            "Choose settings for each algorithm by seeds of their own; without a value the local step size, from 1/4 to 4 times the "
                + "experiment's, and on where the best lies at an end.",
        HelpName = "key=v1,v2,...",
        Arity = ArgumentArity.ZeroOrMore,
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<string?> TuneSeeds = new("--tune-seeds")
    {
        Description = $"The seeds of the tuning (default: the {DefaultTuneSeeds} after the largest of --seeds).",
        HelpName = "11..13",
    };
    private static readonly Option<string?> Out = new("--out")
    {
        Description = "The comparison's folder; must not exist or be empty (default: runs/<name>-<time>).",
        HelpName = "DIR",
    };
    private static readonly Option<string?> Resume = new("--resume")
    {
        Description = "Go on with the comparison of this folder; what is finished is not run again.",
        HelpName = "DIR",
    };
    private static readonly Option<int> Threads = CommonOptions.Threads(
        "Runs at the same time (default: all cores). Changes no bit of the result.");
    private static readonly Option<string?> RankBy = new(RankColumn.Source)
    {
        Description =
            "Print the algorithms in the order of a column, the least first (default: in the order given): "
                + $"{string.Join(", ", RankColumn.Names)}.",
        HelpName = "COLUMN",
    };

    private static readonly Option<bool> Quiet = new("--quiet") { Description = "No progress on stderr." };
    private static readonly Option<bool> Json = new("--json") { Description = "The result as one JSON document on stdout." };

    public static Command Create()
    {
        var command =
            new Command("compare",
                "Runs several algorithms with the same seeds and one budget, and says how they stand: intervals, "
                    + "probability of improvement, plots.")
        {
            File, Algorithms, Seeds, BudgetOption, Tune, TuneSeeds, TrainCommand.Set, Out, Resume, RankBy, Threads, Quiet, Json,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        ProcessGuard.Begin();
        RankColumn? rank = parsed.GetValue(RankBy) is { } name ? RankColumn.Parse(name) : null;
        using ComparisonRun comparison = parsed.GetValue(Resume) is { } folder ? Continue(parsed, folder) : Start(parsed);
        using var progress = new CompareProgress(parsed.GetValue(Quiet));
        using var interrupt =
            new Interrupt(() => progress.Note("stopping at the end of the rounds under way; press Ctrl+C again to stop at once"));
        progress.Note(
            $"{Counted(comparison.Plan.Contenders.Count, "algorithm")}, {Counted(comparison.Plan.Seeds.Count, "seed")}, budget "
                + $"{comparison.Plan.Budget?.ToString() ?? "the experiment's rounds"}; writing to {comparison.Folder}");
        try
        {
            ComparisonResult result = comparison.Run(progress, interrupt.Token);
            if (rank is not null) result = rank.Rank(result);
            if (parsed.GetValue(Json)) Console.WriteLine(ResultFiles.ToJson(result).ToJsonString(RunFolder.JsonOptions));
            else CompareTable.Print(result);
            return ExitCode.Ok;
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine($"stopped; go on with: fedpg compare --resume \"{comparison.Folder}\"");
            return ExitCode.Cancelled;
        }
    }

    private static string Counted(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";

    private static ComparisonRun Continue(ParseResult parsed, string folder)
    {
        ValidationError[] errors = [.. new[]
        {
            ("EXPERIMENT.json", FileAndOverrides(parsed).File is not null), ("--algorithms", parsed.GetValue(Algorithms) is not null),
            ("--seeds", parsed.GetValue(Seeds) is not null),
            ("--budget", parsed.GetValue(BudgetOption) is not null), ("--tune", parsed.GetResult(Tune) is not null),
            ("--tune-seeds", parsed.GetValue(TuneSeeds) is not null),
            ("--set", parsed.GetValue(TrainCommand.Set) is { Length: > 0 }), ("--out", parsed.GetValue(Out) is not null),
        }.Where(option => option.Item2)
        .Select(option => new ValidationError("--resume", "", folder,
            $"cannot be combined with {option.Item1}: a comparison goes on as it was begun, in its own folder"))];
        return errors.Length == 0
            ? ComparisonRun.Resume(folder, ExperimentReader.Default, parsed.GetValue(Threads))
            : throw new InvalidInputException(errors);
    }

    private static ComparisonRun Start(ParseResult parsed)
    {
        var errors = new List<ValidationError>();
        (string? file, List<string> assignments, List<string> tuned) = FileAndOverrides(parsed);
        if (string.IsNullOrEmpty(file))
            errors.Add(new ValidationError("fedpg compare", "", null, "EXPERIMENT.json is missing; see fedpg compare --help"));
        // Before names are looked up: a plug-in of the experiment may bring the algorithms.
        JsonElement document = string.IsNullOrEmpty(file) ? default : DocumentOf(file, assignments, errors);
        IReadOnlyList<Contender> contenders = [];
        if (parsed.GetValue(Algorithms) is { } algorithms)
            contenders = Contender.ParseAll(algorithms, ExperimentCatalog.Default.Algorithms.Names, errors);
        else
            errors.Add(new ValidationError(Contender.Source, "", null,
                "is missing: the algorithms to compare, separated by commas; there are "
                    + $"{string.Join(", ", ExperimentCatalog.Default.Algorithms.Names)}"));
        IReadOnlyList<long> seeds = SeedList.Parse(parsed.GetValue(Seeds) ?? DefaultSeeds, "--seeds", errors);
        Budget? budget = parsed.GetValue(BudgetOption) is { } text ? Budget.Parse(text, errors) : null;
        TuningKey[] keys = [.. tuned.Select(t => TuningKey.Parse(t, errors)).OfType<TuningKey>()];
        errors.AddRange(keys.GroupBy(k => k.Path).Where(g => g.Count() > 1)
            .Select(g => new ValidationError(TuningKey.Source, new Setting(g.Key, "").Key, null, "is named twice")));
        bool tunes = parsed.GetResult(Tune) is not null;
        IReadOnlyList<long> tuneSeeds = SeedsOfTuning(parsed, tunes, seeds, errors);
        if (errors.Count > 0) throw new InvalidInputException(errors);

        var plan = new ComparisonPlan
        {
            Document = document,
            Source = file!,
            Folder = FolderOf(file!),
            Assignments = assignments,
            Contenders = contenders,
            Seeds = seeds,
            Budget = budget,
        };
        Experiment experiment = FirstOf(plan);
        if (tunes) plan = plan with { Tuning = new Tuning(keys.Length > 0 ? keys : [DefaultGrid(experiment)], tuneSeeds) };
        using NewFolder? taken = parsed.GetValue(Out) is null ? NewFolder.Take($"compare-{experiment.Name}", TimeProvider.System) : null;
        return ComparisonRun.Start(plan, taken?.Path ?? parsed.GetValue(Out)!, ExperimentReader.Default, parsed.GetValue(Threads));
    }

    private static JsonElement DocumentOf(string file, List<string> assignments, List<ValidationError> errors)
    {
        try
        {
            return ExperimentReader.Default.LoadPlugins(JsonDocuments.ReadFile(file), file, FolderOf(file), assignments);
        }
        catch (InvalidInputException e)
        {
            errors.AddRange(e.Errors);
            return default;
        }
    }

    private static string FolderOf(string file) => Path.GetDirectoryName(Path.GetFullPath(file))!;

    private static Experiment FirstOf(ComparisonPlan plan)
    {
        try
        {
            return plan.Read(ExperimentReader.Default, plan.Contenders[0], plan.Seeds[0], [], null);
        }
        catch (InvalidInputException)
        {
            // With the faults of the other algorithms.
            PlanChecks.ThrowIfFaulty(plan, ExperimentReader.Default);
            throw;
        }
    }

    /// <summary>
    /// <c>--set</c> and <c>--tune</c> take several values, so a file named behind one lands among them: the one without an equals sign.
    /// </summary>
    private static (string? File, List<string> Assignments, List<string> Tuned) FileAndOverrides(ParseResult parsed)
    {
        List<string> assignments = [.. parsed.GetValue(TrainCommand.Set) ?? []], tuned = [.. parsed.GetValue(Tune) ?? []];
        string? file = parsed.GetValue(File);
        foreach (List<string> values in new[] { assignments, tuned })
        {
            string[] files =
                [.. values.Where(a => !a.Contains('=', StringComparison.Ordinal)
                    && (System.IO.File.Exists(a) || a.EndsWith(".json", StringComparison.OrdinalIgnoreCase)))];
            if (file is not null || files.Length != 1) continue;
            file = files[0];
            values.Remove(file);
        }
        return (file, assignments, tuned);
    }

    private static IReadOnlyList<long> SeedsOfTuning(ParseResult parsed, bool tunes, IReadOnlyList<long> seeds,
        List<ValidationError> errors)
    {
        if (parsed.GetValue(TuneSeeds) is { } given)
        {
            if (!tunes) errors.Add(new ValidationError(Tuning.SeedSource, "", given, "are the seeds of --tune, which is not given"));
            return SeedList.Parse(given, Tuning.SeedSource, errors);
        }
        if (!tunes || seeds.Count == 0) return [];
        long last = seeds.Max();
        if (last > SeedList.Largest - DefaultTuneSeeds)
            errors.Add(new ValidationError(Tuning.SeedSource, "", null,
                $"is needed, because there are no {DefaultTuneSeeds} seeds after {last}"));
        return [.. Enumerable.Range(1, DefaultTuneSeeds).Select(k => last + k)];
    }

    private static TuningKey DefaultGrid(Experiment experiment) =>
        experiment.Resolved["federation"]?["localStepSize"] is System.Text.Json.Nodes.JsonValue
            ? TuningKey.Around(experiment.Federation.LocalStepSize.At(0))
            : throw new InvalidInputException(new ValidationError(TuningKey.Source, "federation.localStepSize", null,
                "is a schedule in this experiment; name what to tune, as in --tune localStepSize.from=0.1,0.2,0.4"));
}
