using FedPG.Envs;
using FedPG.Envs.Python;
using Xunit;

namespace FedPG.Tests.Envs.Python;

/// <summary>What is said where a Python environment goes wrong.</summary>
public sealed class PythonFaultTests
{
    [Theory]
    [InlineData("raise", "raised ValueError: the track is broken in step 3 of an episode, at the action [1], from the seed 42 (agent 0)")]
    [InlineData("exit", "stopped: its process ended with exit code 7 in step 3 of an episode")]
    [InlineData("crash", "stopped: its process was ended by signal 11 in step 3 of an episode")]
    [InlineData("four", "cannot be used: step gave 4 values; observation, reward, terminated, truncated, info are needed in step 3")]
    [InlineData("wide", "cannot be used: an observation has 2 numbers, and its space has 1 in step 3")]
    [InlineData("none", "cannot be used: None stands where a number is needed in step 3")]
    [InlineData("text", "cannot be used: 'x' stands where a number is needed in step 3")]
    [InlineData("hang", "did not answer within 1 s (option timeout) in step 3 of an episode")]
    public void One_message_says_what_happened_and_where(string how, string expected)
    {
        PythonOptions options = PythonTesting.Options("small_gym:Faulty", $$"""{ "how": "{{how}}" }""")
            with { Timeout = how == "hang" ? 1 : 60 };
        IEnvironment lane = PythonEnvironment.Create(1, options).Create(0);
        double[] seen = new double[1];
        lane.Reset(42, seen);
        PythonException error = Assert.Throws<PythonException>(() =>
        {
            for (int t = 0; t < 5; t++) _ = lane.Step([1], seen);
        });
        Assert.Contains($"the Python environment small_gym:Faulty {expected}", error.Message, StringComparison.Ordinal);
        if (how == "raise")
        {
            Assert.Matches("File \".*small_gym.py\", line [0-9]+, in step", error.Message);
            Assert.Contains("raise ValueError", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_the_environment_prints_disturbs_nothing()
    {
        IEnvironment lane = PythonTesting.Create("small_gym:Faulty", """{ "how": "prints" }""").Create(0);
        double[] seen = new double[1];
        lane.Reset(1, seen);
        for (int t = 0; t < 4; t++) _ = lane.Step([1], seen);
        Assert.InRange(seen[0], -4, 4);
    }

    [Fact]
    public void A_reset_of_the_old_kind_is_named()
    {
        IEnvironment lane = PythonTesting.Create("small_gym:Faulty", """{ "how": "old-reset" }""").Create(0);
        PythonException error = Assert.Throws<PythonException>(() => lane.Reset(1, new double[1]));
        Assert.Contains("reset gave one value of type list; observation, info are needed at a reset from the seed 1", error.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no_such_module:Walk", "raised ModuleNotFoundError: No module named 'no_such_module'")]
    [InlineData("small_gym:Run-v0", "raised KeyError")]
    [InlineData("small_gym", "says no class: give module:Class, file.py:Class or gymnasium:ID")]
    [InlineData("json:Walk", "the module json has neither a class Walk nor a function make")]
    [InlineData("no_such_file.py:Walk", "no_such_file.py does not exist")]
    [InlineData("small_gym:Discrete", "raised TypeError")]
    public void What_cannot_be_made_is_bad_input(string make, string expected) =>
        Assert.Contains(expected, PythonTesting.ErrorOf(make), StringComparison.Ordinal);

    [Fact]
    public void A_program_that_is_not_there_is_bad_input()
    {
        PythonOptions options = PythonTesting.Options("small_gym:Walk") with { Python = "no-such-python" };
        string error = Assert.Throws<FedPG.Core.Options.InvalidInputException>(() => PythonEnvironment.Create(1, options)).Message;
        Assert.Contains("cannot be started: the program no-such-python is not found", error, StringComparison.Ordinal);
    }
}
