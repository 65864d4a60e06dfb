using FedPG.Envs.Streams;
using FedPG.Federation.Agents;
using FedPG.Federation.Algorithms;
using FedPG.Federation.Diagnosis;
using FedPG.Federation.Evaluation;
using FedPG.Federation.Oracles;
using FedPG.Policies;
using static TorchSharp.torch;

namespace FedPG.Federation;

/// <summary>How a run ended.</summary>
public enum RunStatus
{
    /// <summary>All rounds were run.</summary>
    Finished,

    /// <summary>It was asked to stop, and did so between two rounds.</summary>
    Cancelled,
}

/// <summary>Thrown when parameters, gradients or the objective stop being finite numbers; names the round and the agent.</summary>
/// <param name="round">The round.</param>
/// <param name="where">The agent, or the server.</param>
/// <param name="fault">What happened there, where more is known than that numbers are no longer finite.</param>
public sealed class DivergedException(int round, string where, string? fault = null)
    : Exception($"round {round}: {(fault is null ? $"the parameters or gradients of {where} are no longer finite" : $"{where}: {fault}")}; "
        + "a smaller federation.localStepSize may help")
{
    /// <summary>The divergence behind an exception, one of several of several threads too; null where there is none.</summary>
    /// <param name="exception">What a run ended with.</param>
    public static DivergedException? Behind(Exception exception) => exception switch
    {
        DivergedException diverged => diverged,
        AggregateException { InnerExceptions: var inner } => inner.Select(Behind).FirstOrDefault(d => d is not null),
        _ => null,
    };
}

/// <summary>How a run uses this machine; none of it changes a single bit of the result.</summary>
/// <param name="Threads">Threads that run agents, 1 or more.</param>
/// <param name="Device">CPU or CUDA.</param>
/// <param name="BlockSize">Agents a block, rounded down to a power of two; null to choose by the number of agents and threads.</param>
public sealed record ExecutionOptions(int Threads, Device Device, int? BlockSize = null)
{
    /// <summary>Makes the agents elsewhere; null for agents in this process.</summary>
    public Func<AgentsSetup, IFederationAgents>? CreateAgents { get; init; }

    /// <summary>A block beyond this many rows gains little from being evaluated at once.</summary>
    private const int LargestDefaultBlock = 16;

    /// <summary>Long rows are evaluated a few at once: fewer than this many gain nothing more.</summary>
    private const int SmallestLongBlock = 4;

    /// <summary>The bytes of rows that a second-level cache holds beside what is computed from them.</summary>
    private const int LargestBlockBytes = 3 << 19;

    /// <summary>What a call for a block costs however few its agents are, in agents: several with a table, a part of one where trajectories are long.</summary>
    private const int CallCost = 2;

    /// <summary>The size of blocks; unless it was given, the one that keeps the busiest thread busy for the shortest time, of those that suit the cache.</summary>
    /// <param name="agents">N.</param>
    /// <param name="rowBytes">What the d parameters of an agent take.</param>
    public int BlockSizeFor(int agents, long rowBytes)
    {
        if (BlockSize is { } given) return RowSums.AlignedSize(given);
        int best = RowSums.AlignedSize((int)Math.Clamp(LargestBlockBytes / rowBytes, SmallestLongBlock, LargestDefaultBlock));
        for (int size = best / 2; size > 0; size /= 2)
        {
            if (BusiestThread(agents, size) < BusiestThread(agents, best)) best = size;
        }
        return best;
    }

    /// <summary>What the thread with most to do does, in agents: threads take blocks in turn, and the last block may be a part of one.</summary>
    private long BusiestThread(int agents, int size)
    {
        int blocks = (agents + size - 1) / size, calls = (blocks + Threads - 1) / Threads;
        bool takesLast = blocks - ((calls - 1) * Threads) == 1;
        int rows = takesLast ? ((calls - 1) * size) + agents - ((blocks - 1) * size) : calls * size;
        return ((long)calls * CallCost) + rows;
    }
}

/// <summary>
/// One experiment: server, agents and the evaluator outside. Not thread-safe; <see cref="Run"/> blocks its caller.
/// </summary>
public sealed class Federation : IDisposable
{
    private readonly Experiment.Experiment _experiment;
    private readonly Algorithm _algorithm;
    private readonly WorkerPool _pool;
    private readonly TimeProvider _time;
    private readonly Diagnoser? _diagnoser;
    private long _envStepsBefore, _trajectoriesBefore;
    private double _secondsBefore;
    private long _started;

    /// <summary>Builds agents and server at theta_0.</summary>
    public Federation(Experiment.Experiment experiment, ExecutionOptions execution, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        ArgumentNullException.ThrowIfNull(execution);
        (_experiment, _time, _algorithm) = (experiment, time, experiment.CreateAlgorithm());
        // What threads share is agents: more threads than those would only be woken for every phase.
        _pool = new WorkerPool(Math.Min(execution.Threads, experiment.Environment.AgentNames.Count));
        using var noGrad = no_grad();
        var format = new TensorFormat(experiment.Dtype, execution.Device);
        Policy policy = experiment.CreatePolicy(format);
        double[] theta = experiment.InitialParameters ?? policy.InitialParameters(new StreamKey(experiment.Seed, StreamPurpose.Initialisation, 0, 0, 0));
        Layout = policy.Layout;
        Server = _algorithm.CreateServer(tensor(theta, dtype: format.Dtype, device: format.Device).DetachFromDisposeScope());
        if (experiment.DiagnoseEvery > 0) _diagnoser = new Diagnoser(experiment);
        var setup = new AgentsSetup(experiment, _algorithm, format, Layout, Server.Theta, _pool);
        Agents = execution.CreateAgents?.Invoke(setup) ?? new LocalAgents(setup, execution.BlockSizeFor(setup.Names.Count, (long)Layout.Length * format.ElementSize));
        Evaluator = Agents is IOwnObjectives own ? new SiteEvaluator(own, policy) : Evaluator.Create(experiment, policy, _pool);
    }

    /// <summary>The agents.</summary>
    public IFederationAgents Agents { get; }

    /// <summary>The agents, where they are in this process.</summary>
    /// <exception cref="InvalidOperationException">They are elsewhere.</exception>
    public LocalAgents LocalAgents => Agents as LocalAgents ?? throw new InvalidOperationException("the agents are not in this process");

    /// <summary>The server's state.</summary>
    public ServerState Server { get; }

    /// <summary>What the true objective is known by.</summary>
    public Evaluator Evaluator { get; }

    /// <summary>How the policy's parameters are laid out.</summary>
    public ParameterLayout Layout { get; }

    /// <summary>The rounds that are done; -1 before the exchange that precedes round 0.</summary>
    public int RoundsDone { get; private set; } = -1;

    /// <summary>Transitions sampled since the start of the run, stops and resumes included.</summary>
    public long EnvSteps => _envStepsBefore + Agents.EnvSteps;

    /// <summary>Trajectories sampled since the start of the run, stops and resumes included; 0 where the estimator samples none, or does not say how many.</summary>
    public long Trajectories => _trajectoriesBefore + Agents.Trajectories;

    /// <summary>Seconds of training since the start of the run, stops left out.</summary>
    public double Seconds => _secondsBefore + _time.GetElapsedTime(_started).TotalSeconds;

    /// <summary>Runs the rounds that are left.</summary>
    /// <param name="sink">Takes the report of every round.</param>
    /// <param name="checkpoint">Called between rounds when a checkpoint is due, and after the last round; null for none.</param>
    /// <param name="cancellation">Ends the run at the next round boundary.</param>
    /// <param name="seconds">Rounds begin as long as less time than this was trained, whatever their number; null for the experiment's number of rounds.</param>
    /// <exception cref="DivergedException">Parameters stopped being finite.</exception>
    public RunStatus Run(IRoundSink sink, Action? checkpoint, CancellationToken cancellation, double? seconds = null)
    {
        ArgumentNullException.ThrowIfNull(sink);
        using var noGrad = no_grad();
        _started = _time.GetTimestamp();
        int rounds = _experiment.Federation.Rounds;
        if (RoundsDone < 0)
        {
            Agents.BeginRound(Algorithm.StartRound);
            using (NewDisposeScope()) _algorithm.Start(Server, Agents);
            RoundsDone = 0;
            sink.Report(CreateReport());
        }
        bool IsFinished() => seconds is { } most ? Seconds >= most : RoundsDone >= rounds;
        while (!IsFinished() && !cancellation.IsCancellationRequested)
        {
            Agents.BeginRound(RoundsDone);
            using (NewDisposeScope()) _algorithm.Round(Server, Agents, RoundsDone);
            RoundsDone++;
            ThrowIfDiverged();
            sink.Report(CreateReport());
            if (_experiment.CheckpointEvery > 0 && RoundsDone % _experiment.CheckpointEvery == 0 && !IsFinished()) checkpoint?.Invoke();
        }
        RunStatus status = IsFinished() ? RunStatus.Finished : RunStatus.Cancelled;
        checkpoint?.Invoke();
        return status;
    }

    /// <summary>Goes on from a stored state: the tensors of server and agents have been filled in by the caller.</summary>
    public void Restore(int roundsDone, long envSteps, double seconds, long bytesUp, long bytesDown, long trajectories = 0)
    {
        (RoundsDone, _envStepsBefore, _secondsBefore, _trajectoriesBefore) = (roundsDone, envSteps, seconds, trajectories);
        Agents.Ledger.Restore(bytesUp, bytesDown);
    }

    /// <summary>A copy of thetabar in double precision, [d].</summary>
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
        _diagnoser?.Dispose();
        StateTensors.Dispose(Server);
        _pool.Dispose();
    }

    private RoundReport CreateReport()
    {
        bool evaluated = RoundsDone % _experiment.EvaluateEvery == 0 || RoundsDone == _experiment.Federation.Rounds;
        bool diagnosed = _diagnoser is not null && (RoundsDone % _experiment.DiagnoseEvery == 0 || RoundsDone == _experiment.Federation.Rounds);
        double? temperature = _experiment.Entropy.IsUsed ? _experiment.Entropy.At(RoundsDone) : null;
        (double drift, double correction) = (Agents.Drift(), Agents.CorrectionNorm());
        Agents.ResetObservations();
        return new RoundReport(
            RoundsDone, EnvSteps, evaluated ? Evaluate(temperature) : null, drift, correction,
            Agents.Ledger.BytesUp, Agents.Ledger.BytesDown, Seconds, Agents.Rollouts(), Agents.Ledger.TakeRound(),
            diagnosed ? _diagnoser!.Diagnose(Parameters(), RoundsDone) : null);
    }

    private Evaluation.Evaluation Evaluate(double? temperature)
    {
        Evaluation.Evaluation evaluation = Evaluator.Evaluate(Server.Theta, temperature);
        return evaluation.Fault is null ? evaluation : throw new DivergedException(RoundsDone, "the server", evaluation.Fault);
    }

    private void ThrowIfDiverged()
    {
        if (Server.Theta.AllFinite()) return;
        throw new DivergedException(RoundsDone, "the server");
    }
}
