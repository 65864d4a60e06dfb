using System.Text.Json.Nodes;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.LinearQuadratic;
using FedPG.Tests.Cli;
using FedPG.Tests.Experiments.Runs;
using Xunit;

using Outcome = FedPG.Tests.Cli.Outcome;

namespace FedPG.Tests.Envs.LinearQuadratic;

public sealed class LinearQuadraticEnvironmentTests
{
    [Fact]
    public void The_default_is_the_published_instance_with_alternating_costs()
    {
        LinearQuadraticProblem problem = LinearQuadraticTesting.Problem("theory");
        Assert.Equal([1.2, 0.5, 0.4, 0.01, 0.75, 0.3, 0.1, 0.02, 1.5], LinearQuadraticTesting.Rows(problem.Agents[0].A));
        for (int i = 0; i < 10; i++)
        {
            double s = i % 2 == 0 ? 1 : -1;
            Assert.Equal([1 + (0.9 * s), 0, 0, 0, 1 + (0.9 * s), 0, 0, 0, 1 + (0.9 * s)], LinearQuadraticTesting.Rows(problem.Agents[i].Q));
            Assert.Equal([2 * (1 - (0.9 * s)), 0, 0, 0, 2 * (1 - (0.9 * s)), 0, 0, 0, 2 * (1 - (0.9 * s))],
                LinearQuadraticTesting.Rows(problem.Agents[i].R));
        }
        Assert.True(problem.SharesDynamics);
        Assert.Equal(["agent-0", "agent-1"], problem.AgentNames.Take(2));
    }

    [Fact]
    public void Resolved_options_make_the_same_instance()
    {
        foreach (string options in (string[])["{}", """{ "steps": 3, "discount": 0.5, "b": [[1], [0], [1]], "heterogeneity": 0.3 }"""])
        {
            ConfiguredEnvironment first = EnvTesting.Configure("LinearQuadratic-v0", 3, options);
            ConfiguredEnvironment second = EnvTesting.Configure("LinearQuadratic-v0", 3, first.ResolvedOptions.ToJsonString());
            Assert.Equal(first.ResolvedOptions.ToJsonString(), second.ResolvedOptions.ToJsonString());
            Assert.Equal(Numbers(first), Numbers(second));
            Assert.Equal(first.Definition.Arguments().Select(a => a.Key), first.ResolvedOptions.Select(o => o.Key));
        }

        static double[] Numbers(ConfiguredEnvironment environment)
        {
            var problem = Assert.IsType<LinearQuadraticProblem>(environment.Build());
            return [problem.Discount, problem.Steps,
                .. problem.Agents.SelectMany(a => new[] { a.A, a.B, a.Q, a.R }).SelectMany(LinearQuadraticTesting.Rows)];
        }
    }

    [Fact]
    public void Drawn_agents_have_multiples_of_the_costs_within_the_spread_whatever_their_number()
    {
        const string same = """{ "q": [[2, 0, 0], [0, 1, 0], [0, 0, 1]], "r": [[1, 0, 0], [0, 1, 0], [0, 0, 3]], "costSpread": 0.5 }""";
        LinearQuadraticProblem drawn = LinearQuadraticTesting.Make(same, 5), fewer = LinearQuadraticTesting.Make(same, 3);
        foreach ((LinearQuadraticAgent agent, int i) in drawn.Agents.Select((a, i) => (a, i)))
        {
            Assert.Equal((agent.Q[0, 0], agent.R[0, 0] * 3), (2 * agent.Q[1, 1], agent.R[2, 2]));
            Assert.InRange(agent.Q[1, 1], 0.5, 1.5);
            Assert.InRange(agent.R[1, 1], 0.5, 1.5);
            if (i < 3) Assert.Equal((fewer.Agents[i].Q, fewer.Agents[i].R), (agent.Q, agent.R));
        }
        Assert.Equal(10, drawn.Agents.SelectMany(a => new[] { a.Q[1, 1], a.R[1, 1] }).Distinct().Count());
        Assert.NotEqual(drawn.Agents[0].Q,
            LinearQuadraticTesting.Make(same.Replace("0.5 }", "0.5, \"agentSeed\": 7 }", StringComparison.Ordinal), 5).Agents[0].Q);
    }

    [Fact]
    public void Heterogeneity_pulls_costs_to_their_mean_and_keeps_it()
    {
        LinearQuadraticProblem whole = LinearQuadraticTesting.Make("{}", 3);
        foreach (double lambda in (double[])[0, 0.25, 1])
        {
            LinearQuadraticProblem pulled = LinearQuadraticTesting.Make(new JsonObject { ["heterogeneity"] = lambda }.ToJsonString(), 3);
            Assert.InRange((pulled.AverageAgent().Q - whole.AverageAgent().Q).FrobeniusNorm(), 0, 1e-14);
            Assert.InRange((pulled.AverageAgent().R - whole.AverageAgent().R).FrobeniusNorm(), 0, 1e-14);
            for (int i = 0; i < 3; i++)
            {
                Assert.InRange(
                    (pulled.Agents[i].Q - whole.AverageAgent().Q - (lambda * (whole.Agents[i].Q - whole.AverageAgent().Q))).FrobeniusNorm(),
                    0, 1e-14);
                Assert.InRange(
                    (pulled.Agents[i].R - whole.AverageAgent().R - (lambda * (whole.Agents[i].R - whole.AverageAgent().R))).FrobeniusNorm(),
                    0, 1e-14);
            }
        }
    }

    [Theory]
    [InlineData("""{ "a": [[1, 2], [3]] }""", "a", "must be a matrix [[...], ...] or a list of 1 or 2, all of one shape")]
    [InlineData("""{ "q": [[[1]], [[1]], [[1]]] }""", "q", "must be a matrix [[...], ...] or a list of 1 or 2, all of one shape")]
    [InlineData("""{ "a": [[1e999]] }""", "a", "must be a matrix")]
    [InlineData("""{ "a": [] }""", "a", "must be a matrix")]
    [InlineData("""{ "startCovariance": 1 }""", "startCovariance", "must be a matrix")]
    [InlineData("""{ "a": [[1, 2, 3]] }""", "a", "must be 1 x 1")]
    [InlineData("""{ "q": [[1]] }""", "q", "must be 3 x 3")]
    [InlineData("""{ "b": [[1], [1]] }""", "b", "must be 3 x 1")]
    [InlineData("""{ "initialGain": [[1, 1, 1]] }""", "initialGain", "must be 3 x 3")]
    [InlineData("""{ "q": [[1, 2, 0], [0, 1, 0], [0, 0, 1]] }""", "q", "must be symmetric")]
    [InlineData("""{ "q": [[-1, 0, 0], [0, 1, 0], [0, 0, 1]] }""", "q", "must be positive semidefinite")]
    [InlineData("""{ "r": [[[1, 0, 0], [0, 1, 0], [0, 0, 1]], [[0, 0, 0], [0, 1, 0], [0, 0, 1]]] }""", "r",
        "matrix 1 must be positive definite")]
    [InlineData("""{ "startCovariance": [[1, 0, 0], [0, -1, 0], [0, 0, 1]] }""", "startCovariance", "must be positive semidefinite")]
    [InlineData("""{ "initialGain": [[0, 0, 0], [0, 0, 0], [0, 0, 0]] }""", "initialGain",
        "must keep the cost finite: the eigenvalues of A - B K_0 must lie inside the unit circle")]
    [InlineData("""{ "discount": 0.9, "initialGain": [[0, 0, 0], [0, 0, 0], [0, 0, 0]] }""", "initialGain", "times the root of discount")]
    [InlineData("""{ "discount": 1.1 }""", "discount", "must be a number in [0, 1]")]
    [InlineData("""{ "agentSeed": 3 }""", "agentSeed", "is used where agents are drawn: with costSpread or driftSpread above 0")]
    [InlineData("""{ "q": [[1, 0, 0], [0, 1, 0], [0, 0, 1]], "r": [[1, 0, 0], [0, 1, 0], [0, 0, 1]], "heterogeneity": 1 }""",
        "heterogeneity", "all agents are alike: give a list for a, b, q or r")]
    [InlineData("""{ "steps": 2000, "a": [[3, 0, 0], [0, 1, 0], [0, 0, 1]] }""", "initialGain",
        "must keep the cost finite: it leaves the range of float64 within 2000 steps")]
    [InlineData("""{ "q": [[1e308, 0, 0], [0, 1e308, 0], [0, 0, 1e308]] }""", "initialGain",
        "must keep the cost finite: it leaves the range of float64")]
    [InlineData("""{ "steps": -1 }""", "steps", "must be a whole number from 0 to 100000")]
    public void Bad_options_are_named_with_what_is_allowed(string options, string key, string allowed)
    {
        ValidationError fault = Assert.Single(EnvTesting.ErrorsOf("LinearQuadratic-v0", 2, options));
        Assert.Equal($"environment.options.{key}", fault.KeyPath);
        Assert.Contains(allowed, fault.Allowed, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "environment.id: LinearQuadratic-v0; pays rewards that are a number of at most 0; the regret 1 - r allows rewards in [0, 1]; "
            + "other rewards need \"objective\": \"reward\"",
        "objective=regret")]
    [InlineData("policy.kind: \"tabular-softmax\"; cannot act in LinearQuadratic-v0; allowed there: \"linear\"",
        "policy.kind=tabular-softmax")]
    [InlineData("policy.kind: \"linear\"; cannot act in GridWorld-v0; allowed there: \"tabular-softmax\" | ",
        """environment={"id":"GridWorld-v0"}""")]
    [InlineData("gradient.estimator: \"gpomdp\"; cannot sample endless undiscounted episodes; ", "gradient.estimator=gpomdp")]
    [InlineData("gradient.estimator: \"reinforce\"; needs a policy with noise, policy.standardDeviation above 0; ",
        "gradient.estimator=reinforce", LinearQuadraticTesting.Discounted)]
    [InlineData("policy.standardDeviation: 0.1; must be 0 in endless undiscounted episodes", "policy.standardDeviation=0.1")]
    [InlineData("policy.standardDeviation: -1; must be a number of at least 0", "policy.standardDeviation=-1")]
    [InlineData("gradient.entropy: 0.1; must be 0 with policy.kind \"linear\"", "gradient.entropy=0.1")]
    [InlineData("policy.initial: 9 numbers; must keep the cost finite: the eigenvalues of A - B K must lie inside the unit circle",
        "policy.initial=[0,0,0,0,0,0,0,0,0]")]
    [InlineData("policy.initial: 2 numbers; must be 9 numbers", "policy.initial=[0,0]")]
    [InlineData(
        "gradient.horizon: 100000; must be at most 65535 with 3 states and 3 controls", LinearQuadraticTesting.Discounted,
        "policy.standardDeviation=0.1",
        "gradient.estimator=gpomdp", "gradient.horizon=100000", "gradient.trajectories=2")]
    [InlineData(
        "gradient.trajectories: 100000; times 50 steps give more than 8388608 numbers", LinearQuadraticTesting.Discounted,
        "policy.standardDeviation=0.1",
        "gradient.estimator=gpomdp", "gradient.horizon=50", "gradient.trajectories=100000")]
    public void What_does_not_fit_together_is_bad_input(string expected, params string[] assignments)
    {
        InvalidInputException e = Assert.Throws<InvalidInputException>(() => LinearQuadraticTesting.Experiment(assignments));
        ValidationError fault = Assert.Single(e.Errors);
        Assert.StartsWith($"--set: {expected}", fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_policy_that_fits_is_the_default() =>
        Assert.Equal("linear", LinearQuadraticTesting.Experiment("policy={}").PolicyKind);

    [Fact]
    public void It_cannot_be_exported_but_is_described()
    {
        using var folder = new TemporaryFolder();
        Outcome export = Fedpg.Run(folder.FullPath, "env", "export", "LinearQuadratic-v0");
        Assert.Equal((2, ""), (export.ExitCode, export.Output));
        Assert.Equal("ID: LinearQuadratic-v0; its states cannot be listed, so it has no finite-MDP file", Assert.Single(export.ErrorLines));
        Outcome info = Fedpg.Run(folder.FullPath, "env", "info", "LinearQuadratic-v0", "--agents", "2", "--json");
        Assert.Equal(0, info.ExitCode);
        JsonNode json = JsonNode.Parse(info.Output)!;
        Assert.Equal((3, 2), ((int)json["states"]!, (int)json["agents"]!));
        Assert.Equal(-9.1105993, (double)json["bestReturn"]!["average"]!, 1e-7);
        Assert.Contains("initialCost", Fedpg.Run(folder.FullPath, "env", "info", "LinearQuadratic-v0").Output, StringComparison.Ordinal);
    }
}
