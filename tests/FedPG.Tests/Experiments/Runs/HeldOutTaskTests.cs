using FedPG.Core.Options;
using FedPG.Experiments.Reading;
using FedPG.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Experiments.Runs;

/// <summary>A policy judged on tasks and agents that training has not seen.</summary>
public sealed class HeldOutTaskTests
{
    private const string Grid =
        """environment={"id":"GridWorld-v0","agents":3,"options":{"width":4,"height":4,"discount":0.9,"goals":[[0,0],[0,3],[3,3]]}}""";
    private const string Network = """policy={"kind":"neural-softmax","hidden":[6],"context":"task"}""", Table = "policy.context=task";
    private const string Goals = "environment.options.goals=[[0,1],[2,3]]", Two = "environment.agents=2";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_same_parameters_are_judged_on_other_tasks_and_agents(bool stepped)
    {
        using var folder = new TemporaryFolder();
        StoredPolicy stored = Train(folder, Network, $"environment.stepped={(stepped ? "true" : "false")}");
        StoredPolicy moved = stored.In(ExperimentReader.Default, [Two, Goals]);
        Assert.Equal(stored.Parameters, moved.Parameters);
        Assert.Equal(2, moved.Experiment.Environment.AgentNames.Count);
        PolicyReview review = PolicyReview.Of(moved, episodes: 0);
        Assert.Equal(2, review.Agents.Count);
        // The parameters evaluated there from the start give the same: nothing of the training's environment is left in them.
        PolicyReview fresh = PolicyReview.Of(moved with { Folder = "elsewhere" }, episodes: 0);
        Assert.Equal(review.Objective, fresh.Objective);
        if (stepped) return;
        PolicyReview trained = PolicyReview.Of(stored, episodes: 0);
        Assert.NotEqual(trained.Objective, review.Objective);
        Assert.Equal(review.Agents.Average(agent => agent.Objective - agent.Optimum!.Value), review.OwnGap!.Value, 1e-12);
        Assert.Equal(review.Agents.Max(agent => agent.OwnShare), review.WorstOwnGap);
        Assert.True(review.UniformOwnGap > 0);
    }

    /// <summary>On the training's own tasks the figures are those of the run, whatever the order of agents.</summary>
    [Fact]
    public void The_tasks_of_training_in_another_order_give_each_agent_its_figure()
    {
        using var folder = new TemporaryFolder();
        StoredPolicy stored = Train(folder, Network, "dtype=float64");
        PolicyReview own = PolicyReview.Of(stored, episodes: 0);
        PolicyReview turned =
            PolicyReview.Of(stored.In(ExperimentReader.Default, ["environment.options.goals=[[3,3],[0,0],[0,3]]"]), episodes: 0);
        foreach ((int there, int here) in (ReadOnlySpan<(int, int)>)[(0, 2), (1, 0), (2, 1)])
            Assert.Equal(own.Agents[here].Objective, turned.Agents[there].Objective, 1e-12);
    }

    [Theory]
    [InlineData(Network, "policy.hidden=[3]", "--set: policy.hidden: [3]; cannot be set for a policy that is trained")]
    [InlineData(Network, "seed=4", "--set: seed: 4; cannot be set for a policy that is trained")]
    [InlineData(Network, "environment.options.width=5", "layer0.weight is [16, 6], and must be [20, 6]")]
    [InlineData(Network, "environment.options.goals=[[9,9]]", "goals")]
    [InlineData(Network, "environment.options.slip=[0.1,0.2,0.3]", "was told of each agent [goalRow, goalColumn]; there a task is ")]
    [InlineData(Table, "environment.options.goals=[[0,1],[2,3],[3,3]]", "has a table for each task that it was trained on")]
    [InlineData("policy.context=agent", Two, "knows its 3 agents by their numbers", "environment.options.goals=null")]
    [InlineData("policy.kind=tabular-softmax", "environment.options.width=5", "theta is [16, 4], and must be [20, 4]")]
    public void What_does_not_fit_is_refused_with_the_reason(string policy, string assignment, string expected, string? more = null)
    {
        using var folder = new TemporaryFolder();
        StoredPolicy stored = Train(folder, policy);
        InvalidInputException e = Assert.Throws<InvalidInputException>(
            () => stored.In(ExperimentReader.Default, more is null ? [assignment] : [assignment, more]));
        Assert.Contains(e.Errors, error => error.ToString().Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void A_policy_that_is_told_nothing_serves_any_number_of_agents()
    {
        using var folder = new TemporaryFolder();
        StoredPolicy stored = Train(folder, "policy.kind=tabular-softmax", "federation.agentLocalSteps=[1,2,3]");
        Assert.Equal(2, PolicyReview.Of(stored.In(ExperimentReader.Default, [Two, Goals]), episodes: 0).Agents.Count);
    }

    private static StoredPolicy Train(TemporaryFolder folder, params string[] settings)
    {
        RunTesting.Run(RunTesting.Experiment([Grid, "federation.rounds=2", .. settings]), folder["run"]);
        return StoredPolicy.Read(folder["run"], ExperimentReader.Default);
    }
}
