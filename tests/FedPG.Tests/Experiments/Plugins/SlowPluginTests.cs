using FedPG.Tests.Cli;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Experiments.Plugins;

/// <summary>Plug-ins that are slow, or end the process: what was running is said, with agent, round and step.</summary>
public sealed class SlowPluginTests
{
    private const string Where = "Nothing of Mine: agent ";

    /// <summary>All three in one process each, at the third step that any environment takes.</summary>
    [Theory]
    [InlineData("System.Threading.Thread.Sleep(1500);", 0, "it has not ended for 0.3 s; the run waits for it", false)]
    [InlineData("System.Environment.Exit(0);", 1,
        "the process ended before the run was over: by Environment.Exit in the environment's own code, or from outside", true)]
    [InlineData("new System.Threading.Thread(() => throw new InvalidOperationException(\"lost\")).Start();"
        + " System.Threading.Thread.Sleep(60000);", 1,
        "the process ended before the run was over: by an exception of a thread that nobody waits for: ", true)]
    public void What_was_running_is_named(string fault, int code, string expected, bool isKept)
    {
        using var folder = new TemporaryFolder();
        string plugin = PluginCompiler.CompileFaulty(folder.FullPath, "observation[0] = 0; return new StepResult(0, true);",
            $"if (System.Threading.Interlocked.Increment(ref Count) == 3) {{ {fault} }} observation[0] = 0; "
                + "return new StepResult(0, true);",
            "public void Reset(long seed", "public static int Count; public void Reset(long seed");
        File.WriteAllText(folder["e.json"], """
            { "objective": "reward", "environment": { "id": "A-v0", "agents": 1 }, "gradient": { "horizon": 1, "trajectories": 2 },
              "federation": { "rounds": 3, "localSteps": 1, "localStepSize": 0.1 }, "evaluationEpisodes": 2 }
            """);
        var variables = new Dictionary<string, string> { ["FEDPG_STEP_SECONDS"] = "0.3" };
        Outcome outcome = Fedpg.Run(folder.FullPath, variables, ["train", "e.json", "--out", "run", "--quiet", "--plugin", plugin]);
        Assert.True(outcome.ExitCode == code, outcome.Errors);
        Assert.Contains(expected, outcome.Errors, StringComparison.Ordinal);
        Assert.Contains(Where, outcome.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", outcome.Errors, StringComparison.Ordinal);
        Assert.Equal(isKept, File.Exists(folder["run/running.txt"]));
        if (!isKept) return;
        string running = File.ReadAllText(folder["run/running.txt"]);
        Assert.Contains(Where, running, StringComparison.Ordinal);
        Assert.Contains(", round ", running, StringComparison.Ordinal);
        Assert.Contains(expected, running, StringComparison.Ordinal);
    }
}
