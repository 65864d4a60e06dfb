using FedPG.Comparison.Running;
using FedPG.Core.Options;
using FedPG.Experiments;
using FedPG.Experiments.Plugins;
using FedPG.Experiments.Runs;
using FedPG.Experiments.Series;
using FedPG.Federation.Execution;
using TorchSharp;

namespace FedPG.Comparison.Sweeps;

/// <summary>
/// A sweep in its folder: runs every point with every seed, rung by rung, and writes table and report. What is finished is never run
/// again, so a sweep that was stopped or killed goes on from its folder to the same result. Not thread-safe.
/// </summary>
internal sealed class SweepRun : IDisposable
{
    private const string What = "sweep";
    private readonly ComparisonFolder _folder;
    private readonly Experiment _first;
    private readonly int _threads;

    private SweepRun(SweepPlan plan, ComparisonFolder folder, Experiment first, int threads) =>
        (Plan, _folder, _first, _threads) = (plan, folder, first, threads);

    /// <summary>The folder.</summary>
    public string Folder => _folder.FullPath;

    /// <summary>What is run.</summary>
    public SweepPlan Plan { get; }

    /// <summary>Checks everything that can be checked before anything is run, and makes the folder.</summary>
    /// <param name="plan">What to run.</param>
    /// <param name="folder">The folder; must not exist, or be empty.</param>
    /// <param name="threads">Runs at the same time; changes no bit of them.</param>
    /// <exception cref="InvalidInputException">Anything is wrong; nothing was written.</exception>
    public static SweepRun Start(SweepPlan plan, string folder, int threads)
    {
        ArgumentNullException.ThrowIfNull(plan);
        Experiment first = plan.Check();
        ComparisonFolder opened = ComparisonFolder.Create(folder, What);
        try
        {
            SweepFile.Write(opened.FullPath, plan);
            return new SweepRun(plan, opened, first, threads);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>Goes on with a sweep.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="threads">Runs at the same time; changes no bit of them.</param>
    /// <exception cref="InvalidInputException">It is no folder of a sweep, is in use, or its plan no longer fits.</exception>
    public static SweepRun Resume(string folder, int threads)
    {
        ArgumentNullException.ThrowIfNull(folder);
        SweepPlan plan = SweepFile.Read(folder);
        PluginTrust.Require(plan.Experiment.Document, Path.Combine(folder, SweepFile.Name), plan.Experiment.Folder);
        Experiment first = plan.Check();
        return new SweepRun(plan, ComparisonFolder.Open(folder, What), first, threads);
    }

    /// <summary>Does what is left, and writes table and report.</summary>
    /// <param name="progress">Hears how it goes.</param>
    /// <param name="cancellation">Ends the runs at their next round, with their checkpoints written.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public SweepResult Run(IComparisonProgress progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(progress);
        IReadOnlyList<SweepCell> cells = Plan.Cells();
        IReadOnlyList<(int Cells, int Rounds)> rungs = Plan.Rungs(cells.Count, _first.Federation.Rounds);
        List<int[]> kept = RungFile.Read(Folder);
        var standings = new SweepStanding[cells.Count];
        SweepCell[] open = [.. cells];
        for (int rung = 0; rung < rungs.Count; rung++)
        {
            int? rounds = Plan.Halving ? rungs[rung].Rounds : null;
            bool known = rung < kept.Count;
            // Of a rung that has ended those alone are read that did not go on.
            SweepCell[] left = known ? [.. open.Where(cell => !kept[rung].Contains(cell.Number))] : open;
            string stage = Plan.Halving ? $"rung {rung + 1} of {rungs.Count}" : "runs";
            foreach (SweepStanding standing in RunRung(left, rung, rounds, stage, progress, cancellation))
                standings[standing.Cell.Number - 1] = standing;
            if (rung + 1 == rungs.Count) break;
            if (!known)
            {
                kept.Add(SweepResult.Best(Plan, [.. open.Select(cell => standings[cell.Number - 1])], rungs[rung + 1].Cells));
                RungFile.Write(Folder, kept);
            }
            open = [.. open.Where(cell => kept[rung].Contains(cell.Number))];
        }
        SweepResult result = SweepResult.Of(Plan, _first.Name, Folder, standings);
        SweepFiles.Write(result);
        return result;
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    private SweepStanding[] RunRung(SweepCell[] cells, int rung, int? rounds, string stage, IComparisonProgress progress,
        CancellationToken cancellation)
    {
        int seeds = Plan.Seeds.Count;
        var results = new SeriesResult[cells.Length * seeds];
        progress.Begin(stage, [.. cells.Select(cell => (LabelOf(cell), seeds, 0))]);
        try
        {
            // All points with the first seed before the second: what is stopped early has seen most of them.
            ParallelRunner.Run(_threads, results.Length, (k, own) =>
                results[(k % cells.Length * seeds) + (k / cells.Length)] =
                    RunOne(cells[k % cells.Length], Plan.Seeds[k / cells.Length], rounds, own, progress, cancellation), cancellation);
        }
        finally
        {
            progress.Complete();
        }
        return
        [
            .. cells.Select((cell, c) => new SweepStanding(
                cell, [.. Plan.Seeds.Select((seed, s) => new SweepOutcome(seed, results[(c * seeds) + s]))], rung)),
        ];
    }

    private SeriesResult RunOne(SweepCell cell, long seed, int? rounds, int threads, IComparisonProgress progress,
        CancellationToken cancellation)
    {
        string folder = _folder.RunOf(cell.Label, seed);
        // What a run that has ended has read may be another by now, so that others would not compare with it.
        _ = RunInputs.Check(folder, acceptChanges: false);
        var sink = new SweepProgress(progress, LabelOf(cell));
        SeriesResult result = SeriesRuns.Complete(
            () => Plan.Read(cell, seed, rounds), folder, rounds, new ExecutionOptions(threads, torch.CPU), sink, cancellation);
        if (result.Status != RunSummary.Cancelled) sink.Finish();
        return result;
    }

    private static string LabelOf(SweepCell cell) => $"{cell.Label} {cell}".TrimEnd();
}
