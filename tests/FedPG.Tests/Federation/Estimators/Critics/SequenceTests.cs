using FedPG.Core.Streams;
using FedPG.Experiments;
using FedPG.Federation.Estimators;
using FedPG.Federation.Estimators.Critics;
using FedPG.Federation.Estimators.Episodic;
using FedPG.Policies;
using FedPG.Policies.Episodic;
using FedPG.Policies.Networks;
using FedPG.Policies.Torch;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FedPG.Tests.Federation.Estimators.Critics;

/// <summary>
/// Policies that remember, in estimators: gradients go back through sequences as central differences of losses do that are worked out step
/// by step, memories begin with episodes, and survive the borders of rollouts.
/// </summary>
public sealed class SequenceTests
{
    private const int Horizon = 12, Width = 3;

    public SequenceTests() => set_num_threads(1);

    /// <summary>Episodes of at most seven steps, so that many begin within a rollout.</summary>
    [Theory]
    [InlineData("""{"kind":"neural-softmax","hidden":[5],"gru":4,"critic":"shared"}""", "CartPole-v1", null)]
    [InlineData("""{"kind":"neural-softmax","hidden":[5],"gru":4,"critic":"own"}""", "CartPole-v1", 4)]
    [InlineData("""{"kind":"neural-softmax","hidden":[5],"gru":4,"critic":"shared","normalise":true}""", "CartPole-v1", 6)]
    [InlineData("""{"kind":"gaussian","hidden":[5,3],"gru":3,"critic":"own"}""", "Pendulum-v1", 6)]
    [InlineData("""{"kind":"gaussian","hidden":[5],"gru":3,"critic":"shared"}""", "Pendulum-v1", null)]
    public void The_gradient_of_ppo_goes_back_through_sequences(string policyOptions, string environment, int? sequence)
    {
        (IGradientEstimator estimator, Policy made) = EstimatorsTesting.Estimator(Experiment(environment, policyOptions, sequence));
        var policy = (EpisodicPolicy)made;
        using (estimator)
        using (policy)
        {
            var learner = (IRolloutLearner)estimator;
            using DisposeScope scope = NewDisposeScope();
            Tensor rows = NumericsTesting.RandomRows(policy, 2, 5, 0.4), gradient = zeros_like(rows);
            Tensor moved = rows + NumericsTesting.RandomRows(policy, 2, 7, 0.05);
            for (int round = 0; round < 2; round++) learner.Play(rows, new BatchKey(round, 0));
            learner.Gradient(0, moved, new BatchKey(1, 0), gradient);
            var rollout = (RolloutState)learner.State;
            double[] found = gradient.Numbers();
            int d = policy.Layout.Length;
            int trained = policy.Layout.Slices.FirstOrDefault(slice => slice.Name == NormalisedNetwork.First)?.Offset ?? d;
            for (int k = 0; k < found.Length; k += Math.Max(1, found.Length / 50))
            {
                const double step = 1e-5;
                // Running statistics have no gradient.
                if (k % d >= trained) continue;
                double above = Loss(k / d, k, step), below = Loss(k / d, k, -step);
                Assert.Equal((above - below) / (2 * step), found[k], 2e-6);
            }

            double Loss(int agent, int k, double by)
            {
                double[] theta = moved[agent].Numbers();
                theta[k % d] += by;
                return LossOf(policy, theta, agent, rollout, sequence ?? Horizon);
            }
        }
    }

    /// <summary>The mean over pieces worked out one step after another, from what was remembered at a piece's first step.</summary>
    private static double LossOf(EpisodicPolicy policy, double[] theta, int agent, RolloutState rollout, int length)
    {
        int m = policy.ObservationSize, k = policy.ActionSize, all = Horizon * Width;
        double[] seen = rollout.Observations[agent].Numbers(), actions = rollout.Actions[agent].Numbers();
        double[] old = rollout.Logs[agent].Numbers(), advantages = rollout.Advantages[agent].Numbers();
        double[] targets = rollout.Targets[agent].Numbers();
        using IActor<double> actor = policy.CreateActor<double>();
        actor.SetParameters(theta);
        double[] head = new double[policy.HeadSize], step = new double[m], log = new double[1], slopes = new double[policy.HeadSize];
        double loss = 0;
        for (int b = 0; b < Width; b++)
        {
            for (int t = 0; t < Horizon; t++)
            {
                int p = (t * Width) + b;
                seen.AsSpan(p * m, m).CopyTo(step);
                bool goesOn = step[policy.Encoding.Size] == 1;
                if (goesOn && t % length != 0) policy.MemoryOf<double>(head).CopyTo(step.AsSpan(policy.Encoding.Size + 1));
                if (!goesOn) Assert.All(step[(policy.Encoding.Size + 1)..], zero => Assert.Equal(0, zero));
                actor.Heads(step, 1, head);
                policy.Logs<double>(head, actions.AsSpan(p * k, k), log);
                double entropy = policy.Slopes<double>(head, actions.AsSpan(p * k, k), [0], 0, slopes);
                double ratio = Math.Exp(log[0] - old[p]), a = advantages[p], error = head[^1] - targets[p];
                loss -= Math.Min(ratio * a, Math.Clamp(ratio, 0.8, 1.2) * a) - (0.5 * error * error) + (0.1 * entropy);
            }
        }
        return loss / all;
    }

    /// <summary>GPOMDP's direction is the gradient of the weighted log pi of whole trajectories, whatever lengths they have.</summary>
    [Fact]
    public void The_plain_gradient_goes_back_to_the_first_step_of_a_trajectory()
    {
        Experiment experiment = EstimatorsTesting.Read("""
            {"name":"memory","seed":3,"dtype":"float64","environment":{"id":"CartPole-v1","agents":2},
             "policy":{"kind":"neural-softmax","hidden":[4],"gru":3},"gradient":{"estimator":"gpomdp","horizon":40,"trajectories":3} }
            """);
        using var policy = (EpisodicPolicy)experiment.CreatePolicy(TensorFormat.Float64);
        using var sampler = new RolloutSampler(
            new EstimatorSetup(experiment.Environment, policy, 0, 2, experiment.Objective, experiment.Entropy, experiment.Seed),
            ((GpomdpOptions)experiment.Gradient.Options).Settings(FedPG.Envs.Returns.ReturnKind.ToGo, experiment.Objective));
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = NumericsTesting.RandomRows(policy, 2, 5, 0.5), gradient = zeros_like(rows);
        sampler.Sample(rows, new BatchKey(0, 0), VisitRecording.None);
        BufferGradients.Write(policy, sampler.Buffer, rows, gradient);
        RolloutBuffer buffer = sampler.Buffer;
        Assert.NotEqual(buffer.Counts[0], buffer.Counts[1]);
        double[] found = gradient.Numbers();
        int d = policy.Layout.Length;
        for (int k = 0; k < found.Length; k += Math.Max(1, found.Length / 50))
        {
            const double step = 1e-6;
            Assert.Equal((Sum(k / d, k % d, step) - Sum(k / d, k % d, -step)) / (2 * step), found[k], 1e-6);
        }

        double Sum(int agent, int k, double by)
        {
            double[] theta = rows[agent].Numbers();
            theta[k] += by;
            using IActor<double> actor = policy.CreateActor<double>();
            actor.SetParameters(theta);
            var heads = new Dictionary<int, double[]>();
            double[] log = new double[1], step = new double[policy.ObservationSize];
            int m = policy.ObservationSize;
            double sum = 0;
            for (int p = 0; p < buffer.Counts[agent]; p++)
            {
                int owner = buffer.OwnersOf(agent)[p];
                buffer.Observations[agent].Span<double>().Slice(p * m, m).CopyTo(step);
                if (heads.TryGetValue(owner, out double[]? before))
                    policy.MemoryOf<double>(before).CopyTo(step.AsSpan(policy.Encoding.Size + 1));
                double[] head = heads[owner] = new double[policy.HeadSize];
                actor.Heads(step, 1, head);
                policy.Logs<double>(head, buffer.Actions[agent].Span<double>().Slice(p, 1), log);
                sum += buffer.Weights[agent].Span<double>()[p] * log[0];
            }
            return sum;
        }
    }

    /// <summary>What is remembered at a rollout's first step is what the last one left, unless an episode begins there.</summary>
    [Fact]
    public void A_memory_is_kept_over_the_border_of_a_rollout_and_begins_with_an_episode()
    {
        (IGradientEstimator estimator, Policy made) = EstimatorsTesting.Estimator(Experiment(
            "CartPole-v1", """{"kind":"neural-softmax","hidden":[5],"gru":4,"critic":"shared"}""", null));
        var policy = (EpisodicPolicy)made;
        using (estimator)
        using (policy)
        {
            var learner = (IRolloutLearner)estimator;
            using DisposeScope scope = NewDisposeScope();
            Tensor rows = NumericsTesting.RandomRows(policy, 2, 5, 0.4);
            int m = policy.ObservationSize, observed = policy.Encoding.Size, kept = 0, begun = 0;
            var rollout = (RolloutState)learner.State;
            double[] left = rollout.Memory!.Numbers.Numbers();
            Assert.All(left, zero => Assert.Equal(0, zero));
            for (int round = 0; round < 4; round++)
            {
                learner.Play(rows, new BatchKey(round, 0));
                for (int lane = 0; lane < 2 * Width; lane++)
                {
                    double[] first = rollout.Observations[lane / Width][lane % Width].Numbers();
                    Assert.Equal(left[(lane * 4)..((lane + 1) * 4)], first[(observed + 1)..]);
                    bool goesOn = first[observed] == 1;
                    Assert.Equal(goesOn, first[(observed + 1)..].Any(x => x != 0));
                    (kept, begun) = (kept + (goesOn ? 1 : 0), begun + (goesOn ? 0 : 1));
                }
                left = rollout.Memory.Numbers.Numbers();
            }
            Assert.True(kept > 5 && begun > 5, $"{kept} episodes went on, {begun} began");
        }
    }

    [Fact]
    public void Sequences_stay_together_in_minibatches()
    {
        var sequences = new RolloutSequences(Width, 4);
        var minibatches = new Minibatches(2, Horizon * Width, new UpdatePlan(Epochs: 2, Minibatch: 8, Clip: 0.2), sequences);
        var met = new List<int>();
        for (int update = 0; update < minibatches.Count; update++)
        {
            minibatches.Shuffle(update, 1, new StreamKey(1, StreamPurpose.Rollout, 1, 0, 0));
            int[] pairs = new int[minibatches.SizeOf(update)];
            minibatches.Write(update, 1, pairs);
            foreach (int[] piece in pairs.Chunk(4))
            {
                Assert.Equal(0, piece[0] / Width % 4);
                Assert.All(piece, (pair, step) => Assert.Equal(piece[0] + (step * Width), pair));
            }
            met.AddRange(pairs);
        }
        Assert.Equal(Enumerable.Range(0, Horizon * Width).SelectMany(p => (int[])[p, p]), met.Order());
        Assert.NotEqual(met[..(met.Count / 2)], met[(met.Count / 2)..]);
    }

    [Theory]
    [InlineData("gradient.sequence=5", "sequence")]
    [InlineData("policy.gru=0", "sequence", "gradient.sequence=4")]
    [InlineData("policy.hidden=[]", "hidden")]
    [InlineData("policy.layerNorm=true", "layerNorm")]
    [InlineData("environment={\"id\":\"RandomMdp-v0\",\"agents\":2}", "gru")]
    [InlineData("federation.algorithm=fedkl", "divergences", "gradient={\"estimator\":\"gpomdp\"}")]
    [InlineData("gradient={\"estimator\":\"gpomdp\",\"direction\":\"natural\"}", "natural")]
    public void What_a_memory_cannot_have_is_refused_by_its_key(string assignment, string word, string more = "seed=1") =>
        Assert.Contains(word, EstimatorsTesting.ErrorsOf(
            """
            {"environment":{"id":"CartPole-v1","agents":2},"objective":"reward","policy":{"kind":"neural-softmax","gru":8},
             "gradient":{"estimator":"ppo"} }
            """, assignment, more), StringComparison.Ordinal);

    private static Experiment Experiment(string environment, string policy, int? sequence) => EstimatorsTesting.Read($$"""
        {"name":"memory","seed":3,"dtype":"float64","objective":"reward","environment":{"id":"{{environment}}","agents":2},
         "policy":{{policy}},
         "gradient":{"estimator":"ppo","horizon":{{Horizon}},"trajectories":{{Width}},"epochs":1,"minibatch":1000,"entropy":0.1,
            "episodeSteps":7{{(sequence is { } length ? FormattableString.Invariant($",\"sequence\":{length}") : "")}} },
         "federation":{"algorithm":"fedavg"} }
        """);
}
