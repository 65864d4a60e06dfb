using FedPG.Tests.Experiments.Runs;
using FedPG.Tests.Experiments.TensorBoard;
using FedPG.Tests.Federation.Estimators.Episodic;
using Xunit;

namespace FedPG.Tests.Cli;

/// <summary>What commands print where values are learned by stepping, and no policy: an error of values, and no return.</summary>
public sealed class ValueOutputTests
{
    private const string Meaning = "objective: mean squared error of the values against discounted returns of held-out episodes";

    [Fact]
    public void The_error_of_values_is_called_that_and_has_no_return()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["e.json"], RolloutTesting.Tiny);
        string[] values = ["--set", "policy={}", "gradient={}", "federation.rounds=1"];
        Outcome train = Fedpg.Run(folder.FullPath, ["train", "e.json", "--out", "run", .. values, "federation.algorithm=fedtd"]);
        Assert.True(train.ExitCode == 0, train.Errors);
        Outcome eval = Fedpg.Run(folder.FullPath, "eval", "run"),
            compare = Fedpg.Run(folder.FullPath, ["compare", "e.json", "--algorithms", "fedtd", "--seeds", "1,2", "--out",
                "all", .. values]);
        Assert.All((Outcome[])[train, eval, compare], outcome =>
        {
            Assert.True(outcome.ExitCode == 0, outcome.Errors);
            Assert.Contains(Meaning, outcome.Output, StringComparison.Ordinal);
            Assert.All((string[])["cost", "regret", "fixed point", "optimum", "unknown", "mean return"],
                word => Assert.DoesNotContain(word, outcome.Output, StringComparison.Ordinal));
        });
        // The policy can be played for its return all the same.
        Outcome played = Fedpg.Run(folder.FullPath, "eval", "run", "--episodes", "3");
        Assert.Contains(Meaning, played.Output, StringComparison.Ordinal);
        Assert.Contains("return: mean undiscounted sum of rewards of 3 episodes an agent", played.Output, StringComparison.Ordinal);
        Outcome report = Fedpg.Run(folder.FullPath, "report", "run", "--out", "report.html");
        Assert.True(report.ExitCode == 0, report.Errors);
        Assert.Contains("mean squared errors of values against discounted returns of held-out episodes",
            File.ReadAllText(folder["report.html"]), StringComparison.Ordinal);
        Assert.DoesNotContain(EventFile.ReadAll(folder["run"]), value => value.Tag.EndsWith("/return", StringComparison.Ordinal));
    }
}
