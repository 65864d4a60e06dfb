using System.CommandLine;
using System.CommandLine.Completions;
using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Cli.Cluster;
using FedPG.Cli.Common;
using FedPG.Cluster;
using FedPG.Cluster.Hosting;
using FedPG.Core.Options;
using FedPG.Experiments;
using FedPG.Experiments.Presets;
using FedPG.Experiments.Reading;
using FedPG.Experiments.Runs;
using FedPG.Experiments.Schema;
using FedPG.Experiments.Series;
using FedPG.Experiments.Training;
using FedPG.Federation.Execution;

namespace FedPG.Cli.Train;

/// <summary><c>fedpg train</c>.</summary>
internal static class TrainCommand
{
    private const string DefaultExperiment = "default.json", SeedKey = "seed";

    /// <summary>The experiment, for every command that reads one.</summary>
    internal static readonly Argument<string?> File = new("EXPERIMENT.json")
    {
        Description = "The experiment; without one, the built-in default (the same as experiments/default.json).",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>Overrides, for the same commands.</summary>
    internal static readonly Option<string[]> Set = new("--set")
    {
        Description =
            "Override a key of the experiment: key.path=value, where value is JSON, and what is not JSON is a string. Repeatable.",
        HelpName = "key.path=value",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = true,
        CompletionSources = { _ => ExperimentKeys.Of(ExperimentReader.Default).Select(key => new CompletionItem(key + "=")) },
    };

    /// <summary>The seed, for the same commands.</summary>
    internal static readonly Option<string?> Seed = new("--seed")
    {
        Description = "The seed, in the place of the experiment's.",
        HelpName = "N",
    };
    private static readonly Option<string?> Out = new("--out")
    {
        Description = "The run folder; must not exist or be empty (default: runs/<name>-<time>).",
        HelpName = "DIR",
    };
    private static readonly Option<int> Threads = CommonOptions.Threads(
        "Threads that run agents (default: all cores). Changes no bit of the result.");

    private static readonly Option<int?> BlockSize = CommonOptions.BlockSize();
    private static readonly Option<string> Device = Devices.Option("Where tensors live.");
    private static readonly Option<string?> Resume = new("--resume")
    {
        Description = "Continue the run of this folder, to the same bits as if it had never stopped.",
        HelpName = "RUN_DIR",
    };
    private static readonly Option<bool> AcceptChanges = CommonOptions.AcceptChanges();

    /// <summary>Another run's policy to start from, for the same commands.</summary>
    internal static readonly Option<string?> From = new("--from")
    {
        Description = "Start from the policy of this run instead of a uniform one. Parameters are matched by name and shape; "
            + "a context may be new.",
        HelpName = "RUN_DIR",
    };

    private static readonly Option<bool> Quiet = new("--quiet") { Description = "No progress on stderr." };
    private static readonly Option<bool> Json = new("--json") { Description = "The summary as one JSON document on stdout." };

    public static Command Create()
    {
        var command = new Command("train", "Trains a policy, and writes curves, policy and summary to a run folder.")
        {
            File, PresetOptions.Preset, PresetOptions.List, From, Set, Seed, SeedsTraining.Seeds, Out, Threads, BlockSize, Device, Resume,
            AcceptChanges, WatchPage.Option, Quiet, Json,
        };
        TrainingCluster.AddTo(command);
        command.SetAction(Run);
        return command;
    }

    /// <summary>
    /// The experiment built into the program, without what it says about its own environment where another one is chosen: the options of
    /// one mean nothing to another, and the user has written none of them.
    /// </summary>
    /// <param name="assignments">What follows <c>--set</c>.</param>
    internal static JsonElement BuiltInExperiment(IReadOnlyList<string> assignments)
    {
        const string environment = "environment", id = "id", mdp = "mdp";
        JsonObject experiment = JsonObject.Create(BuiltInExperiment())!;
        JsonObject own = experiment[environment]!.AsObject();
        string? Chosen(string key) =>
            assignments.LastOrDefault(a => a.StartsWith($"{environment}.{key}=", StringComparison.Ordinal))?.Split('=', 2)[1];
        bool isOther = true;
        if (Chosen(mdp) is not null) experiment[environment] = new JsonObject();
        else if (Chosen(id) is { } other && other.Trim('"') != (string?)own[id]) own.Remove("options");
        else isOther = assignments.Any(a => a.StartsWith($"{environment}=", StringComparison.Ordinal));
        // What tells tasks apart is the environment's, too.
        if (isOther) experiment["policy"]!.AsObject().Remove("context");
        return JsonSerializer.SerializeToElement(experiment);
    }

    /// <summary>The experiment built into the program.</summary>
    public static JsonElement BuiltInExperiment()
    {
        using Stream stream = typeof(TrainCommand).Assembly.GetManifestResourceStream(DefaultExperiment)!;
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return JsonDocuments.Parse(bytes.ToArray(), "built-in default");
    }

    private static int Run(ParseResult parsed)
    {
        ProcessGuard.Begin();
        if (parsed.GetValue(PresetOptions.List))
        {
            PresetOptions.Print(parsed.GetValue(Json));
            return ExitCode.Ok;
        }
        string? resumed = parsed.GetValue(Resume);
        bool isSeries = parsed.GetValue(SeedsTraining.Seeds) is not null || (resumed is not null && SeedSeries.IsIn(resumed));
        if (isSeries) return RunSeeds(parsed, resumed);
        using var progress = new TrainProgress(parsed.GetValue(Quiet));
        using var interrupt = new Interrupt(() => progress.Note("stopping at the end of this round; press Ctrl+C again to stop at once"));
        using var cluster = TrainingCluster.Of(parsed, parsed.GetValue(BlockSize), progress.Note, interrupt.Token);
        ExecutionOptions execution = Execution(parsed, cluster);
        using WatchPage? watch = WatchPage.Of(parsed);
        using var meters = new TrainingMeters();
        using Telemetry? telemetry = cluster is null ? Telemetry.Start("fedpg-train") : null;
        string? folder = parsed.GetValue(Resume);
        try
        {
            using FederatedTrainer? trainer = folder is not null
                ? Continue(parsed, folder, execution, cluster)
                : Start(parsed, execution, cluster);
            if (trainer is null) return Finished(parsed);
            folder = trainer.Folder;
            trainer.AddSink(progress);
            trainer.AddSink(new PolicyPainter(trainer.Experiment));
            trainer.AddSink(meters);
            watch?.Show(folder!);
            if (watch is not null) progress.Note($"watch it: {watch.Address}");
            progress.Begin(trainer.Open());
            RunSummary summary = trainer.RunToEnd(interrupt.Token);
            progress.End();
            Print(parsed, summary);
            if (summary.Status == "finished") return ExitCode.Ok;
            Console.Error.WriteLine(
                $"stopped after round {summary.Rounds}; continue with: fedpg train --resume {folder}{cluster?.Again}");
        }
        catch (OperationCanceledException) when (interrupt.Token.IsCancellationRequested)
        {
            Console.Error.WriteLine(
                "stopped while waiting for "
                    + $"workers{(folder is null ? "" : $"; continue with: fedpg train --resume {folder}{cluster?.Again}")}");
        }
        return ExitCode.Cancelled;
    }

    private static FederatedTrainer Start(ParseResult parsed, ExecutionOptions execution, TrainingCluster? cluster)
    {
        if (parsed.GetValue(AcceptChanges))
            throw new InvalidInputException(new ValidationError(AcceptChanges.Name, "", null,
                "is an option of --resume, which is not given"));
        if (cluster is not null)
        {
            (string? file, List<string> assignments) = FileAndAssignments(parsed);
            JsonElement named = PresetOptions.Of(parsed, file) is { } preset ? PresetLibrary.Read(preset)
                : string.IsNullOrEmpty(file) ? BuiltInExperiment(assignments)
                : JsonDocuments.ReadFile(file);
            cluster.LearnEnvironment(named, assignments);
        }
        Experiment experiment = ReadExperiment(parsed);
        if (parsed.GetValue(From) is { } from)
            experiment = StoredPolicy.Read(from, ExperimentReader.Default, From.Name).AsStartOf(experiment, From.Name);
        using NewFolder? taken = parsed.GetValue(Out) is null ? NewFolder.Take(experiment.Name, TimeProvider.System) : null;
        var trainer = new FederatedTrainer(experiment, taken?.Path ?? parsed.GetValue(Out)!, execution, RunFolder.Out);
        // The folder is the run's from here on.
        trainer.Open();
        return trainer;
    }

    /// <summary>The experiment that a command line with <see cref="File"/>, <see cref="Set"/> and <see cref="Seed"/> names.</summary>
    internal static Experiment ReadExperiment(ParseResult parsed)
    {
        (string? file, List<string> assignments) = FileAndAssignments(parsed);
        if (file is "") throw new InvalidInputException(new ValidationError("EXPERIMENT.json", "", null, "must be the path of a file"));
        if (parsed.GetValue(Seed) is { } seed) assignments.Add($"{SeedKey}={seed}");
        try
        {
            if (PresetOptions.Of(parsed, file) is { } preset)
            {
                return ExperimentReader.Default.Read(
                    PresetLibrary.Read(preset), PresetLibrary.SourceOf(preset), Environment.CurrentDirectory, assignments);
            }
            return file is not null
                ? ExperimentReader.Default.ReadFile(file, assignments)
                : ExperimentReader.Default.Read(BuiltInExperiment(assignments), "built-in default",
                    Environment.CurrentDirectory, assignments);
        }
        catch (InvalidInputException e) when (parsed.GetValue(Seed) is not null)
        {
            // --seed is the last of the overrides: a fault with the seed is its own.
            throw new InvalidInputException(
                [.. e.Errors.Select(f => f is { Source: KeyOverrides.Source, KeyPath: SeedKey }
                    ? f with { Source = "--seed", KeyPath = "" }
                    : f)]);
        }
    }

    /// <summary><c>--set</c> takes several values, so a file named behind it lands among them: the one without an equals sign.</summary>
    internal static (string? File, List<string> Assignments) FileAndAssignments(ParseResult parsed)
    {
        List<string> assignments = [.. parsed.GetValue(Set) ?? []];
        if (parsed.GetValue(File) is { } named) return (named, assignments);
        string[] files = [.. assignments.Where(a => !a.Contains('=', StringComparison.Ordinal))];
        bool one = files.Length == 1 && (System.IO.File.Exists(files[0]) || files[0].EndsWith(".json", StringComparison.OrdinalIgnoreCase));
        return one ? (files[0], [.. assignments.Where(a => a != files[0])]) : (null, assignments);
    }

    /// <summary>The rounds that a run that goes on is to have, where another number is asked for: the one change that it takes.</summary>
    private static int? RoundsAskedFor(ParseResult parsed, string folder)
    {
        foreach ((string name, bool given) in new[]
        {
            ("EXPERIMENT.json", parsed.GetValue(File) is not null), ("--seed", parsed.GetValue(Seed) is not null),
            ("--from", parsed.GetValue(From) is not null),
            (PresetOptions.Preset.Name, parsed.GetValue(PresetOptions.Preset) is not null),
            ("--seeds", parsed.GetValue(SeedsTraining.Seeds) is not null), ("--out", parsed.GetValue(Out) is not null),
        })
        {
            if (given)
                throw new InvalidInputException(new ValidationError("--resume", "", folder,
                    $"cannot be combined with {name}: a run goes on with its own experiment, in its own folder"));
        }
        return MoreRounds.Of(folder, parsed.GetValue(Set) ?? []);
    }

    private static int RunSeeds(ParseResult parsed, string? resumed)
    {
        if (parsed.GetValue(ClusterOptions.Address) is not null)
        {
            throw new InvalidInputException(new ValidationError(
                SeedsTraining.Seeds.Name, "", null, "cannot stand beside --cluster: one cluster trains one run"));
        }
        SeedSeries series;
        if (resumed is not null)
        {
            series = SeedSeries.Resume(resumed, RoundsAskedFor(parsed, resumed));
        }
        else
        {
            if (parsed.GetValue(Seed) is { } seed)
                throw new InvalidInputException(new ValidationError("--seed", "", seed, "cannot stand beside --seeds"));
            SeriesExperiment experiment = SeriesOf(parsed);
            if (parsed.GetValue(From) is { } from) experiment = experiment.StartingFrom(from);
            series = SeedsTraining.Start(experiment, parsed.GetValue(SeedsTraining.Seeds)!, parsed.GetValue(Out));
        }
        return SeedsTraining.Run(series, Execution(parsed, null), parsed.GetValue(Quiet), parsed.GetValue(Json));
    }

    /// <summary>The experiment that a command line with <see cref="File"/> and <see cref="Set"/> names, for several runs of it.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="later">What runs set beside it, which decides what the built-in experiment keeps of its environment.</param>
    internal static SeriesExperiment SeriesOf(ParseResult parsed, params IEnumerable<string> later)
    {
        (string? file, List<string> assignments) = FileAndAssignments(parsed);
        if (file is "") throw new InvalidInputException(new ValidationError("EXPERIMENT.json", "", null, "must be the path of a file"));
        if (PresetOptions.Of(parsed, file) is { } preset)
        {
            return new SeriesExperiment(
                PresetLibrary.Read(preset), PresetLibrary.SourceOf(preset), Environment.CurrentDirectory, assignments);
        }
        return file is not null
            ? new SeriesExperiment(JsonDocuments.ReadFile(file), file, Path.GetDirectoryName(Path.GetFullPath(file))!, assignments)
            : new SeriesExperiment(
                BuiltInExperiment([.. assignments, .. later]), "built-in default", Environment.CurrentDirectory, assignments);
    }

    private static FederatedTrainer? Continue(ParseResult parsed, string folder, ExecutionOptions execution, TrainingCluster? cluster)
    {
        int? rounds = RoundsAskedFor(parsed, folder);
        string resolved = Path.Combine(folder, RunFolder.ExperimentFile);
        if (cluster is not null && System.IO.File.Exists(resolved)) cluster.LearnEnvironment(JsonDocuments.ReadFile(resolved), []);
        var changes = new ResumeChanges(parsed.GetValue(AcceptChanges), Console.Error.WriteLine, rounds);
        return FederatedTrainer.Continue(folder, execution, changes: changes);
    }

    private static int Finished(ParseResult parsed)
    {
        RunSummary summary = TrainingRun.ReadSummary(parsed.GetValue(Resume)!)!;
        if (parsed.GetValue(Json)) Print(parsed, summary);
        else Console.Error.WriteLine($"the run in {parsed.GetValue(Resume)} is finished: {summary.Rounds} rounds; nothing to do");
        return ExitCode.Ok;
    }

    private static void Print(ParseResult parsed, RunSummary summary)
    {
        if (parsed.GetValue(Json)) Console.WriteLine(JsonSerializer.Serialize(summary, RunFolder.JsonOptions));
        else SummaryTable.Print(summary);
    }

    private static ExecutionOptions Execution(ParseResult parsed, TrainingCluster? cluster)
    {
        string device = parsed.GetValue(Device)!;
        if (cluster is not null && device != "cpu")
            throw new InvalidInputException(new ValidationError("--device", "", device,
                "cannot stand beside --cluster: workers compute on their CPUs"));
        return new ExecutionOptions(parsed.GetValue(Threads), Devices.Resolve(device), parsed.GetValue(BlockSize))
        {
            CreateAgents = cluster is null ? null : cluster.CreateAgents,
        };
    }
}
