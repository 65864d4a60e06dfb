using System.Runtime.InteropServices;
using FedPG.Core.Streams;
using FedPG.Envs.Returns;
using FedPG.Envs.Tabular.Sampling;
using FedPG.Experiments;
using FedPG.Federation.Execution;
using FedPG.Federation.Threads;
using FedPG.Policies;
using FedPG.Policies.Heads;
using FedPG.Policies.Tabular;
using static TorchSharp.torch;

namespace FedPG.Cli.Bench;

/// <summary>
/// What trajectories of listed states take without training: sampled from a table, and with the policy evaluated for every batch.
/// </summary>
internal static class TabularBench
{
    /// <summary>
    /// Steps a second of one thread that samples one agent after another from the uniform policy's table, score weights included.
    /// </summary>
    public static Spread EnvironmentRate(Experiment experiment, SamplerSettings settings, int repeats)
    {
        var sampler = new TrajectorySampler(experiment.Mdp, settings);
        SamplerWork work = sampler.CreateWork();
        float[] uniform = new float[experiment.Mdp.States * experiment.Mdp.Actions], weights = new float[uniform.Length];
        Array.Fill(uniform, 1f / experiment.Mdp.Actions);
        return StepRates.Measure(repeats, round =>
        {
            long steps = 0;
            for (int i = 0; i < experiment.Mdp.Agents.Count; i++)
                steps += sampler.ScoreWeights<float>(i, uniform, default, 0,
                    new StreamKey(experiment.Seed, StreamPurpose.Rollout, i, round, 0), false, weights, work).EnvSteps;
            return steps;
        });
    }

    /// <summary>Steps a second where the policy is evaluated for every batch, and nothing is differentiated.</summary>
    public static Spread PolicyRate(Experiment experiment, SamplerSettings settings, BenchSettings bench)
    {
        var sampler = new TrajectorySampler(experiment.Mdp, settings);
        ExecutionOptions execution = bench.Execution;
        using Policy policy = experiment.CreatePolicy(TensorFormat.Float32);
        int agents = experiment.Mdp.Agents.Count, size = execution.BlockSizeFor(agents, sizeof(float) * (long)policy.Layout.Length);
        Block[] blocks = [.. Enumerable.Range(0, (agents + size - 1) / size)
            .Select(k => new Block(experiment, sampler, execution.Device, k * size, Math.Min(size, agents - (k * size))))];
        using var pool = new WorkerPool(Math.Min(execution.Threads, blocks.Length));
        Spread rate = StepRates.Measure(bench.Repeats, round =>
        {
            pool.Run(blocks.Length, k => blocks[k].Sample(round));
            return blocks.Sum(b => b.Steps);
        });
        foreach (Block block in blocks) block.Dispose();
        return rate;
    }

    private sealed class Block : IDisposable
    {
        private readonly Experiment _experiment;
        private readonly TrajectorySampler _sampler;
        private readonly SamplerWork _work;
        private readonly TabularPolicy _policy;
        private readonly Tensor _rows;
        private readonly float[] _weights, _probabilities;
        private readonly int _first, _count;

        public Block(Experiment experiment, TrajectorySampler sampler, Device device, int first, int count)
        {
            (_experiment, _sampler, _work, _first, _count) = (experiment, sampler, sampler.CreateWork(), first, count);
            _policy = (TabularPolicy)experiment.CreatePolicy(new TensorFormat(ScalarType.Float32, device));
            double[] theta = _policy.InitialParameters(new StreamKey(experiment.Seed, StreamPurpose.Initialisation, 0, 0, 0));
            using IDisposable scope = NewDisposeScope();
            _rows = tensor(theta, dtype: ScalarType.Float32, device: device).expand(count, -1).contiguous().DetachFromDisposeScope();
            _weights = new float[experiment.Mdp.States * experiment.Mdp.Actions];
            _probabilities = new float[count * _weights.Length];
        }

        public long Steps { get; private set; }

        public void Sample(int round)
        {
            using IDisposable scope = NewDisposeScope();
            using var noGrad = no_grad();
            Exponentials.Of(MemoryMarshal.Cast<byte, float>(_policy.forward(_rows).cpu().contiguous().bytes), _probabilities);
            ReadOnlySpan<float> probabilities = _probabilities;
            Steps = 0;
            for (int i = 0; i < _count; i++)
            {
                var key = new StreamKey(_experiment.Seed, StreamPurpose.Rollout, _first + i, round, 0);
                Steps += _sampler.ScoreWeights(_first + i, probabilities.Slice(i * _weights.Length, _weights.Length), default, 0, key,
                    false, _weights, _work).EnvSteps;
            }
        }

        public void Dispose()
        {
            _rows.Dispose();
            _policy.Dispose();
        }
    }
}
