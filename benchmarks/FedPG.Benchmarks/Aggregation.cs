using BenchmarkDotNet.Attributes;
using FedPG.Federation;
using FedPG.Federation.Agents;
using FedPG.Federation.Execution;
using static TorchSharp.torch;

namespace FedPG.Benchmarks;

/// <summary>
/// What an algorithm does with rows beside gradients: 16 agents with h-h networks in one block,
/// float32, one thread. The time is that of one agent's row.
/// </summary>
public class Aggregation : IDisposable
{
    private const int Agents = Problems.Agents;
    private static readonly AgentCall Rows = AgentCall.Sum("rows", (block, _) => block.Theta, round: 0);
    private static readonly LocalStep Step = new(0, null);
    private TrainingLoop _federation = null!;
    private AgentBlock _block = null!;
    private Tensor _gradient = null!, _memory = null!, _mean = null!;

    /// <summary>h: 10,884 parameters an agent, or 1,003,204.</summary>
    [Params(64, 950)]
    public int Width { get; set; }

    /// <summary>Makes the agents.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _federation = new TrainingLoop(Problems.Experiment(Problems.Network(Width)), new ExecutionOptions(1, CPU, BlockSize: Agents),
            TimeProvider.System);
        _block = _federation.LocalAgents.Blocks[0];
        (_gradient, _memory, _mean) = (rand_like(_block.Theta), rand_like(_block.Theta), rand_like(_federation.Server.Theta));
    }

    /// <summary>The mean over agents, with the test for finite numbers.</summary>
    [Benchmark(OperationsPerInvoke = Agents)]
    public void Mean()
    {
        using IDisposable scope = NewDisposeScope();
        _federation.LocalAgents.MeanAndShare(Rows);
        _federation.LocalAgents.Ledger.TakeRound();
    }

    /// <summary>theta &lt;- theta - eta (g - m + mbar).</summary>
    [Benchmark(OperationsPerInvoke = Agents)]
    public void CorrectedStep() => _block.Descend(_gradient, _memory, _mean, 1e-9, Step);

    /// <summary>m &lt;- g.</summary>
    [Benchmark(OperationsPerInvoke = Agents)]
    public void Memory() => _block.Keep(_memory, _gradient);

    /// <summary>||theta - thetabar||^2, as metrics.csv has it.</summary>
    [Benchmark(OperationsPerInvoke = Agents)]
    public void Drift() => _block.ObserveDrift(_mean, Step);

    /// <summary>Frees the agents.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        foreach (IDisposable? item in (IDisposable?[])[_gradient, _memory, _mean, _federation]) item?.Dispose();
        GC.SuppressFinalize(this);
    }
}
