using FedPG.Envs;
using FedPG.Envs.LinearQuadratic;
using FedPG.Envs.Tabular;
using FedPG.Federation.Evaluation;
using FedPG.Federation.Evaluation.LinearQuadratic;
using FedPG.Federation.Evaluation.Tabular;
using FedPG.Policies;
using FedPG.Policies.LinearQuadratic;
using FedPG.Policies.Tabular;
using FedPG.Tests.Envs;
using Xunit;
using static TorchSharp.torch;

namespace FedPG.Tests.Federation.Evaluation;

/// <summary>How far each agent is from its own optimum, on problems whose optima are known by hand.</summary>
public sealed class OwnGapTests
{
    private const double Tolerance = 1e-12;

    /// <summary>
    /// One state, gamma = 1/2, and agents that are paid for opposite actions. Of the regret an agent pays 2 (1 - p), p the probability of
    /// its own action: 0 at best, 1 under the uniform policy. On average every policy pays 1, so the gap says nothing of what agents lose.
    /// </summary>
    [Fact]
    public void A_policy_without_a_gap_can_leave_agents_far_from_their_own_optimum()
    {
        using ExactEvaluator evaluator = Opposite([1, 0], [0, 1]);
        AssertClose([0, 0], evaluator.AgentOptima!);
        AssertClose([1, 1], evaluator.AgentUniforms);
        Assert.Equal(1, evaluator.UniformOwnGap!.Value, Tolerance);
        EvaluationResult result = evaluator.Evaluate(Logits(0.8), null);
        Assert.Equal(0, result.Gap!.Value, Tolerance);
        AssertClose([0.4, 1.6], result.AgentObjectives);
        Assert.Equal(1, result.OwnGap!.Value, Tolerance);
        AssertClose([0.4, 1.6], [.. result.OwnShares!.Select(share => share!.Value)]);
        Assert.Equal(1.6, result.WorstOwnGap!.Value, Tolerance);
    }

    /// <summary>Judged at policies of their own, agents reach their own optima; the gradient is still that of the common policy.</summary>
    [Fact]
    public void Agents_with_policies_of_their_own_are_judged_at_those()
    {
        using ExactEvaluator evaluator = Opposite(ownPolicies: true, [1, 0], [0, 1]);
        Assert.Equal(0, evaluator.Optimal!.Value, Tolerance);
        using Tensor own = stack([Logits(0.9), Logits(0.3)]);
        EvaluationResult result = evaluator.Evaluate(Logits(0.8), null, own), common = evaluator.Evaluate(Logits(0.8), null);
        AssertClose([0.2, 0.6], result.AgentObjectives);
        Assert.Equal(0.4, result.Objective, Tolerance);
        Assert.Equal(0.4, result.Gap!.Value, Tolerance);
        Assert.Equal(0.4, result.OwnGap!.Value, Tolerance);
        Assert.Equal(0.6, result.WorstOwnGap!.Value, Tolerance);
        Assert.Equal(common.GradientNormSquared, result.GradientNormSquared);
    }

    /// <summary>Rows that are all thetabar are judged as thetabar is.</summary>
    [Theory]
    [InlineData("random-own-kernels")]
    [InlineData("grid-ending")]
    [InlineData("frozen-lake-shared")]
    public void Rows_that_are_all_the_servers_change_nothing(string name)
    {
        FiniteMdp mdp = NumericsTesting.Mdp(name, 3);
        using var evaluator = new ExactEvaluator(mdp, Objective.Regret, new TabularSoftmax(mdp.States, mdp.Actions, TensorFormat.Float64));
        using Tensor theta = tensor(NumericsTesting.Uniform(3, mdp.States * mdp.Actions, 1));
        EvaluationResult common = evaluator.Evaluate(theta, 0.1), own = evaluator.Evaluate(theta, 0.1, theta.unsqueeze(0).expand(3, -1));
        AssertClose(common.AgentObjectives, own.AgentObjectives);
        Assert.Equal(common.RegularisedObjective!.Value, own.RegularisedObjective!.Value, 1e-10);
        Assert.Equal(common.Gap is null, own.Gap is null);
        Assert.Equal(common.OwnGap!.Value, own.OwnGap!.Value, 1e-10);
    }

    /// <summary>
    /// With entropy the best own policy is a softmax of -c / tau, and an agent's own regularised optimum 2 (-tau log(1 + e^(-1/tau))).
    /// </summary>
    [Fact]
    public void The_regularised_gap_of_own_policies_is_from_the_mean_of_own_optima()
    {
        const double tau = 0.3;
        using ExactEvaluator evaluator = Opposite(ownPolicies: true, [1, 0], [0, 1]);
        double best = 1 / (1 + Math.Exp(-1 / tau));
        using Tensor own = stack([Logits(best), Logits(1 - best)]);
        EvaluationResult result = evaluator.Evaluate(Logits(0.5), tau, own);
        Assert.Equal(-2 * tau * Math.Log(1 + Math.Exp(-1 / tau)), result.RegularisedObjective!.Value, Tolerance);
        Assert.Equal(0, result.RegularisedGap!.Value, 1e-9);
    }

    /// <summary>An agent that is paid the same for everything has nothing to gain: it has no share, and is not the worst.</summary>
    [Fact]
    public void An_agent_whose_uniform_policy_is_optimal_has_no_share()
    {
        using ExactEvaluator evaluator = Opposite([1, 0], [0.3, 0.3], [0.3, 0.3 + 1e-14]);
        EvaluationResult result = evaluator.Evaluate(Logits(0.25), null);
        Assert.Equal(1.5, result.WorstOwnGap!.Value, 1e-9);
        Assert.Equal([true, false, false], result.OwnShares!.Select(share => share is not null));
        using ExactEvaluator idle = Opposite([0.3, 0.3], [0.7, 0.7]);
        EvaluationResult nothing = idle.Evaluate(Logits(0.25), null);
        Assert.Null(nothing.WorstOwnGap);
        Assert.Equal(0, nothing.OwnGap!.Value, Tolerance);
    }

    /// <summary>
    /// At the fork of the adversarial pair a policy that is certain of itself serves one half of the agents and leaves the other waiting;
    /// half and half is better for the mean, and policies of their own are better for everyone.
    /// </summary>
    [Fact]
    public void No_common_policy_serves_both_of_the_adversarial_pair()
    {
        FiniteMdp mdp = EnvTesting.Make("AdversarialPair-v0", 4);
        using var evaluator = new ExactEvaluator(mdp, Objective.Regret, new TabularSoftmax(mdp.States, mdp.Actions, TensorFormat.Float64));
        using Tensor upper = Fork(mdp, 9, 2), lower = Fork(mdp, 9, 0), even = Fork(mdp, 0, 0), own = stack([upper, lower, upper, lower]);
        EvaluationResult certain = evaluator.Evaluate(upper, null), random = evaluator.Evaluate(even, null);
        EvaluationResult alone = evaluator.Evaluate(even, null, own);
        Assert.Null(certain.Gap);
        Assert.True(certain.OwnShares![0] < 1 && certain.OwnShares[1] > 2, string.Join(", ", certain.OwnShares));
        Assert.All(random.OwnShares!, share => Assert.Equal(1, share!.Value, 1e-9));
        Assert.Equal(random.OwnGap!.Value, evaluator.UniformOwnGap!.Value, 1e-9);
        Assert.True(certain.OwnGap > random.OwnGap);
        Assert.All(alone.OwnShares!, share => Assert.Equal(certain.OwnShares[0]!.Value, share!.Value, 1e-6));
        Assert.True(alone.OwnGap < random.OwnGap);
    }

    /// <summary>Linear control has no uniform policy: own gaps are known, shares are not.</summary>
    [Fact]
    public void Linear_quadratic_agents_have_own_gaps_without_shares()
    {
        var problem = (LinearQuadraticProblem)EnvTesting.Configure("LinearQuadratic-v0", 3).Build();
        using var evaluator = new LinearQuadraticEvaluator(problem, new LinearPolicy(problem, 0, TensorFormat.Float64), ownPolicies: true);
        double[] best = [.. problem.Agents.SelectMany(agent => problem.OptimalGain(agent)!.ToRowMajorArray())];
        using Tensor theta = tensor(problem.InitialGain.ToRowMajorArray()), own = tensor(best, [3, theta.shape[0]]);
        EvaluationResult result = evaluator.Evaluate(theta, null), served = evaluator.Evaluate(theta, null, own);
        Assert.True(result.OwnGap > 0);
        Assert.Equal(0, served.OwnGap!.Value, 1e-9 * Math.Abs(served.Objective));
        Assert.Equal(0, served.Gap!.Value, 1e-9 * Math.Abs(served.Objective));
        Assert.Null(result.WorstOwnGap);
        Assert.Null(result.OwnShares);
        Assert.Null(evaluator.UniformOwnGap);
    }

    private static ExactEvaluator Opposite(params double[][] rewards) => Opposite(ownPolicies: false, rewards);

    private static ExactEvaluator Opposite(bool ownPolicies, params double[][] rewards)
    {
        TransitionKernel kernel = TransitionKernel.Create(1, 2, (_, _) => [(0, 1)]);
        var mdp = new FiniteMdp("opposite", 0.5, [1], [.. rewards.Select((r, i) => new AgentMdp($"agent-{i}", r, kernel))]);
        return new ExactEvaluator(mdp, Objective.Regret, new TabularSoftmax(1, 2, TensorFormat.Float64), ownPolicies);
    }

    /// <summary>The logits of a probability of the first action.</summary>
    private static Tensor Logits(double probability) => tensor([Math.Log(probability), Math.Log(1 - probability)]);

    /// <summary>A policy that is uniform but for the fork, where two actions have more weight.</summary>
    private static Tensor Fork(FiniteMdp mdp, double weight, int action)
    {
        double[] logits = new double[mdp.States * mdp.Actions];
        (logits[action], logits[action + 1]) = (weight, weight);
        return tensor(logits);
    }

    private static void AssertClose(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-10);
    }
}
