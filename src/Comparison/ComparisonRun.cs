using System.Text.Json;
using FedPG.Comparison.Plan;
using FedPG.Comparison.Results;
using FedPG.Comparison.Running;
using FedPG.Core.Options;
using FedPG.Experiments;
using FedPG.Experiments.Plugins;
using FedPG.Experiments.Reading;
using FedPG.Experiments.Runs;
using FedPG.Experiments.Training;
using FedPG.Federation;
using FedPG.Federation.Agents;
using FedPG.Federation.Execution;
using TorchSharp;

namespace FedPG.Comparison;

/// <summary>
/// A comparison in its folder: tunes, runs every algorithm with every seed, and writes tables and plots. What is finished is never run
/// again, so a comparison that was stopped or killed goes on from its folder to the same result.
/// </summary>
internal sealed class ComparisonRun : IDisposable
{
    private readonly ComparisonPlan _plan;
    private readonly ComparisonFolder _folder;
    private readonly ExperimentReader _reader;
    private readonly int _threads;

    private ComparisonRun(ComparisonPlan plan, ComparisonFolder folder, ExperimentReader reader, int threads) =>
        (_plan, _folder, _reader, _threads) = (plan, folder, reader, threads);

    /// <summary>The folder.</summary>
    public string Folder => _folder.FullPath;

    /// <summary>What is compared.</summary>
    public ComparisonPlan Plan => _plan;

    /// <summary>Checks everything that can be checked before anything is run, and makes the folder.</summary>
    /// <param name="plan">What to compare.</param>
    /// <param name="folder">The folder; must not exist, or be empty.</param>
    /// <param name="reader">Reads experiments.</param>
    /// <param name="threads">Runs at the same time; changes no bit of them.</param>
    /// <exception cref="InvalidInputException">Anything is wrong; nothing was written.</exception>
    public static ComparisonRun Start(ComparisonPlan plan, string folder, ExperimentReader reader, int threads)
    {
        ArgumentNullException.ThrowIfNull(plan);
        PlanChecks.ThrowIfFaulty(plan, reader);
        ComparisonFolder opened = ComparisonFolder.Create(folder);
        try
        {
            PlanFile.Write(opened.FullPath, plan, SoftwareVersions.ToJson());
            return new ComparisonRun(plan, opened, reader, threads);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>Goes on with a comparison.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="reader">Reads experiments.</param>
    /// <param name="threads">Runs at the same time; changes no bit of them.</param>
    /// <exception cref="InvalidInputException">It is no folder of a comparison, is in use, or its plan no longer fits.</exception>
    public static ComparisonRun Resume(string folder, ExperimentReader reader, int threads)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ComparisonPlan plan = PlanFile.Read(folder);
        PluginTrust.Require(plan.Document, Path.Combine(folder, PlanFile.Name), plan.Folder);
        PlanChecks.ThrowIfFaulty(plan, reader);
        return new ComparisonRun(plan, ComparisonFolder.Open(folder), reader, threads);
    }

    /// <summary>Does what is left, and writes tables and plots.</summary>
    /// <param name="progress">Hears how it goes.</param>
    /// <param name="cancellation">Ends the runs at their next round, with their checkpoints written.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public ComparisonResult Run(IComparisonProgress progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(progress);
        IReadOnlyList<TunedSettings> tuned = Tune(progress, cancellation);
        int?[] rounds = [.. _plan.Contenders.Zip(tuned,
            (contender, settings) => RoundCosts.RoundsWithin(_plan, _reader, contender, settings.Settings))];
        (int Contender, long Seed)[] all =
            [.. _plan.Seeds.SelectMany(seed => Enumerable.Range(0, _plan.Contenders.Count).Select(c => (c, seed)))];
        var results = new RunResult?[all.Length];
        for (int k = 0; k < all.Length; k++) results[k] = Stored(_plan.Contenders[all[k].Contender].Label, all[k].Seed);
        int[] left = [.. Enumerable.Range(0, all.Length).Where(k => results[k] is null)];
        if (left.Length > 0)
        {
            progress.Begin("runs",
                [.. _plan.Contenders.Select((c, i) =>
                    (c.Label, left.Count(k => all[k].Contender == i),
                        all.Where((a, k) => a.Contender == i && results[k] is not null).Count()))]);
            try
            {
                ParallelRunner.Run(_threads, left.Length, (k, own) =>
                {
                    (int c, long seed) = all[left[k]];
                    results[left[k]] = RunOne(_plan.Contenders[c], seed, tuned[c].Settings, rounds[c], own, progress, cancellation);
                }, cancellation);
            }
            finally
            {
                progress.Complete();
            }
        }
        // In the order of the algorithms, then of the seeds.
        RunResult[] ordered = [.. Enumerable.Range(0, all.Length).OrderBy(k => all[k].Contender).Select(k => results[k]!)];
        string name = _plan.Read(_reader, _plan.Contenders[0], _plan.Seeds[0], tuned[0].Settings, rounds[0]).Name;
        ComparisonResult result = ComparisonResult.Of(_plan, name, tuned, ordered, _folder.FullPath);
        ResultFiles.Write(_folder, result);
        return result;
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    private IReadOnlyList<TunedSettings> Tune(IComparisonProgress progress, CancellationToken cancellation)
    {
        if (_plan.Tuning is null) return [.. _plan.Contenders.Select(c => new TunedSettings(c.Label, [], null, []))];
        using var log = new TuningLog(_folder.FullPath);
        IReadOnlyList<TunedSettings> tuned = new Tuner(_plan, _plan.Tuning, _reader, log, _threads, progress).Run(cancellation);
        foreach (TunedSettings settings in tuned) progress.Note(ComparisonWords.Of(settings));
        return tuned;
    }

    /// <summary>The result of a run that has ended; null for one that has not.</summary>
    /// <exception cref="InvalidInputException">
    /// What the run has read has another content now, so that others would not compare with it.
    /// </exception>
    private RunResult? Stored(string label, long seed)
    {
        string folder = _folder.RunOf(label, seed), diverged = Path.Combine(folder, RunFolder.DivergedFile);
        try
        {
            _ = RunInputs.Check(folder, acceptChanges: false);
            if (File.Exists(diverged)) return JsonSerializer.Deserialize<RunResult>(File.ReadAllBytes(diverged), RunFolder.JsonOptions);
            return TrainingRun.ReadSummary(folder) is { Status: RunResult.Finished } summary ? RunResult.Of(label, summary) : null;
        }
        catch (JsonException)
        {
            // Not written by a run that ended.
            return null;
        }
    }

    private RunResult? RunOne(
        Contender contender, long seed, IReadOnlyList<Setting> tuned, int? rounds, int threads, IComparisonProgress progress,
        CancellationToken cancellation)
    {
        string folder = _folder.RunOf(contender.Label, seed);
        Experiment experiment = _plan.Read(_reader, contender, seed, tuned, rounds);
        var sink = new RunProgress(progress, contender.Label, experiment, _plan.Budget);
        using var trainer = FederatedTrainer.ContinueOrStart(() => experiment, folder, new ExecutionOptions(threads, torch.CPU), sink);
        if (trainer is null) return Stored(contender.Label, seed);
        RunResult result;
        try
        {
            double? seconds = _plan.Budget is { Kind: BudgetKind.Seconds } budget ? budget.Amount : null;
            RunSummary summary = trainer.RunToEnd(cancellation, seconds);
            if (summary.Status != RunResult.Finished) return null;
            result = RunResult.Of(contender.Label, summary);
        }
        catch (Exception e) when (DivergedException.Behind(e) is { } diverged)
        {
            result = Diverged(contender.Label, seed, trainer.Open().Federation, diverged);
            RunFolder.WriteJson(Path.Combine(folder, RunFolder.DivergedFile), result);
        }
        sink.End();
        return result;
    }

    private static RunResult Diverged(string label, long seed, TrainingLoop federation, DivergedException diverged) => new()
    {
        Label = label,
        Seed = seed,
        Status = RunResult.Diverged,
        Rounds = federation.RoundsDone,
        EnvSteps = federation.EnvSteps,
        Trajectories = federation.Trajectories,
        BytesUp = federation.Agents.Ledger.BytesUp,
        BytesDown = federation.Agents.Ledger.BytesDown,
        Seconds = federation.Seconds,
        Fault = diverged.Message,
    };
}
