using FedPG.Core.Options;
using FedPG.Federation;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Federation.Algorithms;

/// <summary>A local optimiser of <c>centralized</c> works on the mean gradient, at the server.</summary>
public sealed class CentralizedOptimizerTests
{
    private const string Adam = "federation.localOptimizer=adam";

    /// <summary>One agent's mean gradient is its own: then local steps and central ones are the same steps.</summary>
    [Theory]
    [InlineData(Adam)]
    [InlineData(Adam, "federation.localOptimizerState=reset")]
    [InlineData("federation.localOptimizer=momentum", "federation.localMaxNorm=0.01")]
    [InlineData("federation.localMaxNorm=0.01")]
    public void Of_one_agent_it_goes_the_way_of_local_steps(params string[] optimizer)
    {
        double[][] Path(string algorithm, params string[] assignments) => AlgorithmTesting.Path(AlgorithmTesting.Experiment(
            algorithm, ["environment.agents=1", "federation.localStepSize=0.05", .. assignments]));
        double[][] central = Path("centralized", optimizer);
        AlgorithmTesting.AssertClose(Path("fedavg", optimizer), central, 1e-12);
        Assert.Contains(central[^1].Zip(Path("centralized")[^1]), pair => Math.Abs(pair.First - pair.Second) > 1e-3);
    }

    /// <summary>
    /// Adam's first step is eta in each coordinate of the mean gradient; the mean of the agents' own such steps is shorter where their
    /// gradients have different signs.
    /// </summary>
    [Fact]
    public void Of_several_agents_the_mean_gradient_makes_the_step()
    {
        double[] Step(string algorithm)
        {
            double[][] path = AlgorithmTesting.Path(AlgorithmTesting.Experiment(
                algorithm, Adam, "federation.localStepSize=0.05", "federation.rounds=1", "federation.localSteps=1",
                "environment.options.heterogeneity=1"));
            return [.. path[1].Zip(path[0], (after, before) => Math.Abs(after - before))];
        }
        Assert.All(Step("centralized"), moved => Assert.Equal(0.05, moved, 1e-4));
        Assert.Contains(Step("fedavg"), moved => moved < 0.03);
    }

    [Fact]
    public void Its_moments_are_the_servers_alone_and_go_on_after_a_stop()
    {
        using var folder = new TemporaryFolder();
        FedPG.Experiments.Experiment experiment = RunTesting.Experiment("federation.algorithm=centralized", Adam);
        RunTesting.Run(experiment, folder["whole"]);
        RunTesting.RunUntil(3, experiment, folder["parts"]);
        RunTesting.ResumeUntil(null, folder["parts"], threads: 2, block: 1);
        Assert.Equal(RunTesting.Bits(folder["whole"]), RunTesting.Bits(folder["parts"]));
        using var federation = new TrainingLoop(experiment, RunTesting.Execution(), TimeProvider.System);
        Assert.DoesNotContain(federation.Agents.States().Rows, rows => rows.Name.StartsWith("optimizer/", StringComparison.Ordinal));
    }

    [Fact]
    public void Moments_that_no_agent_has_cannot_be_averaged()
    {
        ValidationError error = Assert.Single(Assert.Throws<InvalidInputException>(() => RunTesting.Experiment(
            "federation.algorithm=centralized", Adam, "federation.localOptimizerState=averaged")).Errors);
        Assert.Equal("federation.localOptimizerState", error.KeyPath);
        Assert.Contains("whose server keeps the only moments", error.Allowed, StringComparison.Ordinal);
    }
}
