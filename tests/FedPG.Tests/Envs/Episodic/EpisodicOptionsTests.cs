using System.Text.Json;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Control;
using FedPG.Envs.Episodic;
using Xunit;
using static FedPG.Tests.Envs.SteppingTesting;

namespace FedPG.Tests.Envs.Episodic;

/// <summary>Options that a program writes as a record are those that a file writes in JSON.</summary>
public sealed class EpisodicOptionsTests
{
    public static TheoryData<string, EpisodicOptions, string> Pairs => new()
    {
        { "CartPole-v1", new CartPoleOptions(), "{}" },
        { "CartPole-v1", new CartPoleOptions { Length = [0.3, 0.5, 1.3], Gravity = 8 }, """{ "length": [0.3, 0.5, 1.3], "gravity": 8 }""" },
        { "CartPole-v1", new CartPoleOptions { Heterogeneity = 1, Gravity = 9.8 }, """{ "heterogeneity": 1, "gravity": 9.8 }""" },
        { "CartPole-v1", new CartPoleOptions { AgentSeed = 4 }, """{ "agentSeed": 4 }""" },
        {
            "CartPole-v1",
            new CartPoleOptions { Spread = new() { ["target"] = (-1, 1), ["tau"] = (0.01, 0.02) }, TargetShare = 0.5, Discount = 0.9 },
            """{ "spread": { "target": [-1, 1], "tau": [0.01, 0.02] }, "targetShare": 0.5, "discount": 0.9 }"""
        },
        { "Acrobot-v1", new AcrobotOptions { Heterogeneity = 0.3, TorqueNoise = 0.1 }, """{ "heterogeneity": 0.3, "torqueNoise": 0.1 }""" },
        { "MountainCar-v0", new MountainCarOptions { GoalVelocity = 0.01 }, """{ "goalVelocity": 0.01 }""" },
        { "Pendulum-v1", new PendulumOptions { TargetAngle = [0, 1, 2] }, """{ "targetAngle": [0, 1, 2] }""" },
    };

    [Theory]
    [MemberData(nameof(Pairs))]
    public void A_record_makes_the_agents_of_the_same_options_in_a_file(string id, EpisodicOptions options, string json)
    {
        var made = (EpisodicEnvironment)EnvTesting.Configure(id, 3).Definition.Create(3, options);
        ConfiguredEnvironment configured = EnvTesting.Configure(id, 3, json);
        var read = (EpisodicEnvironment)configured.Build();
        Assert.Equal(read.Discount, made.Discount);
        Assert.Equal(read.Parameters.Keys, made.Parameters.Keys);
        Assert.All(read.Parameters, p => Assert.Equal(p.Value, made.Parameters[p.Key]));
        // Options of a record with a default other than null are written out; all else is resolved as for the file.
        ConfiguredEnvironment again = EnvTesting.Configure(id, 3, made.Origin!.Options.ToJsonString());
        Assert.Equal(configured.ResolvedOptions.ToJsonString(), again.ResolvedOptions.ToJsonString());
    }

    [Fact]
    public void Every_task_has_its_own_way_to_be_made()
    {
        Assert.Equal("CartPole-v1", CartPole.Create(agents: 2, new CartPoleOptions { Length = 0.7 }).Origin!.Id);
        Assert.Equal([0.7, 0.7], CartPole.Create(agents: 2, new CartPoleOptions { Length = 0.7 }).Parameters["length"]);
        Assert.Equal("Acrobot-v1", Acrobot.Create(agents: 2).Name);
        Assert.Equal("MountainCar-v0", MountainCar.Create(agents: 2).Name);
        Assert.Equal("Pendulum-v1", Pendulum.Create(agents: 2).Name);
    }

    [Fact]
    public void A_record_gets_the_messages_of_a_file()
    {
        var wrong = new CartPoleOptions { Gravity = -1, Length = [0.5], Heterogeneity = 1.5, Spread = new() { ["tau"] = (2, 1) } };
        var errors = Assert.Throws<InvalidInputException>(() => CartPole.Create(2, wrong)).Errors;
        Assert.Equal(
        [
            "CartPoleOptions: gravity: -1; must be a number of at least 0, or a list of 2 of them, one an agent",
            "CartPoleOptions: length: [0.5]; must be a number greater than 0, or a list of 2 of them, one an agent",
            "CartPoleOptions: spread.tau: [2,1]; must be [low, high] with low <= high, each a number greater than 0",
            "CartPoleOptions: heterogeneity: 1.5; must be a number in [0, 1]",
        ], errors.Select(error => error.ToString()));
    }

    /// <summary>
    /// The number of a single agent's environment stands in the options too, so that one can be made without a definition.
    /// </summary>
    [Fact]
    public void An_environment_takes_its_agent_s_number_from_the_options()
    {
        double[][] actions = Actions(new CartPole().ActionSpace, 20, 1);
        var options = new CartPoleOptions { Length = [0.3, 0.9] };
        Seen[] second = Run(new CartPole(options, agent: 1), 3, actions),
            alone = Run(new CartPole(new CartPoleOptions { Length = 0.9 }), 3, actions);
        Assert.Equal(Bits(alone), Bits(second));
        Assert.NotEqual(Bits(second), Bits(Run(new CartPole(options), 3, actions)));
    }

    [Fact]
    public void Records_are_equal_where_their_numbers_are()
    {
        Assert.Equal(new CartPoleOptions(), new CartPoleOptions());
        Assert.Equal(new CartPoleOptions { Length = [1, 2] }, new CartPoleOptions { Length = [1, 2] });
        Assert.NotEqual(new CartPoleOptions { Length = [1, 2] }, new CartPoleOptions { Length = [1, 3] });
        // A number that is given is not drawn, a default is: they are not the same.
        Assert.NotEqual(new CartPoleOptions { Length = 0.5 }, new CartPoleOptions());
        Assert.Equal(
            new CartPoleOptions { Spread = new() { ["tau"] = (1, 2), ["length"] = (1, 2) } },
            new CartPoleOptions { Spread = new() { ["length"] = (1, 2), ["tau"] = (1, 2) } });
    }

    [Fact]
    public void The_default_of_the_record_is_that_of_the_documentation()
    {
        foreach ((string id, EpisodicOptions defaults) in (IEnumerable<(string, EpisodicOptions)>)
            [("CartPole-v1", new CartPoleOptions()), ("Acrobot-v1", new AcrobotOptions()), ("MountainCar-v0", new MountainCarOptions()),
                ("Pendulum-v1", new PendulumOptions())])
        {
            EnvironmentDefinition definition = EnvTesting.Configure(id, 1).Definition;
            Assert.Equal(defaults.GetType(), definition.OptionsType);
            Dictionary<string, OptionInfo> arguments = definition.Arguments().ToDictionary(a => a.Key);
            IReadOnlyList<OptionProperty> properties = OptionProperty.Of(defaults.GetType());
            Assert.Equal(properties.Select(p => p.Key).Order(StringComparer.Ordinal), arguments.Keys.Order(StringComparer.Ordinal));
            foreach (OptionProperty property in properties)
            {
                Assert.Equal(property.Attribute.Meaning, arguments[property.Key].Meaning);
                if (property.ValueIn(defaults) is not { } value) continue;
                string expected = value is bool or string ? JsonSerializer.Serialize(value) : value.ToString()!;
                Assert.Equal(expected, arguments[property.Key].Default);
            }
        }
    }
}
