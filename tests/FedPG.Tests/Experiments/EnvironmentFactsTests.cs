using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Envs.GridWorlds;
using FedPG.Envs.Tabular;
using FedPG.Experiments;
using FedPG.Tests.Envs;
using Xunit;

namespace FedPG.Tests.Experiments;

/// <summary>What callers ask of an environment, they ask without knowing its kind.</summary>
public sealed class EnvironmentFactsTests
{
    public static TheoryData<string> Ids => [.. EnvTesting.AllIds];

    [Fact]
    public void Facts_of_a_table_have_their_order_and_words()
    {
        FiniteMdp mdp = GridWorld.Create(2, new GridWorldOptions { Width = 4, Height = 4 });
        Assert.Equal(
            ["states", "actions", "agents", "discount", "sharesKernel", "startStates", "terminalStates", "bestReturn", "map", "parameters",
                "tasks"],
            EnvironmentFacts.Json(mdp).Select(fact => fact.Key));
        Dictionary<string, string> words = EnvironmentFacts.Words(mdp).ToDictionary(fact => fact.Name, fact => fact.Value);
        Assert.Equal(
            ["states", "actions", "agents", "discount", "kernel", "start states", "terminal states", "best return", "parameters",
                "tasks"], words.Keys);
        Assert.Equal(("shared by all agents", "none"), (words["kernel"], words["terminal states"]));
        Assert.Equal("0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, ... (16 in all)", words["start states"]);
        Assert.Equal(4, mdp.Map.Count);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Every_environment_says_how_it_is_stepped(string id)
    {
        FederatedEnvironment environment = EnvTesting.Configure(id, 2).Build();
        Assert.True(EpisodicEnvironment.CanBe(environment));
        var stepped = EpisodicEnvironment.Of(environment);
        IEnvironment agent = environment.Stepping!(1);
        Assert.Equal(stepped.ObservationSpace, agent.ObservationSpace);
        Assert.Equal(stepped.ActionSpace, agent.ActionSpace);
        Assert.Equal(environment.StepRewardRange, stepped.RewardRange);
        Assert.True(EnvironmentFacts.Json(environment).ContainsKey("agents"));
    }

    [Fact]
    public void Rewards_outside_a_range_are_named_where_they_stand()
    {
        KnownReward[] outside = [.. FrozenLakeWithPenalty().RewardsOutside(NumberRange.UnitInterval)];
        Assert.NotEmpty(outside);
        Assert.All(outside, reward => Assert.True(reward.Reward < 0));
        Assert.StartsWith("agents[0].rewards[", outside[0].Key, StringComparison.Ordinal);
        Assert.Empty(GridWorld.Create(2).RewardsOutside(NumberRange.UnitInterval));

        static FiniteMdp FrozenLakeWithPenalty() =>
            EnvTesting.Make("FrozenLake-v1", 1, """{ "rewardSchedule": [1, -1, 0] }""");
    }
}
