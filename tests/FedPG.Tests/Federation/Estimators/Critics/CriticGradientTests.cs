using FedPG.Experiments;
using FedPG.Federation.Estimators;
using FedPG.Federation.Estimators.Critics;
using FedPG.Policies;
using FedPG.Policies.Episodic;
using FedPG.Policies.Tabular;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FedPG.Tests.Federation.Estimators.Critics;

/// <summary>Gradients of PPO's loss against its central differences, and in expectation against those of the objective.</summary>
public sealed class CriticGradientTests
{
    private const string Grid = """{"id":"GridWorld-v0","agents":2,"options":{"width":3,"height":3}}""";
    private const double Clip = 0.2, ValueWeight = 0.7, Entropy = 0.3;

    public CriticGradientTests() => set_num_threads(1);

    public static TheoryData<string, string> Cases() => new()
    {
        { """{"id":"CartPole-v1","agents":2}""", """{"kind":"neural-softmax","hidden":[5,4],"critic":"own"}""" },
        { """{"id":"CartPole-v1","agents":2}""", """{"kind":"neural-softmax","hidden":[5],"critic":"shared","activation":"relu"}""" },
        { """{"id":"Pendulum-v1","agents":2}""", """{"kind":"gaussian","hidden":[4],"critic":"own"}""" },
        { """{"id":"Pendulum-v1","agents":1}""", """{"kind":"gaussian","hidden":[4],"critic":"shared"}""" },
        { """{"id":"RandomMdp-v0","agents":2,"options":{"states":4,"actions":3}}""", """{"kind":"tabular-softmax"}""" },
        { Grid, """{"kind":"neural-softmax","hidden":[4],"context":"agent"}""" },
        { Grid, """{"kind":"neural-softmax","hidden":[4],"critic":"shared"}""" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_gradient_is_that_of_the_loss(string environment, string policyOptions)
    {
        (IGradientEstimator estimator, Policy policy) = EstimatorsTesting.Estimator(Experiment(environment, policyOptions));
        using (estimator)
        using (policy)
        {
            var learner = (IRolloutLearner)estimator;
            using DisposeScope scope = NewDisposeScope();
            int n = System.Text.Json.JsonDocument.Parse(environment).RootElement.GetProperty("agents").GetInt32();
            Tensor rows = Random(n, policy.Layout.Length, 0.4), gradient = zeros_like(rows);
            Tensor moved = rows + Random(n, policy.Layout.Length, 0.05, 7);
            var batch = new BatchKey(0, 0);
            learner.Play(rows, batch);
            learner.Gradient(0, moved, batch, gradient);
            var rollout = (RolloutState)learner.State;
            double[] at = moved.Numbers(), found = gradient.Numbers();
            for (int k = 0; k < at.Length; k += Math.Max(1, at.Length / 40))
            {
                const double step = 1e-5;
                double above = Loss(policy, Changed(moved, k, step), rollout), below = Loss(policy, Changed(moved, k, -step), rollout);
                Assert.Equal((above - below) / (2 * step), found[k], 2e-6);
            }
        }
    }

    /// <summary>
    /// With no values yet, lambda 1, weights gamma^t and advantages as they are, the direction is that of the truncated objective: its mean
    /// over many rollouts lies within its interval of the exact gradient, but for gamma^K.
    /// </summary>
    [Fact]
    public void In_expectation_the_direction_is_the_exact_gradient()
    {
        const int Length = 40, Rollouts = 60;
        const string Environment = """{"id":"RandomMdp-v0","agents":1,"options":{"states":3,"actions":2,"discount":0.7}}""";
        string options = $$"""
            {"estimator":"actor-critic","horizon":{{Length}},"trajectories":150,"episodeSteps":{{Length}},"lambda":1,
             "discountedWeights":true,"advantageScale":"none"}
            """;
        (IGradientEstimator sampled, Policy policy) = EstimatorsTesting.Estimator(
            Experiment(Environment, """{"kind":"tabular-softmax"}""", options));
        (IGradientEstimator exact, Policy plain) = EstimatorsTesting.Estimator(
            Experiment(Environment, """{"kind":"tabular-softmax"}""", """{"estimator":"exact"}"""));
        using (sampled)
        using (exact)
        using (policy)
        using (plain)
        {
            double[] theta = [0.3, -0.2, 0.1, 0.5, -0.4, 0.2];
            double[] expected = EstimatorsTesting.Directions(exact, theta, 1, new BatchKey(0, 0));
            double[][] found = [.. Enumerable.Range(0, Rollouts).Select(k =>
                EstimatorsTesting.Directions(sampled, [.. theta, 0, 0, 0], 1, new BatchKey(k, 0)).Select(g => g * Length).ToArray())];
            for (int j = 0; j < theta.Length; j++)
            {
                double mean = found.Average(g => g[j]);
                double error = Math.Sqrt(found.Average(g => (g[j] - mean) * (g[j] - mean)) / (Rollouts - 1));
                Assert.True(Math.Abs(mean - expected[j]) <= (4 * error) + 1e-5, $"{j}: {mean} +- {error}, exact {expected[j]}");
                Assert.True(error < 0.15 * expected.Max(Math.Abs), $"the interval of {j} is too wide to tell anything: {error}");
            }
        }
    }

    private static Experiment Experiment(string environment, string policy, string? gradient = null) => EstimatorsTesting.Read($$"""
        {"name":"critic","seed":3,"dtype":"float64","objective":"reward","environment":{{environment}},"policy":{{policy}},
         "gradient":{{gradient ?? $$"""
            {"estimator":"ppo","horizon":12,"trajectories":3,"epochs":1,"minibatch":1000,"clip":{{Clip}},"valueWeight":{{ValueWeight}},
             "entropy":{{Entropy}},"discountedWeights":true}
            """}},
         "federation":{"algorithm":"fedavg"} }
        """);

    private static Tensor Random(int n, int d, double size, int seed = 5)
    {
        var random = new FedPG.Core.Streams.RandomSequence(new(seed, FedPG.Core.Streams.StreamPurpose.Bootstrap, 0, 0, 0));
        return tensor(Enumerable.Range(0, n * d).Select(_ => size * ((2 * random.NextDouble()) - 1)).ToArray(), [n, d]);
    }

    private static Tensor Changed(Tensor rows, int k, double by)
    {
        Tensor changed = rows.clone();
        changed.view(-1)[k].add_(by);
        return changed;
    }

    /// <summary>The sum over agents of the loss, written down once more.</summary>
    private static double Loss(Policy policy, Tensor rows, RolloutState rollout)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor heads = policy is EpisodicPolicy episodic
            ? episodic.Evaluate(rows, rollout.Observations, all => all).Output
            : ((SoftmaxActorCritic)policy).EvaluateWithValues(rows).Output.gather(
                1, rollout.Observations.to(ScalarType.Int64).expand(-1, -1, ((SoftmaxActorCritic)policy).Actions + 1));
        long acting = heads.shape[2] - 1;
        bool isGaussian = policy is GaussianPolicy;
        Tensor head = heads.narrow(2, 0, acting), values = heads.narrow(2, acting, 1).squeeze(2);
        Tensor all = isGaussian ? head : head.log_softmax(2);
        Tensor logs = isGaussian ? GaussianLogs(head, rollout.Actions) : all.gather(2, rollout.Actions.to(ScalarType.Int64)).squeeze(2);
        Tensor entropy = isGaussian
            ? (head.narrow(2, acting / 2, acting / 2) + (0.5 * (1 + Math.Log(2 * Math.PI)))).sum(2)
            : -(all.exp() * all).sum(2);
        Tensor ratio = (logs - rollout.Logs).exp();
        Tensor surrogate = minimum(ratio * rollout.Advantages, ratio.clamp(1 - Clip, 1 + Clip) * rollout.Advantages);
        Tensor error = (values - rollout.Targets).square();
        return (rollout.Weights * ((-1 * surrogate) + (ValueWeight * error))).mean([1]).sum().item<double>()
            - (Entropy * entropy.mean([1]).sum().item<double>());
    }

    private static Tensor GaussianLogs(Tensor head, Tensor actions)
    {
        long k = actions.shape[2];
        Tensor s = head.narrow(2, k, k), u = (actions - head.narrow(2, 0, k)) / s.exp();
        return ((-0.5 * u * u) - s - (0.5 * Math.Log(2 * Math.PI))).sum(2);
    }
}
