using FedPG.Core.Options;
using FedPG.Core.Metrics;
using FedPG.Federation.Agents;
using FedPG.Federation.Algorithms;
using FedPG.Federation.Evaluation;
using FedPG.Federation.Execution;
using FedPG.Federation.Families;
using FedPG.Federation.Setup;
using FedPG.Federation.States;
using FedPG.Federation.Threads;
using FedPG.Policies;
using FedPG.Policies.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace FedPG.Federation;

/// <summary>How a run ended.</summary>
internal enum RunStatus
{
    /// <summary>All rounds were run, or the target of the experiment was reached.</summary>
    Finished,

    /// <summary>It was asked to stop, and did so between two rounds.</summary>
    Cancelled,
}

/// <summary>
/// One experiment: server, agents and the evaluator outside. Not thread-safe; <see cref="Run"/> blocks its caller.
/// </summary>
internal sealed class TrainingLoop : IDisposable
{
    private readonly TrainingSetup _experiment;
    private readonly Algorithm _algorithm;
    private readonly WorkerPool _pool;
    private readonly TimeProvider _time;
    private readonly IDiagnoser? _diagnoser;
    private readonly TargetWatch? _target;
    private long _envStepsBefore, _trajectoriesBefore;
    private double _secondsBefore;
    private long? _started;
    private (long EnvSteps, double Seconds) _reported;

    /// <summary>Builds agents and server at theta_0.</summary>
    /// <exception cref="InvalidInputException">What the algorithm asks of agents in a round depends on the server's numbers.</exception>
    public TrainingLoop(TrainingSetup experiment, ExecutionOptions execution, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        ArgumentNullException.ThrowIfNull(execution);
        (_experiment, _time, _algorithm) = (experiment, time, experiment.CreateAlgorithm());
        // What threads share is agents: more threads than those would only be woken for every phase.
        _pool = new WorkerPool(Math.Min(execution.Threads, experiment.Environment.AgentNames.Count));
        try
        {
            using var noGrad = no_grad();
            var format = new TensorFormat(experiment.Dtype, execution.Device);
            Policy policy = experiment.CreatePolicy(format);
            double[] theta = experiment.StartOf(policy)[..policy.Layout.SharedLength];
            Layout = policy.Layout;
            Server = _algorithm.NewServer(tensor(theta, dtype: format.Dtype, device: format.Device).DetachFromDisposeScope());
            RoundCheck.Require(
                experiment.Name, _algorithm, experiment.Environment.AgentNames.Count, experiment.Federation.Participation.IsEveryone,
                Server.Theta);
            _diagnoser = experiment.CreateDiagnoser?.Invoke();
            var setup = new AgentsSetup(experiment, _algorithm, format, Layout, Server.Theta, _pool);
            Agents = execution.CreateAgents?.Invoke(setup)
                ?? new LocalAgents(setup, execution.BlockSizeFor(setup.Names.Count, (long)Layout.Length * format.ElementSize));
            Personaliser.Require(experiment, Agents as IOwnObjectives);
            Evaluator = Agents is IOwnObjectives own ? new SiteEvaluator(own, policy) : ProblemFamily.Of(experiment.Environment)
                .CreateEvaluator(experiment, policy, _pool);
            Served = new ServedPolicies(experiment, _algorithm, execution, Layout, Agents, Server, Evaluator, _pool);
            Rounds = experiment.Federation.Rounds;
            if (experiment.StopAt is not { } stopAt) return;
            _target = new TargetWatch(stopAt);
            _target.Require(experiment.Name, Evaluator, experiment.Environment);
        }
        catch (Exception e)
        {
            Agents?.Dispose();
            Evaluator?.Dispose();
            _diagnoser?.Dispose();
            if (Server is not null) StateTensors.Dispose(Server);
            _pool.Dispose();
            if (MemoryNeed.Explain(e) is not { } memory) throw;
            throw new InvalidInputException(new ValidationError(experiment.Name, "policy", null, memory));
        }
    }

    /// <summary>The agents.</summary>
    internal IFederationAgents Agents { get; }

    /// <summary>The agents, where they are in this process.</summary>
    /// <exception cref="InvalidOperationException">They are elsewhere.</exception>
    internal LocalAgents LocalAgents => Agents as LocalAgents ?? throw new InvalidOperationException("the agents are not in this process");

    /// <summary>The server's state.</summary>
    public ServerState Server { get; }

    /// <summary>What the true objective is known by.</summary>
    public Evaluator Evaluator { get; }

    /// <summary>The policies that serve the agents now.</summary>
    public ServedPolicies Served { get; }

    /// <summary>How the policy's parameters are laid out.</summary>
    public ParameterLayout Layout { get; }

    /// <summary>The rounds that are done; -1 before the exchange that precedes round 0.</summary>
    public int RoundsDone { get; private set; } = -1;

    /// <summary>
    /// The rounds to run in all, 0 or more: those of the setup unless they are set. Schedules of the
    /// algorithm keep the number that they were made for.
    /// </summary>
    public int Rounds
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            Served.Forget();
            field = value;
        }
    }

    /// <summary>Whether all rounds were run, or the target of the experiment was reached.</summary>
    public bool IsFinished => RoundsDone >= Rounds || IsStopped;

    /// <summary>Whether the target of the experiment was reached, so that the run ends here (<see cref="TrainingSetup.StopAt"/>).</summary>
    public bool IsStopped => _target is { IsReached: true };

    /// <summary>The latest evaluations in a row that reach the target; null for an experiment without one.</summary>
    public int? TargetHeld => _target?.Held;

    /// <summary>The best policy so far; null before the first evaluation, and where none is kept.</summary>
    public BestPolicy? Best { get; private set; }

    /// <summary>Transitions sampled since the start of the run, stops and resumes included.</summary>
    public long EnvSteps => _envStepsBefore + Agents.EnvSteps + Served.EnvSteps;

    /// <summary>
    /// Trajectories sampled since the start of the run, stops and resumes included; 0 where the
    /// estimator samples none, or does not say how many.
    /// </summary>
    public long Trajectories => _trajectoriesBefore + Agents.Trajectories + Served.Trajectories;

    /// <summary>Seconds of training since the start of the run, stops left out.</summary>
    public double Seconds => _secondsBefore + (_started is { } since ? _time.GetElapsedTime(since).TotalSeconds : 0);

    /// <summary>Runs the rounds that are left.</summary>
    /// <param name="sink">Takes the report of every round.</param>
    /// <param name="checkpoint">Called between rounds when a checkpoint is due, and after the last round; null for none.</param>
    /// <param name="cancellation">Ends the run at the next round boundary.</param>
    /// <param name="seconds">Rounds begin as long as less time than this was trained, whatever their number; null for the experiment's
    /// number of rounds.</param>
    /// <exception cref="DivergedException">Parameters stopped being finite.</exception>
    public RunStatus Run(IRoundSink sink, Action? checkpoint, CancellationToken cancellation, double? seconds = null)
    {
        ArgumentNullException.ThrowIfNull(sink);
        return Timed(() =>
        {
            Start(sink);
            bool IsOver() => seconds is { } limit ? Seconds >= limit || IsStopped : IsFinished;
            while (!IsOver() && !cancellation.IsCancellationRequested)
            {
                Round(sink);
                if (IsCheckpointDue && !IsOver()) checkpoint?.Invoke();
            }
            RunStatus status = IsOver() ? RunStatus.Finished : RunStatus.Cancelled;
            checkpoint?.Invoke();
            return status;
        });
    }

    /// <summary>Runs one round that is left, and before the first one the exchange that precedes it.</summary>
    /// <param name="sink">Takes the report of the round, and before the first one that of row 0.</param>
    /// <param name="checkpoint">Called after the round when a checkpoint is due, and after the last round; null for none.</param>
    /// <returns>Whether a round was run; false where none is left.</returns>
    /// <exception cref="DivergedException">Parameters stopped being finite.</exception>
    public bool Step(IRoundSink sink, Action? checkpoint)
    {
        ArgumentNullException.ThrowIfNull(sink);
        return Timed(() =>
        {
            Start(sink);
            if (IsFinished) return false;
            Round(sink);
            if (IsCheckpointDue || IsFinished) checkpoint?.Invoke();
            return true;
        });
    }

    /// <summary>
    /// Has agents tune the policies that serve them, where the experiment says so and they have not (<see cref="ServedPolicies"/>).
    /// </summary>
    /// <param name="cancellation">Ends it between two steps, without a trace.</param>
    /// <returns>Whether it was done.</returns>
    /// <exception cref="DivergedException">Parameters stopped being finite.</exception>
    public bool Personalise(CancellationToken cancellation) => Timed(() => Served.Personalise(RoundsDone, cancellation));

    /// <summary>Goes on from a stored state: the tensors of server and agents have been filled in by the caller.</summary>
    public void Restore(int roundsDone, long envSteps, double seconds, long bytesUp, long bytesDown, long trajectories = 0)
    {
        (RoundsDone, _envStepsBefore, _secondsBefore, _trajectoriesBefore) = (roundsDone, envSteps, seconds, trajectories);
        _reported = (envSteps, seconds);
        Agents.Ledger.Restore(bytesUp, bytesDown);
    }

    /// <summary>Goes on with what earlier evaluations came to.</summary>
    /// <param name="targetHeld">The latest evaluations in a row that reach the target.</param>
    /// <param name="best">The best policy so far, which is this object's from now on; null for none.</param>
    public void Restore(int targetHeld, BestPolicy? best)
    {
        if (_target is not null) _target.Held = targetHeld;
        Best?.Dispose();
        Best = best;
    }

    /// <summary>A copy of thetabar in double precision, [d]; without personal parameters.</summary>
    public double[] Parameters()
    {
        using IDisposable scope = NewDisposeScope();
        return Server.Theta.detach().cpu().to(ScalarType.Float64).contiguous().Span<double>().ToArray();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Agents.Dispose();
        Evaluator.Dispose();
        Served.Dispose();
        _diagnoser?.Dispose();
        Best?.Dispose();
        StateTensors.Dispose(Server);
        _pool.Dispose();
    }

    private bool IsCheckpointDue => _experiment.CheckpointEvery > 0 && RoundsDone % _experiment.CheckpointEvery == 0;

    /// <summary>Works without gradients being recorded, and counts the time as training.</summary>
    private T Timed<T>(Func<T> work)
    {
        using var noGrad = no_grad();
        _started = _time.GetTimestamp();
        try
        {
            return work();
        }
        finally
        {
            _secondsBefore = Seconds;
            _started = null;
        }
    }

    /// <summary>The exchange before the first round, where it has not been made.</summary>
    private void Start(IRoundSink sink)
    {
        if (RoundsDone >= 0) return;
        Agents.BeginRound(Algorithm.StartRound);
        using (NewDisposeScope()) _algorithm.Run(Server, Agents, Algorithm.StartRound);
        RoundsDone = 0;
        sink.Report(CreateReport());
    }

    private void Round(IRoundSink sink)
    {
        Served.Forget();
        Agents.BeginRound(RoundsDone);
        using (NewDisposeScope()) _algorithm.Run(Server, Agents, RoundsDone);
        RoundsDone++;
        ThrowIfDiverged();
        sink.Report(CreateReport());
    }

    private RoundReport CreateReport()
    {
        bool evaluated = RoundsDone % _experiment.EvaluateEvery == 0 || RoundsDone == Rounds;
        bool diagnosed = _diagnoser is not null && (RoundsDone % _experiment.DiagnoseEvery == 0 || RoundsDone == Rounds);
        double? temperature = _experiment.Entropy.IsUsed ? _experiment.Entropy.At(RoundsDone) : null;
        RoundMetrics metrics = Agents.TakeMetrics();
        long envSteps = EnvSteps;
        EvaluationResult? evaluation = evaluated ? Evaluate(temperature) : null;
        var report = new RoundReport(
            RoundsDone, metrics, envSteps, evaluation, Agents.Ledger.BytesUp, Agents.Ledger.BytesDown, Seconds, Agents.Rollouts(),
            Agents.Ledger.TakeRound(), diagnosed ? _diagnoser!.Diagnose(Parameters(), RoundsDone) : null);
        RoundMeasures.Add(metrics, report, _reported);
        RoundMeasures.AddStage(metrics, _experiment.Curriculum, RoundsDone);
        _reported = (report.EnvSteps, report.Seconds);
        return report;
    }

    private EvaluationResult Evaluate(double? temperature)
    {
        EvaluationResult evaluation = Served.Evaluate(temperature);
        if (evaluation.Error is not null) throw new DivergedException(RoundsDone, "the server", evaluation.Error);
        _target?.See(evaluation);
        if (_experiment.KeepBest && evaluation.Objective < (Best?.Objective ?? double.PositiveInfinity)) KeepAsBest(evaluation.Objective);
        return evaluation;
    }

    private void KeepAsBest(double objective)
    {
        using DisposeScope scope = NewDisposeScope();
        Best?.Dispose();
        Best = BestPolicy.Of(RoundsDone, objective, Server.Theta, Served.OwnRows());
    }

    private void ThrowIfDiverged()
    {
        if (Server.Theta.AllFinite()) return;
        throw new DivergedException(RoundsDone, "the server");
    }
}
