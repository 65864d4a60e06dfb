using System.CommandLine;
using FedPG.Cli.Common;
using FedPG.Cli.Compare;
using FedPG.Cli.Train;
using FedPG.Comparison.Plan;
using FedPG.Comparison.Sweeps;
using FedPG.Core.Options;
using FedPG.Experiments;
using FedPG.Experiments.Runs;
using FedPG.Experiments.Series;

namespace FedPG.Cli.Sweep;

/// <summary><c>fedpg sweep</c>: one experiment with many settings, on a grid or drawn at random.</summary>
internal static class SweepCommand
{
    private const int MostDraws = SweepPlan.MostCells;

    private static readonly Option<string[]> Grid = new(SweepGrid.Source)
    {
        Description = "Values of a key; of several keys all combinations are run. Repeatable.",
        HelpName = SweepGrid.Form,
    };

    private static readonly Option<int?> Random = new(SweepPlan.RandomSource)
    {
        Description = "Draw so many points from the --draw options; with --grid, each combination is run with each of them.",
        HelpName = "K",
    };

    private static readonly Option<string[]> Draw = new(SweepDraw.Source)
    {
        Description =
            "What --random draws the values of a key from: a range by its logarithm, evenly, of whole numbers, or a list. Repeatable.",
        HelpName = SweepDraw.Form,
    };

    private static readonly Option<string?> Seed = new("--seed")
    {
        Description = "The seed of the draws (default: the experiment's).", HelpName = "N",
    };

    private static readonly Option<bool> Halving = new("--halving")
    {
        Description = "Successive halving: begin with few rounds, keep the better half, double the rounds, until one point runs them all.",
    };

    private static readonly Option<string?> Seeds = new("--seeds")
    {
        Description = "The seeds that each point is run with, as 1..5 or 1,2,7 (default: the experiment's).", HelpName = "1..5",
    };

    private static readonly Option<string?> RankBy = new(SweepColumn.Source)
    {
        Description =
            "The column that points are ranked by, the least first (default: the first of own_gap, gap and objective that is known): "
                + $"{string.Join(", ", SweepColumn.Names)}.",
        HelpName = "COLUMN",
    };

    private static readonly Option<string?> Out = new("--out")
    {
        Description = "The sweep's folder; must not exist or be empty (default: runs/sweep-<name>-<time>).", HelpName = "DIR",
    };

    private static readonly Option<string?> Resume = new("--resume")
    {
        Description = "Go on with the sweep of this folder; what is finished is not run again.", HelpName = "DIR",
    };

    private static readonly Option<int> Threads = CommonOptions.Threads(
        "Runs at the same time (default: all cores). Changes no bit of the result.");
    private static readonly Option<bool> Quiet = new("--quiet") { Description = "No progress on stderr." };
    private static readonly Option<bool> Json = new("--json") { Description = "The result as one JSON document on stdout." };

    public static Command Create()
    {
        CommonOptions.RequireWhole(Random, MostDraws, $"must be a whole number from 1 to {MostDraws}");
        var command = new Command(
            "sweep", "Runs one experiment with many settings, and ranks them: one table, one page, a run folder each.")
        {
            TrainCommand.File, PresetOptions.Preset, TrainCommand.From, Grid, Random, Draw, Seed, Halving, Seeds, RankBy,
            TrainCommand.Set, Out, Resume, Threads, Quiet, Json,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        ProcessGuard.Begin();
        using SweepRun sweep = parsed.GetValue(Resume) is { } folder ? Continue(parsed, folder) : Start(parsed);
        using var progress = new CompareProgress(parsed.GetValue(Quiet));
        using var interrupt =
            new Interrupt(() => progress.Note("stopping at the end of the rounds under way; press Ctrl+C again to stop at once"));
        int cells = sweep.Plan.Cells().Count;
        progress.Note($"{cells} {(cells == 1 ? "point" : "points")}, seeds {SeedList.Write(sweep.Plan.Seeds)}; writing to {sweep.Folder}");
        try
        {
            SweepResult result = sweep.Run(progress, interrupt.Token);
            if (parsed.GetValue(Json)) Console.WriteLine(SweepFiles.ToJson(result).ToJsonString(RunFolder.JsonOptions));
            else SweepTable.Print(result);
            return ExitCode.Ok;
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine($"stopped; go on with: fedpg sweep --resume \"{sweep.Folder}\"");
            return ExitCode.Cancelled;
        }
    }

    private static SweepRun Continue(ParseResult parsed, string folder)
    {
        ValidationError[] errors = [.. new[]
        {
            ("EXPERIMENT.json", parsed.GetValue(TrainCommand.File) is not null),
            (PresetOptions.Preset.Name, parsed.GetValue(PresetOptions.Preset) is not null),
            (TrainCommand.From.Name, parsed.GetValue(TrainCommand.From) is not null),
            (Grid.Name, parsed.GetValue(Grid) is { Length: > 0 }), (Random.Name, parsed.GetValue(Random) is not null),
            (Draw.Name, parsed.GetValue(Draw) is { Length: > 0 }), (Seed.Name, parsed.GetValue(Seed) is not null),
            (Halving.Name, parsed.GetValue(Halving)), (Seeds.Name, parsed.GetValue(Seeds) is not null),
            (RankBy.Name, parsed.GetValue(RankBy) is not null), ("--set", parsed.GetValue(TrainCommand.Set) is { Length: > 0 }),
            (Out.Name, parsed.GetValue(Out) is not null),
        }.Where(option => option.Item2)
        .Select(option => new ValidationError(Resume.Name, "", folder,
            $"cannot be combined with {option.Item1}: a sweep goes on as it was begun, in its own folder"))];
        return errors.Length == 0 ? SweepRun.Resume(folder, parsed.GetValue(Threads)) : throw new InvalidInputException(errors);
    }

    private static SweepRun Start(ParseResult parsed)
    {
        var errors = new List<ValidationError>();
        string[] grids = parsed.GetValue(Grid) ?? [], draws = parsed.GetValue(Draw) ?? [];
        SweepGrid[] grid = [.. grids.Select(text => SweepGrid.Parse(text, errors)).OfType<SweepGrid>()];
        SweepDraw[] drawn = [.. draws.Select(text => SweepDraw.Parse(text, errors)).OfType<SweepDraw>()];
        int? random = parsed.GetValue(Random);
        if (grids.Length == 0 && draws.Length == 0 && random is null)
            errors.Add(new ValidationError("fedpg sweep", "", null,
                $"nothing to sweep: {Grid.Name} {SweepGrid.Form}, or {Random.Name} K with {Draw.Name} {SweepDraw.Form}"));
        else if (draws.Length == 0 && random is not null)
            errors.Add(new ValidationError(Random.Name, "", null, $"draws nothing without {Draw.Name} {SweepDraw.Form}"));
        else if (draws.Length > 0 && random is null)
            errors.Add(new ValidationError(Draw.Name, "", null, $"is drawn by {Random.Name} K, which is not given"));
        IReadOnlyList<long> seeds = parsed.GetValue(Seeds) is { } list ? SeedList.Parse(list, Seeds.Name, errors) : [];
        IReadOnlyList<long> drawSeed = parsed.GetValue(Seed) is { } seed ? SeedList.Parse(seed, Seed.Name, errors) : [];
        if (parsed.GetValue(Seed) is not null && draws.Length == 0)
            errors.Add(new ValidationError(Seed.Name, "", parsed.GetValue(Seed),
                $"is the seed of the draws of {Random.Name}; seeds of runs are given by {Seeds.Name}"));
        if (parsed.GetValue(RankBy) is { } name)
        {
            try
            {
                _ = SweepColumn.Parse(name);
            }
            catch (InvalidInputException e)
            {
                errors.AddRange(e.Errors);
            }
        }
        if (drawSeed.Count > 1) errors.Add(new ValidationError(Seed.Name, "", parsed.GetValue(Seed), "must be one seed"));
        if (errors.Count > 0) throw new InvalidInputException(errors);
        SeriesExperiment experiment = TrainCommand.SeriesOf(
            parsed, grid.SelectMany(keys => keys.Values.Select(value => $"{keys.Path}={value}")));
        if (parsed.GetValue(TrainCommand.From) is { } from) experiment = experiment.StartingFrom(from);
        Experiment plain = experiment.Read([]);
        var plan = new SweepPlan
        {
            Experiment = experiment,
            Grid = grid,
            Draws = drawn,
            Random = random ?? 0,
            DrawSeed = drawSeed.Count > 0 ? drawSeed[0] : plain.Seed,
            Seeds = seeds.Count > 0 ? seeds : [plain.Seed],
            Halving = parsed.GetValue(Halving),
            RankBy = parsed.GetValue(RankBy),
        };
        using NewFolder? taken = parsed.GetValue(Out) is null ? NewFolder.Take($"sweep-{plain.Name}", TimeProvider.System) : null;
        return SweepRun.Start(plan, taken?.Path ?? parsed.GetValue(Out)!, parsed.GetValue(Threads));
    }
}
