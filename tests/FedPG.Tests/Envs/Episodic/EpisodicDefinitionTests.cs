using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Experiments;
using Xunit;
using static FedPG.Tests.Envs.SteppingTesting;

namespace FedPG.Tests.Envs.Episodic;

public sealed class EpisodicDefinitionTests
{
    private static readonly EpisodicDefinition Short = new()
    {
        Id = "Walk-v3",
        Summary = "A walk against the wind.",
        StepLimit = 5,
        RewardRange = NumberRange.UnitInterval,
        Make = parameters =>
        {
            AgentNumbers wind = parameters.Number("wind", 0.5, NumberRange.UnitInterval, "How hard it blows.");
            return agent => new Walk(wind[agent]);
        },
    };

    [Fact]
    public void Twenty_lines_make_an_environment_with_all_that_others_have()
    {
        EpisodicEnvironment environment = Make(Short, 2, """{ "wind": [0, 0.25] }""");
        Assert.Equal((5, 0.99, "Walk-v3"), (environment.StepLimit, environment.Discount, environment.Name));
        Assert.Equal(["agent-0", "agent-1"], environment.AgentNames);
        Assert.Equal([1, 2], Run(environment.Create(0), 0, [[1], [1]]).Select(s => s.Observation[0]));
        Assert.Equal([0.75, 1.5], Run(environment.Create(1), 0, [[1], [1]]).Select(s => s.Observation[0]));

        EnvironmentDefinition definition = Short.ToDefinition();
        Assert.Equal(["wind", "discount", "spread", "heterogeneity", "agentSeed"], definition.Arguments().Select(a => a.Key));
        Assert.All(definition.Headings(), h => Assert.False(string.IsNullOrWhiteSpace(h.Text), h.Heading));
        Assert.Contains(definition.Headings(), h => h is ("Version history", "v3: first version."));
        Assert.Equal(5, definition.StepLimit);
    }

    [Fact]
    public void Without_numbers_of_agents_there_is_nothing_to_make_them_differ_by()
    {
        EpisodicDefinition plain = Short with { Make = _ => _ => new Walk(0) };
        Assert.Equal(["discount"], plain.ToDefinition().Arguments().Select(a => a.Key));
        Assert.Empty(Make(plain).Parameters);
    }

    [Fact]
    public void A_degree_without_anything_to_scale_is_refused()
    {
        var errors = Assert.Throws<InvalidInputException>(() => Make(Short, 2, """{ "heterogeneity": 0.5 }""")).Errors;
        Assert.Contains("has nothing to scale", Assert.Single(errors).Allowed, StringComparison.Ordinal);
        Assert.Equal(2, Make(Short, 2, """{ "spread": { "wind": [0, 1] } }""").Parameters["wind"].Distinct().Count());
    }

    [Fact]
    public void Numbers_of_agents_cannot_be_used_while_options_are_read()
    {
        EpisodicDefinition hasty = Short with
        {
            Make = parameters =>
            {
                double wind = parameters.Number("wind", 0.5, NumberRange.UnitInterval, "How hard it blows.")[0];
                return _ => new Walk(wind);
            },
        };
        Assert.Contains("wind", Assert.Throws<InvalidOperationException>(() => Make(hasty)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Limits_of_steps_below_one_are_refused() =>
        Assert.Throws<ArgumentException>(() => new ExperimentCatalog().Add(Short with { StepLimit = 0 }));

    private sealed class Walk(double wind) : IEnvironment
    {
        private double _place;

        public Space ObservationSpace { get; } = Box.Of(1);

        public Space ActionSpace { get; } = new Discrete(2);

        public void Reset(long seed, Span<double> observation) => observation[0] = _place = 0;

        public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
        {
            observation[0] = _place += action[0] - wind;
            return new StepResult(action[0], _place > 3);
        }
    }
}
