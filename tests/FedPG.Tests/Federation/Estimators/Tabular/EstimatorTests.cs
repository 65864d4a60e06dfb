using FedPG.Core.Streams;
using FedPG.Envs;
using FedPG.Envs.Returns;
using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Sampling;
using FedPG.Federation.Estimators;
using FedPG.Federation.Estimators.Tabular;
using FedPG.Policies;
using FedPG.Policies.Heads;
using FedPG.Policies.Tabular;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FedPG.Tests.Federation.Estimators.Tabular;

/// <summary>
/// Each case compares a mean over many batches with the exact truncated gradient in at most 64 coordinates, and fails when one is off by
/// more than 6 standard errors. A normal coordinate is off by chance with probability 2e-9, so all cases of this class together (below 60)
/// raise a false alarm with probability below 1e-5; seeds are fixed, so a pass stays a pass.
/// </summary>
public sealed class EstimatorTests
{
    private const double Limit = 6;

    /// <summary>The agent whose estimates are looked at: not the first, so that a mix-up of agents shows.</summary>
    private const int Agent = 1;

    public EstimatorTests() => set_num_threads(1);

    public static TheoryData<string, ReturnKind, Baseline, int, int, double> Estimators()
    {
        var data = new TheoryData<string, ReturnKind, Baseline, int, int, double>();
        // Batches below 16, of 16, and no multiple of 16; horizons odd and even, a multiple of 8 and none.
        (int Batch, int Horizon)[] shapes = [(5, 12), (16, 9), (37, 8), (2, 15), (24, 17)];
        int k = 0;
        foreach (string mdp in (string[])["random-own-kernels", "random-3-actions", "frozen-lake", "grid-ending"])
        {
            foreach (ReturnKind kind in Enum.GetValues<ReturnKind>())
            {
                foreach (Baseline baseline in Enum.GetValues<Baseline>())
                {
                    foreach (double tau in (double[])[0, 0.3])
                    {
                        (int batch, int horizon) = shapes[k++ % shapes.Length];
                        data.Add(mdp, kind, baseline, batch, horizon, tau);
                    }
                }
            }
        }
        data.Add("random-1", ReturnKind.ToGo, Baseline.None, 1, 1, 0.3);
        data.Add("frozen-lake", ReturnKind.Total, Baseline.Constant, 1, 40, 0);
        return data;
    }

    [Theory]
    [MemberData(nameof(Estimators))]
    public void The_mean_of_the_estimates_is_the_truncated_gradient(
        string mdpName, ReturnKind kind, Baseline baseline, int batch, int horizon, double tau)
    {
        foreach (Objective objective in horizon % 2 == 0 ? (Objective[])[Objective.Regret] : [Objective.Regret, Objective.Reward])
        {
            FiniteMdp mdp = NumericsTesting.Mdp(mdpName, 2);
            var settings = new SamplerSettings(horizon, batch, kind, baseline, BaselineValue: 0.8, objective);
            double[] policy = NonUniformPolicy(mdp);
            double[] expected = new TruncatedProblem(mdp, Agent, objective, horizon, tau).Gradient(policy);
            double z = Estimates(mdp, settings, policy, tau, transitions: 600_000).LargestZ(expected);
            Assert.True(z < Limit, $"{objective}: {z} standard errors");
        }
    }

    /// <summary>Mistakes, each on an MDP where it matters.</summary>
    public static TheoryData<string, Mistake> Mistakes => new()
    {
        { "random-own-kernels", Mistake.ScoresNotDiscounted },
        { "random-own-kernels", Mistake.EndlessHorizon },
        { "random-own-kernels", Mistake.OneStepTooMany },
        { "random-own-kernels", Mistake.AnotherAgent },
        { "frozen-lake", Mistake.ScoresNotDiscounted },
        { "frozen-lake", Mistake.AnotherAgent },
        { "grid-ending", Mistake.FreeAfterTheEnd },
        { "grid-ending", Mistake.NoEntropyAfterTheEnd },
    };

    /// <summary>The same test with a wrong gradient in the place of the right one: it fails by a wide margin.</summary>
    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_wrong_gradient_would_be_noticed(string mdpName, Mistake mistake) =>
        AssertNoticed(mdpName, mistake, Agent, Limit, NonUniformPolicy,
            (mdp, settings, tau) => Estimates(mdp, settings, NonUniformPolicy(mdp), tau, transitions: 600_000));

    /// <summary>Asserts that estimates fit the right gradient of an agent, and the mistaken one not by far.</summary>
    internal static void AssertNoticed(
        string mdpName, Mistake mistake, int agent, double limit, Func<FiniteMdp, double[]> policyOf,
        Func<FiniteMdp, SamplerSettings, double, VectorMoments> sample)
    {
        FiniteMdp mdp = NumericsTesting.Mdp(mdpName, 2);
        var settings = new SamplerSettings(Horizon: 8, Trajectories: 37, ReturnKind.ToGo, Baseline.LeaveOneOut, 0, Objective.Regret);
        const double tau = 0.3;
        double[] policy = policyOf(mdp);
        VectorMoments estimates = sample(mdp, settings, tau);
        double right = estimates.LargestZ(new TruncatedProblem(mdp, agent, Objective.Regret, settings.Horizon, tau).Gradient(policy));
        double wrong =
            estimates.LargestZ(new TruncatedProblem(mdp, agent, Objective.Regret, settings.Horizon, tau, mistake).Gradient(policy));
        Assert.True(right < limit && wrong > 2 * limit, $"right: {right}, wrong: {wrong} standard errors");
    }

    [Theory]
    [InlineData("random-own-kernels", 0)]
    [InlineData("frozen-lake", 0.3)]
    [InlineData("grid-ending", 0.3)]
    public void The_truncated_gradient_of_these_tests_is_the_derivative_of_the_truncated_J(string mdpName, double tau)
    {
        FiniteMdp mdp = NumericsTesting.Mdp(mdpName, 2);
        var problem = new TruncatedProblem(mdp, Agent, Objective.Regret, horizon: 12, tau);
        double[] logits = NumericsTesting.Uniform(41, mdp.States * mdp.Actions, 1);
        double[] gradient = problem.Gradient(TruncatedProblem.Softmax(logits, mdp.Actions));
        const double h = 1e-5;
        for (int k = 0; k < logits.Length; k++)
        {
            double[] above = [.. logits], below = [.. logits];
            above[k] += h;
            below[k] -= h;
            double difference = problem.Objective(TruncatedProblem.Softmax(above, mdp.Actions))
                - problem.Objective(TruncatedProblem.Softmax(below, mdp.Actions));
            Assert.Equal(difference / (2 * h), gradient[k], 1e-8);
        }
    }

    /// <summary>
    /// The oracle's direction is the backward pass of the sampler's weights for the agent, round and local step it was asked for.
    /// </summary>
    [Theory]
    [InlineData("tabular")]
    [InlineData("neural tanh one-hot [5]")]
    public void The_sampled_estimator_differentiates_the_samplers_weights(string policyName)
    {
        using DisposeScope scope = NewDisposeScope();
        FiniteMdp mdp = NumericsTesting.Mdp("frozen-lake", 5);
        (int first, int count, double tau, long seed) = (1, 3, 0.2, 99);
        using TabularPolicy policy = PolicyCases.Create(policyName, mdp, TensorFormat.Float64);
        Tensor rows = NumericsTesting.RandomRows(policy, count, seed: 6);
        var sampler = new TrajectorySampler(mdp, new SamplerSettings(20, 6, ReturnKind.ToGo, Baseline.LeaveOneOut, 0, Objective.Regret));
        using var estimator = new SampledEstimator(
            new EstimatorSetup(mdp, policy, first, count, Objective.Regret, NumericsTesting.Entropy(tau), seed), sampler);
        Tensor directions = NumericsTesting.Directions(estimator, rows, new BatchKey(Round: 4, LocalStep: 2));

        PolicyEvaluation evaluation = policy.Evaluate(rows);
        double[] logs = evaluation.Output.Numbers(), probabilities = new double[logs.Length];
        Exponentials.Of(logs, probabilities);
        int cells = mdp.States * mdp.Actions;
        double[] weights = new double[count * cells];
        for (int i = 0; i < count; i++)
        {
            sampler.ScoreWeights<double>(
                first + i, probabilities.AsSpan(i * cells, cells), logs.AsSpan(i * cells, cells), tau,
                new StreamKey(seed, StreamPurpose.Rollout, first + i, 4, 2), withRewards: false, weights.AsSpan(i * cells, cells),
                sampler.CreateWork());
        }
        Tensor expected = zeros_like(rows);
        evaluation.Backward(tensor(weights, [count, mdp.States, mdp.Actions]), expected);
        Assert.Equal(expected.Bits(), directions.Bits());
    }

    /// <summary>The ratios asked for are far below those measured, whose relative standard errors are below 5 %.</summary>
    [Theory]
    [InlineData("random-1")]
    [InlineData("frozen-lake")]
    public void Costs_to_go_and_the_leave_one_out_baseline_take_variance_away(string mdpName)
    {
        FiniteMdp mdp = NumericsTesting.Mdp(mdpName, 2);
        double[] policy = NonUniformPolicy(mdp);
        double total = Variance(ReturnKind.Total, Baseline.None), toGo = Variance(ReturnKind.ToGo, Baseline.None);
        double totalLeaveOneOut = Variance(ReturnKind.Total, Baseline.LeaveOneOut),
            toGoLeaveOneOut = Variance(ReturnKind.ToGo, Baseline.LeaveOneOut);
        Assert.True(1.4 * toGo < total, $"GPOMDP {toGo}, Eq. (5) {total}");
        Assert.True(2 * toGoLeaveOneOut < toGo, $"leave-one-out {toGoLeaveOneOut}, none {toGo}");
        Assert.True(2 * totalLeaveOneOut < total, $"leave-one-out {totalLeaveOneOut}, none {total}");

        double Variance(ReturnKind kind, Baseline baseline) =>
            Estimates(mdp, new SamplerSettings(40, 16, kind, baseline, 0, Objective.Regret), policy, tau: 0,
                transitions: 1_000_000).TotalVariance;
    }

    private static double[] NonUniformPolicy(FiniteMdp mdp) =>
        TruncatedProblem.Softmax(NumericsTesting.Uniform(31, mdp.States * mdp.Actions, 0.8), mdp.Actions);

    /// <summary>Many batches' estimates of the gradient in the logits: W(s,a) - pi(a|s) sum over a' of W(s,a').</summary>
    private static VectorMoments Estimates(FiniteMdp mdp, SamplerSettings settings, double[] policy, double tau, int transitions)
    {
        var sampler = new TrajectorySampler(mdp, settings);
        SamplerWork work = sampler.CreateWork();
        double[] logs = [.. policy.Select(p => Math.Log(p))], weights = new double[policy.Length];
        var moments = new VectorMoments(policy.Length);
        int batches = Math.Min(transitions / (settings.Horizon * settings.Trajectories), 60_000);
        for (int batch = 0; batch < batches; batch++)
        {
            var key = new StreamKey(2024, StreamPurpose.Rollout, Agent, batch, 0);
            sampler.ScoreWeights<double>(Agent, policy, logs, tau, key, withRewards: false, weights, work);
            for (int first = 0; first < weights.Length; first += mdp.Actions)
            {
                Span<double> row = weights.AsSpan(first, mdp.Actions);
                double sum = 0;
                foreach (double w in row) sum += w;
                for (int a = 0; a < row.Length; a++) row[a] -= policy[first + a] * sum;
            }
            moments.Add(weights);
        }
        return moments;
    }
}
