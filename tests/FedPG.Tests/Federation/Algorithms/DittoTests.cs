using FedPG.Core.Options;
using FedPG.Experiments;
using FedPG.Experiments.Runs;
using FedPG.Federation;
using FedPG.Policies;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Federation.Algorithms;

/// <summary>Own policies held near a common one.</summary>
public sealed class DittoTests
{
    private const double Eta = 0.5, Lambda = 0.7;
    private const int Steps = 3;

    [Fact]
    public void The_common_policy_is_that_of_fedavg()
    {
        double[][] common = AlgorithmTesting.Path(AlgorithmTesting.Experiment("ditto", "federation.proximal=0.7"));
        Assert.Equal(AlgorithmTesting.Path(AlgorithmTesting.Experiment("fedavg")), common);
    }

    [Fact]
    public void Without_the_term_every_agent_is_alone()
    {
        double[][] own = Own("ditto", "federation.proximal=0"), alone = Own("independent");
        foreach ((double[] v, double[] theta) in own.Zip(alone))
            Assert.All(v.Zip(theta), pair => Assert.Equal(pair.Second, pair.First, 1e-12));
    }

    /// <summary>A learner's rollouts too, once each policy's moments start anew; those of both together are refused.</summary>
    [Fact]
    public void Moments_of_two_policies_are_not_mixed()
    {
        string[] adam = ["federation.localOptimizer=adam"];
        ValidationError error = Assert.Single(
            Assert.Throws<InvalidInputException>(() => AlgorithmTesting.Experiment("ditto", adam)).Errors);
        Assert.Equal("federation.localOptimizerState", error.KeyPath);
        string[] reset = [.. adam, "federation.localOptimizerState=reset", "federation.localStepSize=0.01"];
        Assert.Equal(
            AlgorithmTesting.Path(AlgorithmTesting.Experiment("fedavg", reset)),
            AlgorithmTesting.Path(AlgorithmTesting.Experiment("ditto", reset)));
    }

    /// <summary>
    /// A network does not start at zero: agents that are not in round 0 start there all the same, in whatever block they are.
    /// </summary>
    [Fact]
    public void Agents_that_have_not_taken_part_yet_are_at_the_start()
    {
        Experiment experiment = AlgorithmTesting.Experiment(
            "ditto", """policy={"kind":"neural-softmax","hidden":[3]}""", "federation.rounds=1",
            """federation.participation={"kind":"trace","trace":[[1]]}""");
        using var federation = new TrainingLoop(experiment, RunTesting.Execution(block: 1), TimeProvider.System);
        using Policy policy = experiment.CreatePolicy(TensorFormat.Float64);
        federation.Run(Sink.None, checkpoint: null, TestContext.Current.CancellationToken);
        double[][] own = federation.Served.OwnParameters()!;
        Assert.Equal(experiment.StartOf(policy), own[0]);
        Assert.NotEqual(own[0], own[1]);
    }

    /// <summary>v_i against the same in plain arrays; with the term it is seen to lie nearer to the common policy.</summary>
    [Fact]
    public void Own_policies_follow_their_equation()
    {
        Experiment experiment = AlgorithmTesting.Experiment("ditto", "federation.proximal=0.7");
        double[][] common = AlgorithmTesting.Path(AlgorithmTesting.Experiment("fedavg"));
        var regret = new PlainRegret(experiment.Mdp);
        double[][] own = Own("ditto", "federation.proximal=0.7");
        for (int i = 0; i < own.Length; i++)
        {
            double[] v = new double[common[0].Length];
            for (int t = 0; t < common.Length - 1; t++)
            {
                for (int l = 0; l < Steps; l++)
                {
                    double[] g = regret.Gradient(i, v);
                    for (int k = 0; k < v.Length; k++) v[k] -= Eta * (g[k] + (Lambda * (v[k] - common[t][k])));
                }
            }
            Assert.All(v.Zip(own[i]), pair => Assert.Equal(pair.First, pair.Second, 1e-9));
        }
    }

    [Fact]
    public void Agents_are_judged_at_their_own_policies_and_these_are_stored()
    {
        using var folder = new TemporaryFolder();
        RunSummary summary = RunTesting.Run(AlgorithmTesting.Experiment("ditto"), folder["run"]);
        RunSummary average = RunTesting.Run(AlgorithmTesting.Experiment("fedavg"), folder["fedavg"]);
        Assert.True(summary.OwnGap < average.OwnGap);
        Assert.Equal(summary.OwnGap!.Value, summary.Gap!.Value, 1e-12);
        StoredPolicy stored = StoredPolicy.Read(folder["run"], AlgorithmTesting.Reader);
        Assert.Equal(4, stored.OwnRows!.Count);
        PolicyReview review = PolicyReview.Of(stored, episodes: 0);
        Assert.Equal(summary.Agents.Select(agent => agent.Objective), review.Agents.Select(agent => agent.Objective));
        Assert.Equal(["delta", "theta"], new CsvFile(folder["run/exchange.csv"])["name"].Distinct().Order(StringComparer.Ordinal));
    }

    private static double[][] Own(string algorithm, params string[] assignments)
    {
        using var federation = new TrainingLoop(
            AlgorithmTesting.Experiment(algorithm, assignments), RunTesting.Execution(2, 2), TimeProvider.System);
        federation.Run(Sink.None, checkpoint: null, TestContext.Current.CancellationToken);
        return federation.Served.OwnParameters()!;
    }
}
