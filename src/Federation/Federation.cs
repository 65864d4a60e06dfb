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
        + "a smaller federation.localStepSize may help");

/// <summary>How a run uses this machine; none of it changes a single bit of the result.</summary>
/// <param name="Threads">Threads that run agents, 1 or more.</param>
/// <param name="Device">CPU or CUDA.</param>
/// <param name="BlockSize">Agents a block, rounded down to a power of two; null to choose by the number of agents and threads.</param>
public sealed record ExecutionOptions(int Threads, Device Device, int? BlockSize = null)
{
    /// <summary>A block beyond this many rows gains nothing more from being evaluated at once.</summary>
    private const int LargestDefaultBlock = 16;

    /// <summary>The size of the blocks of <paramref name="agents"/> agents. One thread has nobody to share with, so its blocks are as large as pays.</summary>
    public int BlockSizeFor(int agents) => RowSums.AlignedSize(BlockSize ?? (Threads == 1 ? LargestDefaultBlock : Math.Clamp(agents / Threads, 1, LargestDefaultBlock)));
}

/// <summary>
/// One experiment in this process: server, agents and the evaluator outside. Not thread-safe; <see cref="Run"/> blocks its caller.
/// </summary>
public sealed class Federation : IDisposable
{
    private readonly Experiment.Experiment _experiment;
    private readonly Algorithm _algorithm;
    private readonly WorkerPool _pool;
    private readonly TimeProvider _time;
    private readonly Diagnoser? _diagnoser;
    private long _envStepsBefore;
    private double _secondsBefore;
    private long _started;

    /// <summary>Builds agents and server at theta_0.</summary>
    public Federation(Experiment.Experiment experiment, ExecutionOptions execution, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        ArgumentNullException.ThrowIfNull(execution);
        (_experiment, _time, _algorithm) = (experiment, time, experiment.CreateAlgorithm());
        _pool = new WorkerPool(execution.Threads);
        using var noGrad = no_grad();
        var format = new TensorFormat(experiment.Dtype, execution.Device);
        Policy policy = experiment.CreatePolicy(format);
        double[] theta = experiment.InitialParameters ?? policy.InitialParameters(new StreamKey(experiment.Seed, StreamPurpose.Initialisation, 0, 0, 0));
        Layout = policy.Layout;
        Server = _algorithm.CreateServer(tensor(theta, dtype: format.Dtype, device: format.Device).DetachFromDisposeScope());
        if (experiment.DiagnoseEvery > 0) _diagnoser = new Diagnoser(experiment);
        Evaluator = Evaluator.Create(experiment.Environment, experiment.Objective, policy);
        LocalAgents = new LocalAgents(CreateBlocks(format, execution.BlockSizeFor(experiment.Environment.AgentNames.Count)), experiment.Environment.AgentNames, _pool)
        {
            Participation = experiment.Federation.Participation,
            Work = experiment.Federation.Work,
        };
        foreach (AgentBlock block in LocalAgents.Blocks) block.Receive(Algorithm.Theta, Server.Theta);
    }

    /// <summary>The agents.</summary>
    public LocalAgents LocalAgents { get; }

    /// <summary>The server's state.</summary>
    public ServerState Server { get; }

    /// <summary>What the true objective is known by.</summary>
    public Evaluator Evaluator { get; }

    /// <summary>How the policy's parameters are laid out.</summary>
    public ParameterLayout Layout { get; }

    /// <summary>The rounds that are done; -1 before the exchange that precedes round 0.</summary>
    public int RoundsDone { get; private set; } = -1;

    /// <summary>Transitions sampled since the start of the run, stops and resumes included.</summary>
    public long EnvSteps => _envStepsBefore + LocalAgents.EnvSteps;

    /// <summary>Seconds of training since the start of the run, stops left out.</summary>
    public double Seconds => _secondsBefore + _time.GetElapsedTime(_started).TotalSeconds;

    /// <summary>Runs the rounds that are left.</summary>
    /// <param name="sink">Takes the report of every round.</param>
    /// <param name="checkpoint">Called between rounds when a checkpoint is due, and after the last round; null for none.</param>
    /// <param name="cancellation">Ends the run at the next round boundary.</param>
    /// <exception cref="DivergedException">Parameters stopped being finite.</exception>
    public RunStatus Run(IRoundSink sink, Action? checkpoint, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(sink);
        using var noGrad = no_grad();
        _started = _time.GetTimestamp();
        int rounds = _experiment.Federation.Rounds;
        if (RoundsDone < 0)
        {
            using (NewDisposeScope()) _algorithm.Start(Server, LocalAgents);
            RoundsDone = 0;
            sink.Report(CreateReport());
        }
        while (RoundsDone < rounds && !cancellation.IsCancellationRequested)
        {
            using (NewDisposeScope()) _algorithm.Round(Server, LocalAgents, RoundsDone);
            RoundsDone++;
            ThrowIfDiverged();
            sink.Report(CreateReport());
            if (_experiment.CheckpointEvery > 0 && RoundsDone % _experiment.CheckpointEvery == 0 && RoundsDone < rounds) checkpoint?.Invoke();
        }
        checkpoint?.Invoke();
        return RoundsDone == rounds ? RunStatus.Finished : RunStatus.Cancelled;
    }

    /// <summary>Goes on from a stored state: the tensors of server and agents have been filled in by the caller.</summary>
    public void Restore(int roundsDone, long envSteps, double seconds, long bytesUp, long bytesDown)
    {
        (RoundsDone, _envStepsBefore, _secondsBefore) = (roundsDone, envSteps, seconds);
        LocalAgents.Ledger.Restore(bytesUp, bytesDown);
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
        LocalAgents.Dispose();
        Evaluator.Dispose();
        _diagnoser?.Dispose();
        StateTensors.Dispose(Server);
        _pool.Dispose();
    }

    private List<AgentBlock> CreateBlocks(TensorFormat format, int size)
    {
        int agents = _experiment.Environment.AgentNames.Count;
        Func<OracleSetup, IOracle> createOracle = _experiment.PrepareOracles(_experiment.Environment);
        var blocks = new List<AgentBlock>();
        for (int first = 0; first < agents; first += size)
        {
            int count = Math.Min(size, agents - first);
            Policy policy = _experiment.CreatePolicy(format);
            IOracle oracle = createOracle(new OracleSetup(_experiment.Environment, policy, first, count, _experiment.Objective, _experiment.Entropy, _experiment.Seed));
            blocks.Add(new AgentBlock(first, count, policy, oracle, _algorithm.CreateAgents(policy, count)));
        }
        return blocks;
    }

    private RoundReport CreateReport()
    {
        bool evaluated = RoundsDone % _experiment.EvaluateEvery == 0 || RoundsDone == _experiment.Federation.Rounds;
        bool diagnosed = _diagnoser is not null && (RoundsDone % _experiment.DiagnoseEvery == 0 || RoundsDone == _experiment.Federation.Rounds);
        double? temperature = _experiment.Entropy.IsUsed ? _experiment.Entropy.At(RoundsDone) : null;
        (double drift, double correction) = (LocalAgents.Drift(), LocalAgents.CorrectionNorm());
        LocalAgents.ResetObservations();
        return new RoundReport(
            RoundsDone, EnvSteps, evaluated ? Evaluate(temperature) : null, drift, correction,
            LocalAgents.Ledger.BytesUp, LocalAgents.Ledger.BytesDown, Seconds, LocalAgents.Rollouts(), LocalAgents.Ledger.TakeRound(),
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
