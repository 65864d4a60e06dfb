using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using Xunit;
using static FedPG.Tests.Envs.SteppingTesting;

namespace FedPG.Tests.Envs.Episodic;

/// <summary>A plug-in's environment whose options are a record.</summary>
public sealed class EpisodicDefinitionOfOptionsTests
{
    private static readonly EpisodicDefinition<WalkOptions> Typed = new()
    {
        Id = "Walk-v0",
        Summary = "A walk against the wind.",
        StepLimit = 5,
        Make = (options, agent) => new Walk(options.Wind[agent], options.Stride, options.Discount),
    };

    /// <summary>The same environment with options that are read one by one.</summary>
    private static readonly EpisodicDefinition OneByOne = new()
    {
        Id = "Walk-v0",
        Summary = "A walk against the wind.",
        StepLimit = 5,
        Discount = 0.5,
        Differing = ([], ["wind"]),
        Make = parameters =>
        {
            AgentNumbers wind = parameters.Number("wind", 0.1, NumberRange.UnitInterval, "How hard it blows.", spread: (0, 0.4));
            string stride = parameters.Options.Choice("stride", "short", ["short", "long"], "How far a step goes.");
            return agent => new Walk(wind[agent], stride == "short" ? Stride.Short : Stride.Long, 0);
        },
    };

    [Theory]
    [InlineData("{}")]
    [InlineData("""{ "wind": [0, 0.25], "stride": "long" }""")]
    [InlineData("""{ "heterogeneity": 0.5, "agentSeed": 3, "discount": 0.7 }""")]
    public void Both_ways_read_the_same_options_to_the_same_agents(string options)
    {
        EpisodicEnvironment typed = Make(Typed, 2, options), plain = Make(OneByOne, 2, options);
        Assert.Equal(plain.Discount, typed.Discount);
        Assert.Equal(plain.Parameters["wind"], typed.Parameters["wind"]);
        EnvironmentDefinition one = Typed.ToDefinition(), other = OneByOne.ToDefinition();
        Assert.Equal(other.Arguments(), one.Arguments());
        Assert.Equal(other.Differences!.Lists.SelectMany(list => list.Options), one.Differences!.Lists.SelectMany(list => list.Options));
        Assert.Equal((typeof(WalkOptions), null), (one.OptionsType, other.OptionsType));
        double[][] actions = Constant(1, 3);
        for (int agent = 0; agent < 2; agent++)
        {
            Assert.Equal(
                Run(plain.Create(agent), 0, actions).Select(s => s.Observation[0]),
                Run(typed.Create(agent), 0, actions).Select(s => s.Observation[0]));
        }
    }

    [Theory]
    [InlineData("""{ "wind": 2 }""", "wind")]
    [InlineData("""{ "stride": "far" }""", "stride")]
    [InlineData("""{ "wnid": 0.1 }""", "wnid")]
    [InlineData("""{ "spread": { "wind": [0, 2] } }""", "spread.wind")]
    public void Both_ways_refuse_the_same_in_the_same_words(string options, string key)
    {
        ValidationError typed = Assert.Single(Assert.Throws<InvalidInputException>(() => Make(Typed, 2, options)).Errors);
        ValidationError plain = Assert.Single(Assert.Throws<InvalidInputException>(() => Make(OneByOne, 2, options)).Errors);
        Assert.Equal(plain, typed);
        Assert.Equal($"environment.options.{key}", typed.KeyPath);
    }

    [Fact]
    public void A_program_writes_the_record()
    {
        EnvironmentDefinition definition = Typed.ToDefinition();
        var environment = (EpisodicEnvironment)definition.Create(2,
            new WalkOptions { Wind = [0, 0.25], Discount = 0.75, Stride = Stride.Long });
        Assert.Equal([0, 0.25], environment.Parameters["wind"]);
        Assert.Equal(0.75, environment.Discount);
        var walk = (Walk)environment.Create(1);
        Assert.Equal((0.25, Stride.Long, 0.75), (walk.Wind, walk.Stride, walk.Discount));
    }

    [Fact]
    public void A_number_without_a_default_is_refused_when_it_is_registered()
    {
        var wrong = new EpisodicDefinition<NoDefaultOptions>
        {
            Id = "Walk-v0",
            Summary = "None.",
            Make = (_, _) => new Walk(0, Stride.Short, 1),
        };
        Assert.Equal("NoDefaultOptions.Wind needs a default: = AgentNumbers.Default(...)",
            Assert.Throws<ArgumentException>(wrong.ToDefinition).Message);
    }

    [Fact]
    public void What_makes_the_environment_is_needed()
    {
        EpisodicDefinition<WalkOptions> without = Typed with { Make = null! };
        Assert.Contains("Make is null", Assert.Throws<ArgumentException>(without.ToDefinition).Message, StringComparison.Ordinal);
    }

    private enum Stride
    {
        Short,
        Long,
    }

    private sealed record NoDefaultOptions : EpisodicOptions
    {
        [Option("How hard it blows.")]
        public AgentNumbers Wind { get; init; } = 0.1;
    }

    private sealed record WalkOptions : EpisodicOptions
    {
        public WalkOptions() => Discount = 0.5;

        [Option("How hard it blows.", Minimum = 0, Maximum = 1), AgentNumber(SpreadLow = 0, SpreadHigh = 0.4)]
        public AgentNumbers Wind { get; init; } = AgentNumbers.Default(0.1);

        [Option("How far a step goes.")]
        public Stride Stride { get; init; } = Stride.Short;
    }

    private sealed class Walk(double wind, Stride stride, double discount) : IEnvironment
    {
        private double _place;

        public double Wind => wind;

        public Stride Stride => stride;

        public double Discount => discount;

        public Space ObservationSpace { get; } = Box.Of(1);

        public Space ActionSpace { get; } = new Discrete(2);

        public void Reset(long seed, Span<double> observation) => observation[0] = _place = 0;

        public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
        {
            observation[0] = _place += ((stride == Stride.Long ? 2 : 1) * action[0]) - wind;
            return new StepResult(action[0], _place > 3);
        }
    }
}
