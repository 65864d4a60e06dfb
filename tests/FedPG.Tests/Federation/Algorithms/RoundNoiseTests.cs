using FedPG.Core.Streams;
using FedPG.Envs;
using FedPG.Envs.Returns;
using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Sampling;
using FedPG.Experiments;
using FedPG.Experiments.Reading;
using FedPG.Federation;
using FedPG.Federation.Agents;
using FedPG.Federation.Algorithms;
using FedPG.Federation.Execution;
using FedPG.Federation.Rows;
using FedPG.Policies.Torch;
using FedPG.Tests.Envs;
using FedPG.Tests.Federation.Estimators.Tabular;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FedPG.Tests.Federation.Algorithms;

/// <summary>What Fast-FedPG's memory does to the noise, and that its corrections cancel.</summary>
public sealed class RoundNoiseTests
{
    private const int Horizon = 10, Batch = 2, Rounds = 400;

    /// <summary>
    /// The variance of the round's direction, (thetabar_t+1 - thetabar_t) / (eta H alpha_g), over rounds that the tiny eta leaves at the
    /// same parameters: tr(Sigma)/(N B) times 1/H, and times (1/H + 2) when agents subtract another sample than they sent. 400 rounds of 15
    /// coordinates, of which about 10 are independent, give a relative standard error of about 3 %, so a band of +-20 % is left by chance
    /// with probability below 1e-10 were it normal, which leaves room for 1e-4 with its heavier tails.
    /// </summary>
    [Theory]
    [InlineData("reuse", 1, 5)]
    [InlineData("reuse", 4, 5)]
    [InlineData("reuse", 12, 5)]
    [InlineData("fresh", 1, 5)]
    [InlineData("fresh", 4, 5)]
    [InlineData("fresh", 12, 5)]
    [InlineData("resample", 1, 5)]
    [InlineData("resample", 4, 5)]
    [InlineData("resample", 12, 5)]
    [InlineData("reuse", 4, 10)]
    public void The_noise_of_the_rounds_direction_falls_with_local_steps_unless_memories_are_sampled_anew(string memory,
        int localSteps, int agents)
    {
        const double eta = 1e-9, alpha = 0.5;
        using FedPG.Federation.TrainingLoop federation = Create($$"""
            { "seed": 11, "dtype": "float64", "environment": { "id": "RandomMdp-v0", "agents": {{agents}}, "options": {
              "states": 5, "actions": 3 } },
              "gradient": { "estimator": "gpomdp", "horizon": {{Horizon}}, "trajectories": {{Batch}}, "baseline": "none" },
              "federation": { "rounds": {{Rounds}}, "localSteps": {{localSteps}}, "localStepSize": {{eta:R}},
                "globalStepSize": {{alpha}}, "memory": "{{memory}}" },
              "evaluateEvery": 1000000, "checkpointEvery": 0 }
            """, threads: 1);
        double[]? before = null;
        var moments = new VectorMoments(federation.Layout.Length);
        Run(federation, report =>
        {
            double[] now = federation.Server.Theta.Numbers();
            if (before is not null) moments.Add([.. now.Zip(before, (b, a) => (b - a) / (eta * localSteps * alpha))]);
            before = now;
        });
        Assert.Equal(Rounds, moments.Count);
        double expected = TraceOfCovariance(agents) / (agents * Batch) * ((1.0 / localSteps) + (memory == "resample" ? 2 : 0));
        double ratio = moments.TotalVariance / expected;
        Assert.True(ratio is > 0.8 and < 1.25, $"measured over expected: {ratio}");
    }

    /// <summary>
    /// mbar is the mean of the very vectors that agents keep: bit for bit in the tree's order, and so sum over i of (mbar - m_i) is 0 but
    /// for the rounding of that mean, at most log2 N + 1 roundings of partial sums and one of the division.
    /// </summary>
    [Theory]
    [InlineData("float32", 3, "reuse")]
    [InlineData("float32", 7, "fresh")]
    [InlineData("float32", 8, "reuse")]
    [InlineData("float32", 13, "resample")]
    [InlineData("float64", 3, "fresh")]
    [InlineData("float64", 6, "resample")]
    [InlineData("float64", 11, "reuse")]
    public void Corrections_sum_to_zero_after_every_round(string dtype, int agents, string memory)
    {
        foreach ((string estimator, int threads, int block) in new[] { ("gpomdp", 2, 2), ("exact", 1, 4) })
        {
            using FedPG.Federation.TrainingLoop federation = Create($$"""
                { "dtype": "{{dtype}}", "environment": { "id": "GridWorld-v0", "agents": {{agents}}, "options": {
                  "width": 3, "height": 3 } },
                  "policy": { "kind": "neural-softmax", "hidden": [7] }, "gradient": {
                    "estimator": "{{estimator}}", "horizon": 20, "trajectories": 4 },
                  "federation": { "rounds": 6, "localSteps": 3, "localStepSize": 0.05, "memory": "{{memory}}" } }
                """, threads, block);
            int reports = 0;
            Run(federation, report =>
            {
                reports++;
                using DisposeScope scope = NewDisposeScope();
                Tensor memories = cat(federation.LocalAgents.Blocks.Select(b => ((FastFedPg.Agents)b.StateRecord).Memory).ToList());
                Tensor mean = ((FastFedPg.Server)federation.Server).MemoryMean;
                foreach (AgentBlock b in federation.LocalAgents.Blocks) Assert.Equal(mean.Bits(), b.Received["memory_mean"].Bits());
                Assert.Equal(RowSums.Tree(memories).Over(agents).Bits(), mean.Bits());

                double[] mbar = mean.Numbers(), sums = new double[mbar.Length];
                double scale = 0;
                foreach (double[] m in memories.Numbers().Chunk(mbar.Length))
                {
                    for (int k = 0; k < sums.Length; k++) sums[k] += mbar[k] - m[k];
                    scale += NumericsTesting.Norm(m);
                }
                double unit = dtype == "float32" ? Math.Pow(2, -24) : Math.Pow(2, -53);
                // The last term is the rounding of this test's own double sums.
                double limit = ((Math.Ceiling(Math.Log2(agents)) + 2) * unit * scale) + (2 * agents * Math.Pow(2, -53) * scale);
                Assert.True(NumericsTesting.Norm(sums) <= limit, $"{NumericsTesting.Norm(sums)} of {scale}");
                Assert.True(scale > 0);
            });
            Assert.Equal(7, reports);
        }
    }

    private static FedPG.Federation.TrainingLoop Create(string json, int threads, int? block = null)
    {
        Experiment experiment = ExperimentReader.Default.Read(EnvTesting.Json(json), "test", ".", []);
        return new FedPG.Federation.TrainingLoop(experiment, new ExecutionOptions(threads, CPU, block), TimeProvider.System);
    }

    private static void Run(FedPG.Federation.TrainingLoop federation, Action<RoundReport> report) =>
        Assert.Equal(RunStatus.Finished, federation.Run(new Sink(report), checkpoint: null, TestContext.Current.CancellationToken));

    /// <summary>
    /// The mean over agents of E ||ghat_i - g_i||^2 for one trajectory of the uniform policy, as 20,000 samples estimate it (to about 1 %).
    /// </summary>
    private static double TraceOfCovariance(int agents)
    {
        FiniteMdp mdp = EnvTesting.Make("RandomMdp-v0", agents, """{ "states": 5, "actions": 3 }""");
        var sampler = new TrajectorySampler(mdp, new SamplerSettings(Horizon, 1, ReturnKind.ToGo, Baseline.None, 0, Objective.Regret));
        SamplerWork work = sampler.CreateWork();
        double[] policy = [.. Enumerable.Repeat(1.0 / 3, 15)], weights = new double[15];
        double sum = 0;
        for (int agent = 0; agent < agents; agent++)
        {
            var moments = new VectorMoments(15);
            for (int sample = 0; sample < 20_000 / agents; sample++)
            {
                sampler.ScoreWeights<double>(agent, policy, default, 0, new StreamKey(12, StreamPurpose.Rollout, agent, sample, 0), false,
                    weights, work);
                moments.Add([.. weights.Select((w, k) => w - (weights.AsSpan(k / 3 * 3, 3).ToArray().Sum() / 3))]);
            }
            sum += moments.TotalVariance;
        }
        return sum / agents;
    }

    private sealed class Sink(Action<RoundReport> take) : IRoundSink
    {
        public void Report(RoundReport report) => take(report);
    }
}
