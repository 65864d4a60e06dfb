using System.Text.Json;
using FedPG.Tests.Cli;
using FedPG.Tests.Experiments.Plugins;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Envs.Checking;

/// <summary><c>fedpg env check</c> as users start it.</summary>
public sealed class EnvCheckCommandTests
{
    [Fact]
    public void A_sound_plug_in_exits_0_and_a_faulty_one_1_with_the_fault_on_a_line()
    {
        using var folder = new TemporaryFolder();
        Outcome sound = Fedpg.Run(folder.FullPath, "env", "check", "AppleTree-v0", "--agents", "3", "--set", "heterogeneity=1", "--plugin",
            SamplePlugin.File);
        Assert.Equal((0, ""), (sound.ExitCode, sound.Errors));
        Assert.Contains("pass  transitions", sound.Output, StringComparison.Ordinal);
        Assert.Contains("AppleTree-v0 passes (", sound.Output, StringComparison.Ordinal);

        string source = PluginCompiler.Plugin("""contents.Add(Nothing.Definition("A-v0"));""")
            .Replace("StepResult(0, true)", "StepResult(double.NaN, true)", StringComparison.Ordinal);
        string plugin = PluginCompiler.Compile(folder.FullPath, "Mine", source);
        Outcome faulty = Fedpg.Run(folder.FullPath, "env", "check", "A-v0", "--plugin", plugin);
        Assert.Equal((1, ""), (faulty.ExitCode, faulty.Errors));
        Assert.Contains("FAIL  numbers", faulty.Output, StringComparison.Ordinal);
        Assert.Contains("agent 0, seed 1, step 1: the reward is NaN", faulty.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_is_one_document_with_every_check()
    {
        using var folder = new TemporaryFolder();
        Outcome outcome = Fedpg.Run(folder.FullPath, "env", "check", "Glider-v0", "--json", "--seed", "7", "--episodes", "3", "--plugin",
            SamplePlugin.File);
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Errors));
        using JsonDocument json = JsonDocument.Parse(outcome.Output);
        Assert.True(json.RootElement.GetProperty("passed").GetBoolean());
        Assert.Equal((7, 3), (json.RootElement.GetProperty("firstSeed").GetInt64(), json.RootElement.GetProperty("episodes").GetInt32()));
        Assert.Equal("skipped", json.RootElement.GetProperty("results").EnumerateArray()
            .Single(r => r.GetProperty("name").GetString() == "table").GetProperty("status").GetString());
    }

    [Theory]
    [InlineData("--seed: -1; must be a whole number from 0 to ", "--seed", "-1")]
    [InlineData("--episodes: 0; must be a whole number from 1 to 10000", "--episodes", "0")]
    [InlineData("ID: Walk; is not an environment", "--set", "a=1")]
    public void Bad_input_is_one_line_and_exit_code_2(string expected, params string[] more)
    {
        using var folder = new TemporaryFolder();
        Outcome outcome = Fedpg.Run(folder.FullPath, ["env", "check", more[0] == "--set" ? "Walk" : "GridWorld-v0", .. more]);
        Assert.Equal((2, ""), (outcome.ExitCode, outcome.Output));
        Assert.Contains(expected, Assert.Single(outcome.ErrorLines), StringComparison.Ordinal);
    }
}
