using System.CommandLine;
using FedPG.Cli;
using FedPG.Core.Options;
using FedPG.Tests.Cli;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Comparison.Sweeps;

/// <summary><c>fedpg sweep</c> as users start it.</summary>
public sealed class SweepCommandTests
{
    [Fact]
    public void The_table_has_a_row_for_each_point_the_best_first()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["e.json"], RunTesting.Tiny);
        Outcome outcome = Fedpg.Run(folder.FullPath, "sweep", "--grid", "localSteps=1,3", "--random", "2", "--draw",
            "localStepSize=uniform:0.1..0.5", "e.json", "--halving", "--seeds", "1..2", "--out", "s", "--threads", "1");
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        Assert.Contains("tiny: 4 points, 2 seeds (1,2)", outcome.Output, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^ *settings +own gap +rounds", outcome.Output);
        Assert.Equal(4, outcome.Output.Split('\n').Count(line => line.Contains("localSteps=", StringComparison.Ordinal)));
        Assert.Contains("points with fewer rounds were given up there", outcome.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", outcome.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "nothing to sweep: --grid key.path=v1,v2,..., or --random K with --draw")]
    [InlineData("--random 3", "--random: draws nothing without --draw")]
    [InlineData("--draw localStepSize=log:1..2", "--draw: is drawn by --random K, which is not given")]
    [InlineData("--grid localSteps=1,2 --seeds 3..1", "--seeds: 3..1; is a range without seeds")]
    [InlineData("--grid localSteps=1,2 --rank-by gaps", "--rank-by: gaps; is no column to rank by")]
    [InlineData("--grid localSteps=1,2 --seed 1,2 --random 1 --draw localStepSize=1,2", "--seed: 1,2; must be one seed")]
    [InlineData("--grid localSteps=1,2 --seed 7", "--seed: 7; is the seed of the draws of --random")]
    [InlineData("--grid localSteps=1,2 --halving --set federation={\"rounds\":8,\"localStepSize\":{\"schedule\":\"cosine\",\"from\":0.1}}",
        "--halving: sets federation.rounds anew at each rung, and a schedule of the experiment follows it")]
    [InlineData("--grid environment.stepped=false,true --set stopAt={\"column\":\"gap\",\"value\":0.1}", "the optimum is not known")]
    [InlineData("--random 9 --draw federation.globalStepSize=uniform:2..3", "--draw: federation.globalStepSize: ")]
    [InlineData("--resume s --grid localSteps=1,2", "--resume: s; cannot be combined with --grid")]
    public void A_command_line_with_a_mistake_is_refused(string line, string expected)
    {
        using var folder = new TemporaryFolder();
        string[] given = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string[] words = ["sweep", "--set", "federation.rounds=1", "--out", folder["s"], .. given];
        InvalidInputException e = Assert.Throws<InvalidInputException>(() =>
            CommandLine.Create().Parse(words).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false }));
        Assert.Contains(expected, e.Errors[0].ToString(), StringComparison.Ordinal);
        if (line.Contains("--random 9", StringComparison.Ordinal)) Assert.Single(e.Errors);
        Assert.False(Directory.Exists(folder["s"]));
    }
}
