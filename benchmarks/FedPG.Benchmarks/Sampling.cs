using BenchmarkDotNet.Attributes;
using FedPG.Core.Streams;
using FedPG.Envs;
using FedPG.Envs.Returns;
using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Sampling;

namespace FedPG.Benchmarks;

/// <summary>
/// A batch of 32 trajectories of 50 steps under the uniform policy, score weights included. The time is that of one step.
/// </summary>
public class Sampling
{
    private const int Trajectories = 32, Horizon = 50;
    private readonly Dictionary<Baseline, TrajectorySampler> _samplers = [];
    private SamplerWork _work = null!;
    private float[] _policy = [], _logs = [], _weights = [];
    private int _round;

    /// <summary>A grid of 100 states, one of 10,000, whose tables leave the first-level cache, and one where trajectories end.</summary>
    [Params("grid 10 x 10", "grid 100 x 100", "FrozenLake-v1")]
    public string Problem { get; set; } = "";

    /// <summary>Makes the tables.</summary>
    [GlobalSetup]
    public void Setup()
    {
        FiniteMdp mdp = Problem switch
        {
            "grid 10 x 10" => Problems.Grid(10),
            "grid 100 x 100" => Problems.Grid(100),
            _ => Problems.Mdp(Problem),
        };
        foreach (Baseline baseline in (Baseline[])[Baseline.None, Baseline.LeaveOneOut])
            _samplers[baseline] = new TrajectorySampler(mdp,
                new SamplerSettings(Horizon, Trajectories, ReturnKind.ToGo, baseline, 0, Objective.Regret));
        _work = _samplers[Baseline.None].CreateWork();
        _policy = new float[mdp.States * mdp.Actions];
        (_logs, _weights) = (new float[_policy.Length], new float[_policy.Length]);
        Array.Fill(_policy, 1f / mdp.Actions);
        Array.Fill(_logs, MathF.Log(1f / mdp.Actions));
    }

    /// <summary>Without a baseline.</summary>
    [Benchmark(OperationsPerInvoke = Trajectories * Horizon)]
    public long Step() => Sample(Baseline.None, 0);

    /// <summary>With the baseline of the other trajectories.</summary>
    [Benchmark(OperationsPerInvoke = Trajectories * Horizon)]
    public long StepLeaveOneOut() => Sample(Baseline.LeaveOneOut, 0);

    /// <summary>With the baseline of the other trajectories, and entropy in the costs.</summary>
    [Benchmark(OperationsPerInvoke = Trajectories * Horizon)]
    public long StepWithEntropy() => Sample(Baseline.LeaveOneOut, 0.05);

    private long Sample(Baseline baseline, double temperature) =>
        _samplers[baseline].ScoreWeights<float>(0, _policy, _logs, temperature, new StreamKey(1, StreamPurpose.Rollout, 0, _round++, 0),
            false, _weights, _work).EnvSteps;
}
