using FedPG.Comparison.Plan;
using FedPG.Core.Options;
using FedPG.Experiments;
using FedPG.Experiments.Reading;
using FedPG.Federation;
using FedPG.Federation.Agents;
using FedPG.Federation.Evaluation;
using FedPG.Federation.Execution;
using TorchSharp;

namespace FedPG.Comparison.Running;

/// <summary>What tuning chose for one algorithm.</summary>
/// <param name="Label">The algorithm.</param>
/// <param name="Settings">The settings chosen; empty without tuning.</param>
/// <param name="Figure">Their gap (or objective), the interquartile mean over the seeds of the tuning; null without tuning, infinite where
/// everything diverged.</param>
/// <param name="AtEdge">The settings that lie at an end of what was tried.</param>
internal sealed record TunedSettings(string Label, IReadOnlyList<Setting> Settings, double? Figure, IReadOnlyList<string> AtEdge);

/// <summary>Tunes every algorithm on seeds of its own, all of them at once. Its runs leave no folders, only rows in tuning.csv.</summary>
internal sealed class Tuner(ComparisonPlan plan, Tuning tuning, ExperimentReader reader, TuningLog log, int threads,
    IComparisonProgress progress)
{
    private sealed record Job(Contender Contender, IReadOnlyList<Setting> Settings, long Seed, int? Rounds);

    /// <summary>Runs what is not in the log yet, and chooses.</summary>
    public IReadOnlyList<TunedSettings> Run(CancellationToken cancellation)
    {
        TuningSearch[] searches = [.. plan.Contenders.Select(c => new TuningSearch(plan.KeysOf(reader, c)))];
        for (int wave = 1; searches.Any(s => s.Pending.Count > 0); wave++)
        {
            RunWave(searches, wave, cancellation);
            foreach (TuningSearch search in searches) search.Advance();
        }
        return [.. plan.Contenders.Zip(searches, (contender, search) =>
        {
            double? figure = search.Tried.Any() ? search.Tried.Min(t => t.Figure) : null;
            return new TunedSettings(contender.Label, search.Best, figure, search.AtEdge);
        })];
    }

    private void RunWave(TuningSearch[] searches, int wave, CancellationToken cancellation)
    {
        var points = new List<(TuningSearch Search, string[] Point, Job[]? Jobs)>();
        for (int c = 0; c < searches.Length; c++)
        {
            foreach (string[] point in searches[c].Pending)
                points.Add((searches[c], point, JobsOf(plan.Contenders[c], searches[c].Settings(point), firstWave: wave == 1)));
        }
        Job[] left = [.. points.SelectMany(p => p.Jobs ?? []).Where(job => log[job.Contender.Label, job.Settings, job.Seed] is null)];
        if (left.Length > 0)
        {
            progress.Begin(wave == 1 ? "tuning" : "tuning beyond the grid",
                [.. left.GroupBy(j => j.Contender.Label).Select(g => (g.Key, g.Count(), 0))]);
            try
            {
                ParallelRunner.Run(threads, left.Length, (k, own) => RunOne(left[k], own, cancellation), cancellation);
            }
            finally
            {
                progress.Complete();
            }
        }
        foreach ((TuningSearch search, string[] point, Job[]? jobs) in points)
            search.Report(point, jobs is null ? null : [.. jobs.Select(job => log[job.Contender.Label, job.Settings, job.Seed]!.Value)]);
    }

    /// <summary>
    /// The runs of a point; null where the experiment does not allow it, which beyond the grid is not the user's mistake.
    /// </summary>
    private Job[]? JobsOf(Contender contender, IReadOnlyList<Setting> settings, bool firstWave)
    {
        try
        {
            int? rounds = RoundCosts.RoundsWithin(plan, reader, contender, settings);
            _ = plan.Read(reader, contender, tuning.Seeds[0], settings, rounds);
            return [.. tuning.Seeds.Select(seed => new Job(contender, settings, seed, rounds))];
        }
        catch (InvalidInputException) when (!firstWave)
        {
            return null;
        }
    }

    private void RunOne(Job job, int own, CancellationToken cancellation)
    {
        // Nobody looks at the rounds between.
        Experiment experiment = plan.Read(reader, job.Contender, job.Seed, job.Settings, job.Rounds) with { DiagnoseEvery = 0,
            CheckpointEvery = 0 };
        int every = Math.Max(experiment.EvaluateEvery, experiment.Federation.Rounds / 20);
        using var federation = new TrainingLoop(experiment with { EvaluateEvery = every }, new ExecutionOptions(own, torch.CPU),
            TimeProvider.System);
        var sink = new RunProgress(progress, job.Contender.Label, experiment, plan.Budget);
        double figure = double.PositiveInfinity;
        try
        {
            double? seconds = plan.Budget is { Kind: BudgetKind.Seconds } budget ? budget.Amount : null;
            if (federation.Run(sink, checkpoint: null, cancellation, seconds) == RunStatus.Cancelled) return;
            EvaluationResult last = federation.Evaluator.Evaluate(federation.Server.Theta, null);
            figure = last.Gap ?? last.Objective;
        }
        catch (Exception e) when (DivergedException.Behind(e) is not null)
        {
            // Infinite: worse than anything.
        }
        log.Add(job.Contender.Label, job.Settings, job.Seed, federation.RoundsDone,
            double.IsFinite(figure) ? figure : double.PositiveInfinity);
        sink.End();
    }
}
