using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Experiments.Reading;
using FedPG.Experiments.TensorBoard;
using FedPG.Federation;
using FedPG.Federation.Agents;
using FedPG.Federation.Evaluation;
using FedPG.Federation.Execution;
using FedPG.Federation.Families;
using FedPG.Federation.Rollouts;

namespace FedPG.Experiments.Runs;

/// <summary>
/// A training run with or without a folder. With one it starts new, or goes on from the newest checkpoint with the same bits as if it had
/// never stopped. One thread at a time.
/// </summary>
internal sealed class TrainingRun : IRoundSink, IDisposable
{
    private readonly Experiment _experiment;
    private readonly RunFolder? _folder;
    private readonly TrainingLoop _federation;
    private readonly IRoundSink _progress;
    private readonly CorrectionWatch _watch = new();
    private RunLogs? _logs;
    private TensorBoardLog? _tensorBoard;
    private RoundReport? _last;
    private RunSummary? _trained;

    private TrainingRun(Experiment experiment, RunFolder? folder, TrainingLoop federation, IRoundSink progress) =>
        (_experiment, _folder, _federation, _progress) = (experiment, folder, federation, progress);

    /// <summary>The run's folder; null for a run without one.</summary>
    public string? Folder => _folder?.FullPath;

    /// <summary>What is run.</summary>
    public Experiment Experiment => _experiment;

    /// <summary>The federation.</summary>
    public TrainingLoop Federation => _federation;

    /// <summary>T, the rounds to run in all.</summary>
    public int Rounds => _federation.Rounds;

    /// <summary>What the objective is: a word of <see cref="ObjectiveKind"/>.</summary>
    public string Minimised => ProblemFamily.Of(_experiment.Environment).ObjectiveKindOf(_experiment);

    /// <summary>What is run, on one line.</summary>
    public string Description =>
        $"{_experiment.Name}: {_experiment.AlgorithmName} on {_experiment.Environment.Name}, "
        + $"{_experiment.Environment.AgentNames.Count} agents, "
        + $"{_experiment.Environment.Size}; {_experiment.PolicyKind} policy of {_federation.Layout.Length} parameters, "
        + $"{_experiment.Estimator} gradients, seed {_experiment.Seed}"
        + (_experiment.Start is { } start ? $", from the policy of {start.Folder} after {start.Rounds} rounds" : "");

    /// <summary>Starts a new run in a folder that does not exist or is empty.</summary>
    /// <param name="experiment">What to run.</param>
    /// <param name="execution">How to use this machine.</param>
    /// <param name="folder">The run folder.</param>
    /// <param name="versions">What the resolved experiment says about the software.</param>
    /// <param name="progress">Takes every report besides the files.</param>
    /// <param name="time">The clock.</param>
    /// <param name="source">The option that named the folder, as messages call it.</param>
    /// <exception cref="InvalidInputException">The folder cannot be used.</exception>
    public static TrainingRun Start(
        Experiment experiment, ExecutionOptions execution, string folder, JsonObject versions, IRoundSink progress, TimeProvider time,
        string source = RunFolder.Out)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        ArgumentNullException.ThrowIfNull(versions);
        RunFolder.RequireEmpty(folder, RunFolder.Alternative, source);
        // Built before the folder: what fails here leaves none behind, and a cluster may have to be waited for.
        var federation = new TrainingLoop(experiment, execution, time);
        RunFolder? opened = null;
        try
        {
            opened = RunFolder.Create(folder, source: source);
            var run = new TrainingRun(experiment, opened, federation, progress);
            var document = (JsonObject)experiment.Resolved.DeepClone();
            document[ExperimentReader.VersionsKey] = versions.DeepClone();
            RunFolder.WriteJson(opened.PathOf(RunFolder.ExperimentFile), document);
            RunInputs.Record(opened.FullPath, experiment);
            run.OpenLogs(opened, document, resumedAt: null, time);
            return run;
        }
        catch
        {
            opened?.Dispose();
            federation.Dispose();
            throw;
        }
    }

    /// <summary>Starts a run that writes no file.</summary>
    /// <param name="experiment">What to run.</param>
    /// <param name="execution">How to use this machine.</param>
    /// <param name="progress">Takes every report.</param>
    /// <param name="time">The clock.</param>
    public static TrainingRun StartWithoutFolder(Experiment experiment, ExecutionOptions execution, IRoundSink progress, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        return new TrainingRun(experiment, null, new TrainingLoop(experiment, execution, time), progress);
    }

    /// <summary>Goes on with a run, from its newest checkpoint or from round 0 where there is none.</summary>
    /// <param name="folder">The run folder.</param>
    /// <param name="reader">Reads its experiment.</param>
    /// <param name="execution">How to use this machine.</param>
    /// <param name="progress">Takes every report besides the files.</param>
    /// <param name="time">The clock.</param>
    /// <param name="environment">The environment, where the run was started with one that a program made; else null.</param>
    /// <param name="changes">Whether files that the run has read may have another content now, and what takes notices.</param>
    /// <returns>null when the run is finished already, and no more rounds are asked for.</returns>
    /// <exception cref="InvalidInputException">
    /// The folder is no run folder, is in use, its files do not fit together, what the run has read has changed, or fewer rounds are asked
    /// for than are done.
    /// </exception>
    public static TrainingRun? Resume(
        string folder, ExperimentReader reader, Func<Experiment, ExecutionOptions> execution, IRoundSink progress, TimeProvider time,
        FederatedEnvironment? environment = null, ResumeChanges? changes = null)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(execution);
        changes ??= new ResumeChanges();
        var opened = RunFolder.Open(folder);
        TrainingLoop? federation = null;
        try
        {
            // A run that reached its target has ended, however many rounds are asked for.
            if (SummaryOf(opened) is { Status: RunSummary.Finished } ended
                && (!RunExtension.Exceeds(changes.Rounds, ended.Rounds) || ended.StoppedAt is not null))
            {
                opened.Dispose();
                return null;
            }
            IReadOnlyList<string> overrides = [.. RunInputs.Check(opened.FullPath, changes.Accept),
                .. RunExtension.Overrides(changes.Rounds)];
            Experiment experiment = RunInputs.WithStart(
                opened.FullPath, reader.ReadFile(opened.PathOf(RunFolder.ExperimentFile), overrides, environment));
            federation = new TrainingLoop(experiment, execution(experiment), time);
            var run = new TrainingRun(experiment, opened, federation, progress);
            (string Folder, CheckpointManifest Manifest)? checkpoint = Checkpoint.Newest(
                opened.Checkpoints, opened.LogErrors, error => changes.Notice?.Invoke($"{error}; an older checkpoint is used"));
            _ = RunExtension.Exceeds(changes.Rounds, checkpoint?.Manifest.Round ?? 0);
            if (checkpoint is { } newest) Checkpoint.Restore(newest.Folder, newest.Manifest, federation);
            opened.CutLogs(checkpoint?.Manifest.Files ?? new Dictionary<string, long>(), checkpoint?.Manifest.Round ?? -1);
            Checkpoint.DropAfter(opened.Checkpoints, checkpoint?.Folder);
            if (changes.Rounds is { } rounds) RunExtension.Record(opened, rounds);
            if (changes.Accept) RunInputs.AcceptPlugins(opened, experiment);
            if (changes.Accept || changes.Rounds is not null) RunInputs.Record(opened.FullPath);
            System.IO.File.Delete(opened.PathOf(RunFolder.DivergedFile));
            var document = (JsonObject)JsonNode.Parse(System.IO.File.ReadAllText(opened.PathOf(RunFolder.ExperimentFile)))!;
            if (SoftwareVersions.ChangeSince(document) is { } other)
                changes.Notice?.Invoke($"{opened.FullPath}: the run began with other software, which may give other numbers: {other}");
            run.OpenLogs(opened, document, checkpoint?.Manifest.Round + 1, time);
            return run;
        }
        catch
        {
            opened.Dispose();
            federation?.Dispose();
            throw;
        }
    }

    /// <summary>The summary of a run folder; null before its run has ended.</summary>
    public static RunSummary? ReadSummary(string folder)
    {
        string path = Path.Combine(folder, RunFolder.SummaryFile);
        return System.IO.File.Exists(path)
            ? JsonSerializer.Deserialize<RunSummary>(System.IO.File.ReadAllBytes(path), RunFolder.JsonOptions)
            : null;
    }

    /// <summary>Runs the rounds that are left, and writes the policy and the summary.</summary>
    /// <param name="cancellation">Ends the run at the next round boundary, with everything written.</param>
    /// <param name="seconds">Rounds begin as long as less time than this was trained, stops left out;
    /// null for the experiment's number of rounds.</param>
    /// <exception cref="DivergedException">Parameters, gradients or the objective stopped being finite; the folder says so.</exception>
    public RunSummary Run(CancellationToken cancellation, double? seconds = null)
    {
        using IDisposable? watch = _folder is null ? null : StepWatch.Keep(_folder.PathOf(RunFolder.RunningFile));
        return Finish(NotingDivergence(() => _federation.Run(this, WriteCheckpoint, cancellation, seconds)), cancellation);
    }

    /// <summary>Runs one round that is left, and before the first one the exchange that precedes it.</summary>
    /// <returns>The report of the round; null where none is left.</returns>
    /// <exception cref="DivergedException">Parameters, gradients or the objective stopped being finite; the folder says so.</exception>
    public RoundReport? Step() => NotingDivergence(() => _federation.Step(this, WriteCheckpoint)) ? _last : null;

    /// <summary>Writes the policy and the summary as they are now, where there is a folder.</summary>
    /// <returns>The summary.</returns>
    public RunSummary Finish() =>
        Finish(_federation.IsFinished ? RunStatus.Finished : RunStatus.Cancelled, CancellationToken.None);

    private T NotingDivergence<T>(Func<T> train)
    {
        try
        {
            return train();
        }
        catch (Exception e) when (DivergedException.Behind(e) is { } diverged)
        {
            if (_folder is not null)
            {
                _tensorBoard!.End(success: false);
                RunFolder.WriteJson(
                    _folder.PathOf(RunFolder.DivergedFile),
                    new { Status = "diverged", Rounds = _federation.RoundsDone, Fault = diverged.Message });
            }
            throw;
        }
    }

    private RunSummary Finish(RunStatus status, CancellationToken cancellation)
    {
        RunSummary summary = Summarise(ref status, cancellation);
        if (_folder is null) return summary;
        _progress.Stage("writing policy and summary");
        using (TorchSharp.torch.NewDisposeScope())
        {
            PolicyFiles.Write(
                _folder.PolicyFolder, _federation.Server.Theta, _federation.Served.OwnRows(), _federation.Layout, _federation.RoundsDone,
                _experiment.Resolved["policy"]!, _federation.Best);
        }
        if (status == RunStatus.Finished) _tensorBoard!.End(success: true);
        RunFolder.WriteJson(_folder.PathOf(RunFolder.SummaryFile), summary);
        return summary;
    }

    /// <inheritdoc/>
    public void Report(RoundReport report)
    {
        _last = report;
        _watch.See(report);
        _logs?.Report(report);
        _tensorBoard?.Report(report);
        _progress.Report(report);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _logs?.Dispose();
        _tensorBoard?.Dispose();
        _federation.Dispose();
        _folder?.Dispose();
    }

    private static RunSummary? SummaryOf(RunFolder folder)
    {
        try
        {
            return ReadSummary(folder.FullPath);
        }
        catch (JsonException)
        {
            // Not written by a run that ended: going on from the last checkpoint writes it anew.
            return null;
        }
    }

    private void OpenLogs(RunFolder folder, JsonObject document, int? resumedAt, TimeProvider time)
    {
        IReadOnlyList<string> names = _experiment.Environment.AgentNames;
        Evaluator evaluator = _federation.Evaluator;
        _logs = new RunLogs(
            folder.FullPath, names, evaluator.AgentOptima, evaluator.IsEstimate, _experiment.Entropy.IsUsed, _experiment.DiagnoseEvery > 0);
        _tensorBoard = new TensorBoardLog(folder.FullPath, names, document, RunFolder.JsonOptions, resumedAt, time,
            new PolicyEvents(_federation, _experiment.Federation, () => (_progress as IPainterSource)?.Painter, time));
    }

    private void WriteCheckpoint()
    {
        if (_folder is null) return;
        _tensorBoard!.Flush();
        Dictionary<string, long> lengths = _folder.Lengths(_logs!);
        Checkpoint.Write(_folder.Checkpoints, _federation, lengths, _folder.Digests(lengths));
    }

    /// <summary>
    /// The summary of the policies that serve agents: those of the last round, or where these are tuned afterwards, the tuned ones with the
    /// summary before. A run that is cancelled while they are tuned is one that was cancelled after its last round.
    /// </summary>
    private RunSummary Summarise(ref RunStatus status, CancellationToken cancellation)
    {
        bool isTuned = _federation.Served.IsPersonalised;
        if (!isTuned)
        {
            if (_last?.Evaluation is null) _progress.Stage("evaluation");
            _trained = SummaryOf(status, _last?.Evaluation ?? _federation.Served.Evaluate(null));
        }
        if (status != RunStatus.Finished || _experiment.Personalise.Steps == 0) return _trained!;
        if (!isTuned) _progress.Stage("steps of each agent by itself");
        if (!NotingDivergence(() => _federation.Personalise(cancellation)))
        {
            status = RunStatus.Cancelled;
            return _trained! with { Status = RunSummary.Cancelled, Certificate = null };
        }
        return SummaryOf(RunStatus.Finished, NotingDivergence(EvaluateTuned)) with { BeforePersonalise = _trained };
    }

    private EvaluationResult EvaluateTuned()
    {
        EvaluationResult tuned = _federation.Served.Evaluate(null);
        return tuned.Error is null
            ? tuned
            : throw new DivergedException(_federation.RoundsDone, "an agent, after personalise", tuned.Error);
    }

    private RunSummary SummaryOf(RunStatus status, EvaluationResult final) =>
        RunSummaries.Of(_experiment, _federation, status, final, _progress.Stage) with { Folder = Folder, Setback = _watch.Result };
}
