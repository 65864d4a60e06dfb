using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Tests.Cli;
using FedPG.Tests.Experiments.Plugins;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Federation.Estimators.Episodic;

/// <summary>
/// What an environment does wrong in the middle of training is said of it, and not of step sizes; actions of several numbers are trained.
/// </summary>
public sealed class FaultyEnvironmentTests
{
    private const string Register = """contents.Add(Nothing.Definition("A-v0"));""";
    private static readonly string[] Train = ["train", "--quiet", "--out", "run", "--set", "environment.id=A-v0", "--set",
        "objective=reward", "--set", "federation.rounds=1", "--set", "policy.hidden=[]"];

    [Theory]
    [InlineData("observation[0] = 0; return new StepResult(0, true);", "observation[0] = 0; return new StepResult(double.NaN, true);",
        "gave the reward NaN after the action 0 in step 1 of an episode from the seed ")]
    [InlineData("observation[0] = 0; return new StepResult(0, true);", "observation[0] = 1.0 / 0.0; return new StepResult(0, false);",
        "gave the observation Infinity after the action 0 in step 1 of an episode from the seed ")]
    [InlineData("observation) => observation[0] = 0;", "observation) => observation[0] = double.NaN;",
        "gave the observation NaN at a reset from the seed ")]
    [InlineData("observation) => observation[0] = 0;", "observation) => observation[0] = 3;",
        "gave the observation 3, which is not in Discrete(1)")]
    [InlineData("observation[0] = 0; return new StepResult(0, true);", "observation[0] = 1; return new StepResult(0, false);",
        "gave the observation 1, which is not in Discrete(1), after the action 0 in step 1 of an episode from the seed ")]
    [InlineData("observation) => observation[0] = 0;", "observation) => observation[0] = 0.5;",
        "gave the observation 0.5, which is not in Discrete(1), at a reset from the seed ")]
    public void Numbers_that_are_none_are_the_environments(string sound, string faulty, string expected)
    {
        using var folder = new TemporaryFolder();
        Outcome outcome = Fedpg.Run(folder.FullPath, [.. Train, "--plugin", PluginCompiler.CompileFaulty(folder.FullPath, sound, faulty)]);
        Assert.Equal((1, ""), (outcome.ExitCode, outcome.Output));
        string line = Assert.Single(outcome.ErrorLines);
        Assert.StartsWith($"fedpg: the environment {expected}", line, StringComparison.Ordinal);
        Assert.EndsWith("fedpg env check tries what it promises", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("reward", 1.5, "")]
    [InlineData("reward", -0.25, "federation.algorithm=fedq policy={} gradient={}")]
    [InlineData("box", 2.5, "")]
    public void What_an_environment_declares_holds_in_training_too(string kind, double number, string assignments)
    {
        using var folder = new TemporaryFolder();
        string source =
            PluginCompiler.Plugin(
                """contents.Add(Nothing.Definition("A-v0") with { RewardRange = new FedPG.Core.Options.NumberRange(0, 1) });""");
        source = kind == "reward"
            ? source.Replace("new StepResult(0, true)", FormattableString.Invariant($"new StepResult({number}, true)"),
                StringComparison.Ordinal)
            : source.Replace("ObservationSpace => new Discrete(1);", "ObservationSpace => Box.Of(1, -1, 1);", StringComparison.Ordinal)
                .Replace("observation[0] = 0; return new StepResult(0, true)",
                    FormattableString.Invariant($"observation[0] = {number}; return new StepResult(0, false)"), StringComparison.Ordinal);
        string file = PluginCompiler.Compile(folder.FullPath, "Mine", source);
        Outcome outcome = Fedpg.Run(folder.FullPath,
            [.. Train, "--plugin", file, .. assignments.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .SelectMany(a => new[] { "--set", a })]);
        Assert.Equal((1, ""), (outcome.ExitCode, outcome.Output));
        string line = Assert.Single(outcome.ErrorLines);
        string what = kind == "reward"
            ? $"the reward {number}, and its rewards are declared as a number in [0, 1]"
            : "the observation 2.5, which is not in Box([-1], [1])";
        Assert.StartsWith($"fedpg: the environment gave {what}", line, StringComparison.Ordinal);
        Assert.Contains("in step 1 of an episode from the seed", line, StringComparison.Ordinal);
        Assert.Contains("agent ", line, StringComparison.Ordinal);
        if (assignments.Length == 0) Assert.Contains("round 0", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("federation.algorithm=fast-fedpg")]
    [InlineData("federation.algorithm=fedq", "policy={}", "gradient={}")]
    public void Agents_with_spaces_of_their_own_are_not_trained(params string[] assignments)
    {
        using var folder = new TemporaryFolder();
        string source =
            PluginCompiler.Plugin(
                """contents.Add(Nothing.Definition("A-v0") with { Make = _ => agent => new Nothing() { Size = agent + 1 } });""")
            .Replace("ObservationSpace => new Discrete(1);", "ObservationSpace => Box.Of(Size); public int Size { get; init; } = 1;",
                StringComparison.Ordinal);
        string file = PluginCompiler.Compile(folder.FullPath, "Mine", source);
        Outcome outcome = Fedpg.Run(folder.FullPath,
            [.. Train, "--plugin", file, "--set", "environment.agents=2", .. assignments.SelectMany(a => new[] { "--set", a })]);
        Assert.Equal((1, ""), (outcome.ExitCode, outcome.Output));
        Assert.StartsWith(
            "fedpg: the environment of agent 1 has observations Box([-Infinity, -Infinity], [Infinity, Infinity]) and actions "
                + "Discrete(1), that of agent 0 Box([", Assert.Single(outcome.ErrorLines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Make = _ => _ => new Nothing(fails)", "Make = _ => null!",
        "A-v0: Make returned null; what makes an agent's environment is needed")]
    [InlineData("_ => new Nothing(fails)", "_ => null!", "A-v0: Make made no environment (null); an environment with two spaces is needed")]
    [InlineData("ObservationSpace => new Discrete(1)", "ObservationSpace => null!",
        "A-v0: its ObservationSpace is null; an environment with two spaces is needed")]
    [InlineData("ActionSpace => new Discrete(1)", "ActionSpace => null!",
        "A-v0: its ActionSpace is null; an environment with two spaces is needed")]
    public void An_environment_that_is_not_whole_is_bad_input(string sound, string faulty, string expected)
    {
        using var folder = new TemporaryFolder();
        Outcome outcome = Fedpg.Run(folder.FullPath, [.. Train, "--plugin", PluginCompiler.CompileFaulty(folder.FullPath, sound, faulty)]);
        Assert.Equal((2, "", expected), (outcome.ExitCode, outcome.Output, outcome.Errors.Trim()));
        Assert.False(Directory.Exists(folder["run"]));
    }

    [Fact]
    public void Combinations_are_numbered_with_the_last_number_changing_fastest()
    {
        var seen = new List<string>();
        var flat = new FlatActions(new Echo(new MultiDiscrete(2, 3, 2), seen));
        Assert.Equal(new Discrete(12), flat.ActionSpace);
        for (int k = 0; k < 12; k++) _ = flat.Step([k], new double[1]);
        Assert.Equal(from a in Enumerable.Range(0, 2) from b in Enumerable.Range(0, 3) from c in Enumerable.Range(0, 2)
            select $"{a},{b},{c}", seen);
        Assert.Throws<ArgumentException>(() => new FlatActions(new Echo(new Discrete(4), seen)));
        Assert.Throws<ArgumentException>(() => new FlatActions(new Echo(new MultiDiscrete(64, 65), seen)));
        _ = new FlatActions(new Echo(new MultiDiscrete(64, 64), seen));
    }

    /// <summary>The reward is 1 for one of twelve combinations: training finds it, from 1/12.</summary>
    [Fact]
    public void Actions_of_several_numbers_are_trained()
    {
        using var folder = new TemporaryFolder();
        string source = PluginCompiler.Plugin(Register)
            .Replace("ActionSpace => new Discrete(1)", "ActionSpace => new MultiDiscrete(2, 3, 2)", StringComparison.Ordinal)
            .Replace("return new StepResult(0, true)",
                "return new StepResult(action[0] == 1 && action[1] == 2 && action[2] == 0 ? 1 : 0, true)", StringComparison.Ordinal);
        string file = PluginCompiler.Compile(folder.FullPath, "Mine", source);
        Outcome outcome = Fedpg.Run(folder.FullPath,
            [.. Train, "--plugin", file, "--set", "federation.rounds=30", "--set", "federation.localStepSize=1", "--set",
                "gradient.entropy=0"]);
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        double[] objective = [.. new CsvFile(folder["run/metrics.csv"]).Numbers("objective").Where(double.IsFinite)];
        Assert.InRange(objective[0], -0.3, 0);
        Assert.True(objective[^1] < -0.9, $"{objective[^1]}");
    }

    [Fact]
    public void Actions_of_too_many_combinations_are_refused_with_the_reason()
    {
        using var folder = new TemporaryFolder();
        string file = PluginCompiler.CompileFaulty(folder.FullPath, "ActionSpace => new Discrete(1)",
            "ActionSpace => new MultiDiscrete(64, 65)");
        Outcome outcome = Fedpg.Run(folder.FullPath, [.. Train, "--plugin", file]);
        Assert.Equal((2, ""), (outcome.ExitCode, outcome.Output));
        Assert.Contains("cannot act in A-v0, whose actions MultiDiscrete([64, 65]) have more than 4096 combinations; allowed there",
            Assert.Single(outcome.ErrorLines), StringComparison.Ordinal);
    }

    private sealed class Echo(Space actions, List<string> seen) : IEnvironment
    {
        public Space ObservationSpace { get; } = new Discrete(1);

        public Space ActionSpace => actions;

        public void Reset(long seed, Span<double> observation) => observation[0] = 0;

        public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
        {
            seen.Add(string.Join(',', action.ToArray()));
            return new StepResult(0, false);
        }
    }
}
