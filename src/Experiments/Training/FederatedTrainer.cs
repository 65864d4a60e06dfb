using System.Text.Json;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Experiments.Reading;
using FedPG.Experiments.Runs;
using FedPG.Federation;
using FedPG.Federation.Agents;
using FedPG.Federation.Algorithms;
using FedPG.Federation.Estimators;
using FedPG.Federation.Execution;
using FedPG.Policies;
using TorchSharp;

namespace FedPG.Experiments.Training;

/// <summary>
/// Trains a policy from a program: the way to all that <c>fedpg train</c> does. What is given as records goes through the same reader as an
/// experiment file, so the same rules and messages hold for both, and a folder gets the same files. One thread at a time.
/// </summary>
/// <example>
/// <code>
/// using var trainer = new FederatedTrainer(
///     GridWorld.Create(agents: 8, new GridWorldOptions { Slip = 0.2 }),
///     new TabularSoftmaxOptions(),
///     new GpomdpOptions { Horizon = 50, Trajectories = 32 },
///     new FastFedPgOptions { LocalSteps = 10, LocalStepSize = 0.01 });
/// TrainingResult result = trainer.Run(rounds: 300);
/// int action = result.Policy.Act(state, agent: 3);
/// </code>
/// </example>
public sealed partial class FederatedTrainer : IDisposable
{
    private readonly string _folderSource = nameof(TrainingOptions) + "." + nameof(TrainingOptions.Folder);
    private readonly ExperimentReader _reader;
    private readonly ExecutionOptions _execution;
    private readonly RoundSinks _sinks = new();
    private readonly string? _folder;
    private TrainingRun? _run;
    private readonly TrainingResult? _stored;
    private int _busy;

    /// <summary>Makes a trainer from an environment and records of options.</summary>
    /// <param name="environment">
    /// The environment, made for all agents. One that was made from its definition can be made again from the run folder; one that was made
    /// by hand cannot, and <see cref="Resume"/> and <see cref="TrainedPolicy.Load"/> then have to be given it.
    /// </param>
    /// <param name="policy">The policy.</param>
    /// <param name="gradient">How gradients are had.</param>
    /// <param name="algorithm">The algorithm.</param>
    /// <param name="options">Everything else; null for the defaults.</param>
    /// <exception cref="InvalidInputException">Options are not allowed or do not fit together: all
    /// errors at once, by their keys in a file.</exception>
    public FederatedTrainer(
        FederatedEnvironment environment, PolicyOptions policy, GradientOptions gradient, AlgorithmOptions algorithm,
        TrainingOptions? options = null)
        : this(
            ExperimentReader.Default, ExperimentRecords.Read(environment, policy, gradient, algorithm, options ??= new()), options.Folder,
            ExecutionOf(options)) { }

    /// <summary>Makes a trainer of an experiment that was read.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="folder">The run folder, which must not exist or be empty; null for a run that writes no file.</param>
    /// <param name="execution">How to use this machine; null for all cores of the CPU.</param>
    public FederatedTrainer(Experiment experiment, string? folder = null, ExecutionOptions? execution = null)
        : this(ExperimentReader.Default, experiment, folder, execution) { }

    private FederatedTrainer(ExperimentReader reader, Experiment experiment, string? folder, ExecutionOptions? execution)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        (_reader, Experiment, _folder) = (reader, experiment, folder);
        _execution = execution ?? AllCores;
        if (folder is not null) RunFolder.RequireEmpty(folder, source: _folderSource);
    }

    /// <summary>What is trained, with all defaults written out.</summary>
    public Experiment Experiment { get; private set; }

    /// <summary>T, the rounds to run in all.</summary>
    public int Rounds => _run?.Rounds ?? _stored?.Rounds ?? Experiment.Federation.Rounds;

    /// <summary>The rounds that are done, 0 before the first.</summary>
    public int RoundsDone => _stored?.Rounds ?? Math.Max(0, _run?.Federation.RoundsDone ?? 0);

    /// <summary>The run folder; null for a run without one.</summary>
    public string? Folder => _run?.Folder ?? _folder;

    private static ExecutionOptions AllCores => new(Environment.ProcessorCount, torch.CPU);

    /// <summary>Makes a trainer from an experiment file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="overrides">Values <c>key.path=value</c> in the place of the file's, as <c>--set</c> takes them; null for none.</param>
    /// <param name="folder">The run folder, which must not exist or be empty; null for a run that writes no file.</param>
    /// <param name="execution">How to use this machine; null for all cores of the CPU.</param>
    /// <exception cref="InvalidInputException">Anything is wrong with the file or the overrides: all errors at once.</exception>
    public static FederatedTrainer FromFile(
        string path, IReadOnlyList<string>? overrides = null, string? folder = null, ExecutionOptions? execution = null) =>
        new(ExperimentReader.Default.ReadFile(path, overrides ?? []), folder, execution);

    /// <summary>Goes on with the run of a folder, from its newest checkpoint, to the same bits as if it had never stopped.</summary>
    /// <param name="folder">The run folder.</param>
    /// <param name="environment">The environment, where a program made it by hand; else null, for the one that the folder names.</param>
    /// <param name="execution">How to use this machine; null for all cores of the CPU.</param>
    /// <param name="rounds">T, the rounds to run in all, at least those that are done; null for those of the experiment.</param>
    /// <returns>The trainer; of a finished run it has nothing left to do, unless more rounds are asked for, and gives its result.</returns>
    /// <exception cref="InvalidInputException">
    /// The folder is no run folder, is in use, its files do not fit together, or fewer rounds are asked for than are done.
    /// </exception>
    public static FederatedTrainer Resume(
        string folder, FederatedEnvironment? environment = null, ExecutionOptions? execution = null, int? rounds = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        execution ??= AllCores;
        if (Continue(folder, execution, environment, new ResumeChanges(Rounds: rounds)) is { } unfinished) return unfinished;
        StoredPolicy stored = StoredPolicy.Read(folder, ExperimentReader.Default, nameof(folder), environment);
        return new FederatedTrainer(ExperimentReader.Default, stored, TrainingRun.ReadSummary(folder)!, execution);
    }

    private FederatedTrainer(ExperimentReader reader, TrainingRun run, RoundSinks sinks, ExecutionOptions execution) =>
        (_reader, Experiment, _run, _sinks, _execution) = (reader, run.Experiment, run, sinks, execution);

    private FederatedTrainer(ExperimentReader reader, StoredPolicy stored, RunSummary summary, ExecutionOptions execution) =>
        (_reader, Experiment, _stored, _folder, _execution) =
            (reader, stored.Experiment, new TrainingResult(summary, new TrainedPolicy(stored)), stored.Folder, execution);

    /// <summary>
    /// Has training start from a policy that was trained before, in the place of a uniform one. Parameters are matched by name and shape; a
    /// context that only this experiment's policy is told starts with weights of zero, so that the first policy is the one given.
    /// </summary>
    /// <param name="policy">That of a run (<see cref="TrainingResult.Policy"/>) or a folder (<see cref="TrainedPolicy.Load"/>).</param>
    /// <exception cref="InvalidInputException">The policy does not fit; the message names each parameter.</exception>
    /// <exception cref="InvalidOperationException">Training has begun.</exception>
    public void StartFrom(TrainedPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        _ = Alone(() =>
        {
            if (_run is not null || _stored is not null) throw new InvalidOperationException("training has begun");
            bool again = Experiment.Start is not null;
            Experiment own = again ? Experiment with { InitialParameters = null, InitialPersonal = null, Start = null } : Experiment;
            return Experiment = policy.Stored.AsStartOf(own, nameof(policy));
        });
    }

    /// <summary>Calls a function with the report of every round, on the thread that trains: training waits for it.</summary>
    /// <param name="report">The function.</param>
    public void OnRound(Action<RoundReport> report)
    {
        ArgumentNullException.ThrowIfNull(report);
        AddSink(new CallbackSink(report));
    }

    /// <summary>Hands the report of every round to a sink, on the thread that trains: training waits for it.</summary>
    /// <param name="sink">The sink.</param>
    public void AddSink(IRoundSink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        _sinks.Add(sink);
    }

    /// <summary>Runs one round, and before the first one the exchange that precedes it.</summary>
    /// <returns>The report of the round; null where all rounds are done.</returns>
    /// <exception cref="DivergedException">Parameters, gradients or the objective stopped being finite.</exception>
    /// <exception cref="InvalidInputException">The folder cannot be used.</exception>
    public RoundReport? Step() => Alone(() => _stored is null ? Open().Step() : null);

    /// <summary>Runs the rounds that are left.</summary>
    /// <param name="rounds">
    /// T, the rounds to run in all, 0 to 10^8; null for those of the options. Before the first round it takes their place. Later, in a run
    /// without a folder, it moves the end, and schedules of step sizes keep theirs; a run with a folder is one experiment, whose end stays.
    /// </param>
    /// <param name="progress">Gets the report of every round; null for nobody.</param>
    /// <param name="cancellationToken">Ends training at the next round boundary. Nothing is thrown:
    /// the result says that it is not finished.</param>
    /// <returns>The result; with a folder, it is written there too.</returns>
    /// <exception cref="DivergedException">Parameters, gradients or the objective stopped being finite.</exception>
    /// <exception cref="InvalidInputException">The folder cannot be used, or the number of rounds is not allowed.</exception>
    /// <exception cref="InvalidOperationException">Another number of rounds for a run with a folder that has begun.</exception>
    public TrainingResult Run(int? rounds = null, IProgress<RoundReport>? progress = null,
        CancellationToken cancellationToken = default) => Alone(() =>
    {
        if (rounds is { } total && total != Rounds) SetRounds(total);
        if (_stored is not null) return _stored;
        TrainingRun run = Open();
        if (progress is null) return ResultOf(run, run.Run(cancellationToken));
        var sink = new CallbackSink(progress.Report);
        _sinks.Add(sink);
        try
        {
            return ResultOf(run, run.Run(cancellationToken));
        }
        finally
        {
            _sinks.Remove(sink);
        }
    });

    /// <summary>Runs the rounds that are left on a thread of its own.</summary>
    /// <inheritdoc cref="Run"/>
    public Task<TrainingResult> RunAsync(
        int? rounds = null, IProgress<RoundReport>? progress = null, CancellationToken cancellationToken = default) =>
        // Cancellation ends the run with a result, so the task itself is never cancelled.
        Task.Factory.StartNew(
            () => Run(rounds, progress, cancellationToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>The result as it is now, for those who go round by round; with a folder, policy and summary are written there.</summary>
    /// <exception cref="InvalidOperationException">No round was run.</exception>
    public TrainingResult Result() => Alone(() =>
    {
        if (_stored is not null) return _stored;
        return _run is { Federation.RoundsDone: >= 0 } run
            ? ResultOf(run, run.Finish())
            : throw new InvalidOperationException("no round was run yet");
    });

    /// <summary>Releases agents and folder. A run with a folder that is not finished can be resumed.</summary>
    public void Dispose() => _run?.Dispose();

    private static ExecutionOptions ExecutionOf(TrainingOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Threads);
        return options.Execution ?? new ExecutionOptions(options.Threads, torch.CPU);
    }

    private TrainingResult ResultOf(TrainingRun run, RunSummary summary)
    {
        double[][]? own = run.Federation.Served.OwnParameters();
        var stored = new StoredPolicy(run.Folder ?? "", StoredPolicy.Judged(Experiment, own), summary.Rounds, run.Federation.Parameters());
        return new TrainingResult(summary, new TrainedPolicy(stored with { OwnRows = own }));
    }

    private void SetRounds(int rounds)
    {
        if (_stored is not null || (_run is not null && _folder is not null))
            throw new InvalidOperationException($"the run in {Folder} has {Rounds} rounds, which cannot be changed once it has begun");
        if (_run is not null)
        {
            _run.Federation.Rounds = rounds;
            return;
        }
        JsonElement document = JsonSerializer.SerializeToElement(Experiment.Resolved);
        Experiment changed = _reader.Read(
            document, nameof(FederatedTrainer), Environment.CurrentDirectory,
            [FormattableString.Invariant($"federation.rounds={rounds}")], Experiment.GivenEnvironment);
        Experiment = changed with
        {
            InitialParameters = Experiment.InitialParameters,
            InitialPersonal = Experiment.InitialPersonal,
            Start = Experiment.Start,
        };
    }

    private T Alone<T>(Func<T> work)
    {
        if (Interlocked.Exchange(ref _busy, 1) != 0) throw new InvalidOperationException("the trainer is in use by another thread");
        try
        {
            return work();
        }
        finally
        {
            Volatile.Write(ref _busy, 0);
        }
    }
}
