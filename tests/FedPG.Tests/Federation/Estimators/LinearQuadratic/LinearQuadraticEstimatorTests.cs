using FedPG.Core.Streams;
using FedPG.Envs;
using FedPG.Envs.LinearQuadratic;
using FedPG.Envs.Returns;
using FedPG.Federation.Estimators;
using FedPG.Federation.Estimators.LinearQuadratic;
using FedPG.Policies;
using FedPG.Policies.LinearQuadratic;
using FedPG.Tests.Envs.LinearQuadratic;
using FedPG.Tests.Federation.Estimators.Tabular;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FedPG.Tests.Federation.Estimators.LinearQuadratic;

public sealed class LinearQuadraticEstimatorTests
{
    /// <summary>The agent that is sampled; not the first, so that costs of another one would show.</summary>
    private const int Agent = 1;

    /// <summary>
    /// Within 6 standard errors in each of 6 coordinates and 14 cases: a false alarm in at most 14 x 6 x 2e-9 = 2e-7 of all seeds (200
    /// batches of 32 trajectories: the means are as good as Gaussian); the seeds are fixed.
    /// Truncation after 60 steps at 0.8 leaves 2e-6 of the cost.
    /// </summary>
    [Theory]
    [InlineData("mixing, discounted", 60, ReturnKind.ToGo, Baseline.None)]
    [InlineData("mixing, discounted", 60, ReturnKind.ToGo, Baseline.Constant)]
    [InlineData("mixing, discounted", 60, ReturnKind.ToGo, Baseline.LeaveOneOut)]
    [InlineData("mixing, discounted", 60, ReturnKind.Total, Baseline.None)]
    [InlineData("mixing, discounted", 60, ReturnKind.Total, Baseline.Constant)]
    [InlineData("mixing, discounted", 60, ReturnKind.Total, Baseline.LeaveOneOut)]
    [InlineData("mixing, 5 steps", 50, ReturnKind.ToGo, Baseline.None)]
    [InlineData("mixing, 5 steps", 50, ReturnKind.ToGo, Baseline.Constant)]
    [InlineData("mixing, 5 steps", 50, ReturnKind.ToGo, Baseline.LeaveOneOut)]
    [InlineData("mixing, 5 steps", 50, ReturnKind.Total, Baseline.None)]
    [InlineData("mixing, 5 steps", 50, ReturnKind.Total, Baseline.Constant)]
    [InlineData("mixing, 5 steps", 50, ReturnKind.Total, Baseline.LeaveOneOut)]
    [InlineData("mixing, 4 discounted steps", 4, ReturnKind.ToGo, Baseline.LeaveOneOut)]
    [InlineData("mixing, 4 discounted steps", 4, ReturnKind.Total, Baseline.Constant)]
    public void The_mean_estimate_is_the_exact_gradient(string name, int horizon, ReturnKind kind, Baseline baseline)
    {
        const double sigma = 0.5;
        LinearQuadraticProblem problem = LinearQuadraticTesting.Problem(name);
        double[] theta = LinearQuadraticTesting.Gain(problem, seed: 8), exact = new double[theta.Length];
        problem.ObjectiveOf(problem.Agents[Agent], sigma).Gradient(theta, exact);
        VectorMoments moments = Estimates(problem, new SamplerSettings(horizon, 32, kind, baseline, 1.5, Objective.Reward),
            sigma, theta, 200);
        Assert.InRange(moments.LargestZ(exact), 0, 6);
    }

    /// <summary>The same test finds a gradient of the other agent, of other noise and of the opposite gain: it has the power to.</summary>
    [Fact]
    public void Wrong_gradients_are_found()
    {
        const double sigma = 0.5;
        LinearQuadraticProblem problem = LinearQuadraticTesting.Problem("mixing, discounted");
        double[] theta = LinearQuadraticTesting.Gain(problem, seed: 8), wrong = new double[theta.Length];
        VectorMoments moments = Estimates(problem, new SamplerSettings(60, 32, ReturnKind.ToGo, Baseline.LeaveOneOut, 0, Objective.Reward),
            sigma, theta, 200);
        problem.ObjectiveOf(problem.Agents[0], sigma).Gradient(theta, wrong);
        Assert.True(moments.LargestZ(wrong) > 8);
        problem.ObjectiveOf(problem.Agents[Agent], 0).Gradient(theta, wrong);
        Assert.True(moments.LargestZ(wrong) > 8);
        problem.ObjectiveOf(problem.Agents[Agent], sigma).Gradient([.. theta.Select(k => -k)], wrong);
        Assert.True(moments.LargestZ(wrong) > 8);
    }

    [Fact]
    public void Log_pi_is_that_of_the_Gaussian_and_its_gradient_the_derivative()
    {
        const double sigma = 0.3, h = 1e-4;
        using DisposeScope scope = NewDisposeScope();
        LinearQuadraticProblem problem = LinearQuadraticTesting.Problem("mixing");
        using var policy = new LinearPolicy(problem, sigma, TensorFormat.Float64);
        double[] theta = LinearQuadraticTesting.Gain(problem, seed: 3), x = NumericsTesting.Uniform(1, 12, 1),
            u = NumericsTesting.Uniform(2, 8, 1), w = NumericsTesting.Uniform(4, 4, 1);
        Tensor observations = tensor(x, [1, 4, 3]), actions = tensor(u, [1, 4, 2]);
        double[] expected = [.. Enumerable.Range(0, 4).Select(pair => Enumerable.Range(0, 2).Sum(j =>
        {
            double mean = -Enumerable.Range(0, 3).Sum(i => theta[(j * 3) + i] * x[(pair * 3) + i]), z = (u[(pair * 2) + j] - mean) / sigma;
            return (-0.5 * z * z) - Math.Log(sigma * Math.Sqrt(2 * Math.PI));
        }))];
        PolicyEvaluation evaluation = policy.Evaluate(tensor(theta, [1, 6]), observations, actions);
        Assert.Equal([1, 4], evaluation.Output.shape);
        Assert.All(expected.Zip(evaluation.Output.Numbers()), pair => Assert.Equal(pair.First, pair.Second, 1e-12));
        Tensor gradient = zeros(1, 6, dtype: ScalarType.Float64);
        evaluation.Backward(tensor(w, [1, 4]), gradient);
        double[] actual = gradient.Numbers();
        for (int k = 0; k < theta.Length; k++)
            Assert.Equal((Weighted(k, h) - Weighted(k, -h)) / (2 * h), actual[k], 1e-7);
        using var deterministic = new LinearPolicy(problem, 0, TensorFormat.Float64);
        Assert.Throws<InvalidOperationException>(() => deterministic.Evaluate(tensor(theta, [1, 6]), observations, actions));

        double Weighted(int coordinate, double step)
        {
            double[] moved = [.. theta.Select((t, k) => k == coordinate ? t + step : t)];
            return policy.Evaluate(tensor(moved, [1, 6]), observations, actions).Output.Numbers().Zip(w, (l, weight) => l * weight).Sum();
        }
    }

    /// <summary>Every one of 2 x 5 bounds is 6 standard errors wide: a false alarm in 2e-8 of all seeds.</summary>
    [Fact]
    public void The_noise_is_standard_normal_and_independent()
    {
        const int trajectories = 50_000;
        var moments = new VectorMoments(10);
        double[] z = new double[6];
        for (int trajectory = 0; trajectory < trajectories; trajectory++)
        {
            Normals.Fill(new StreamKey(5, StreamPurpose.Rollout, 2, 3, 4), trajectory, 7, z);
            moments.Add([z[0], z[5], z[0] * z[0], z[5] * z[5], Math.Pow(z[1], 3), Math.Pow(z[2], 4), z[0] * z[1], z[2] * z[3], z[0] * z[4],
                Math.Abs(z[3]) < 0.67448975019608171 ? 1 : 0]);
        }
        Assert.InRange(moments.LargestZ([0, 0, 1, 1, 0, 3, 0, 0, 0, 0.5]), 0, 6);
        double[] again = new double[2];
        Normals.Fill(new StreamKey(5, StreamPurpose.Rollout, 2, 3, 4), trajectories - 1, 8, again);
        Assert.Equal(z[4..], again);
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    public void Directions_have_the_same_bits_in_blocks_of_any_size(ScalarType dtype)
    {
        const int agents = 8;
        using DisposeScope scope = NewDisposeScope();
        LinearQuadraticProblem problem = LinearQuadraticTesting.Make("""{ "discount": 0.9 }""", agents);
        using var first = new LinearPolicy(problem, 0.4, new TensorFormat(dtype, CPU));
        Tensor rows = tensor(Enumerable.Range(0, agents).SelectMany(i => LinearQuadraticTesting.Gain(problem, i)).ToArray(), [agents, 9],
            dtype: dtype);
        foreach (bool sampled in (bool[])[true, false])
        {
            byte[] whole = InBlocks(agents, sampled);
            foreach (int block in (int[])[1, 2, 3, 4]) Assert.Equal(whole, InBlocks(block, sampled));
        }

        byte[] InBlocks(int size, bool sampled)
        {
            var sampler = new LinearQuadraticSampler(problem,
                new SamplerSettings(13, 7, ReturnKind.ToGo, Baseline.LeaveOneOut, 0, Objective.Reward));
            return [.. Enumerable.Range(0, (agents + size - 1) / size).SelectMany(k =>
            {
                int start = k * size, count = Math.Min(size, agents - start);
                using var policy = new LinearPolicy(problem, 0.4, new TensorFormat(dtype, CPU));
                var setup = new EstimatorSetup(problem, policy, start, count, Objective.Reward, NumericsTesting.Entropy(0), Seed: 3);
                using IGradientEstimator estimator = sampled
                    ? new LinearQuadraticSampledEstimator(setup, sampler)
                    : new LinearQuadraticEstimator(setup);
                return NumericsTesting.Directions(estimator, rows.narrow(0, start, count), new BatchKey(Round: 2, LocalStep: 1)).Bits();
            })];
        }
    }

    [Fact]
    public void Steps_and_rewards_are_counted()
    {
        LinearQuadraticProblem problem = LinearQuadraticTesting.Problem("mixing, 5 steps");
        var sampler = new LinearQuadraticSampler(problem, new SamplerSettings(50, 3, ReturnKind.ToGo, Baseline.None, 0, Objective.Reward));
        Assert.Equal((5, 15), (sampler.Horizon, sampler.Pairs));
        double[] x = new double[15 * 3], u = new double[15 * 2], w = new double[15];
        RolloutStatistics statistics = sampler.Sample<double>(
            Agent, LinearQuadraticTesting.Gain(problem, 1), 0.2, new StreamKey(1, StreamPurpose.Rollout, Agent, 0, 0), withRewards: true, x,
            u, w, sampler.CreateWork());
        Assert.Equal((15, 3), (statistics.EnvSteps, statistics.Episodes));
        // Without discount and baseline the weights of the first steps are the trajectories' costs over the batch.
        Assert.Equal(-statistics.RewardSum, 3 * (w[0] + w[1] + w[2]), 1e-12 * -statistics.RewardSum);
        // The singular start covariance ties the first two states to each other and the third to 0.
        Assert.All(Enumerable.Range(0, 3),
            b => Assert.Equal((x[b * 3], 0), (x[(b * 3) + 1], x[(b * 3) + 2]), ((double, double) p, (double, double) q) =>
            Math.Abs(p.Item1 - q.Item1) < 1e-7 && Math.Abs(p.Item2 - q.Item2) < 1e-7));
        Assert.Throws<ArgumentException>(() => new LinearQuadraticSampler(problem,
            new SamplerSettings(5, 1, ReturnKind.ToGo, Baseline.LeaveOneOut, 0, Objective.Reward)));
    }

    private static VectorMoments Estimates(LinearQuadraticProblem problem, SamplerSettings settings, double sigma,
        double[] theta, int batches)
    {
        using DisposeScope scope = NewDisposeScope();
        using var policy = new LinearPolicy(problem, sigma, TensorFormat.Float64);
        var setup = new EstimatorSetup(problem, policy, Agent, 1, Objective.Reward, NumericsTesting.Entropy(0), Seed: 2026);
        using var estimator = new LinearQuadraticSampledEstimator(setup, new LinearQuadraticSampler(problem, settings));
        Tensor rows = tensor(theta, [1, theta.Length]);
        var moments = new VectorMoments(theta.Length);
        for (int batch = 0; batch < batches; batch++)
            moments.Add(NumericsTesting.Directions(estimator, rows, new BatchKey(batch, 0)).Numbers());
        return moments;
    }
}
