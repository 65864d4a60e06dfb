using FedPG.Core.Options;
using FedPG.Experiments;
using FedPG.Federation;
using FedPG.Federation.Algorithms;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Federation.Algorithms;

/// <summary>FedKL's local objective, its batches and its adapted weights.</summary>
public sealed class FedKlTests
{
    private const int Rounds = 6, H = 5;
    private const string Sampled = "gradient.estimator=gpomdp";
    private static readonly string[] Settings =
        [$"federation.rounds={Rounds}", $"federation.localSteps={H}", "federation.localStepSize=0.6", "federation.globalStepSize=0.8",
            "environment.options.heterogeneity=1"];

    /// <summary>
    /// Against central differences of the local objective in plain arrays, to 1e-7, which is their own error: the penalties alone, both, a
    /// cap that bites, several batches a round.
    /// </summary>
    [Theory]
    [InlineData(0, 0, 0, 0, 10, 5)]
    [InlineData(0, 0, 0, 0, 1.02, 5)]
    [InlineData(0, 0, 0, 0, 10, 2)]
    [InlineData(2, 0, 0, 0, 10, 5)]
    [InlineData(0, 0.5, 0, 0, 10, 5)]
    [InlineData(1, 0.1, 0.001, 0.02, 10, 2)]
    [InlineData(1, 0.1, 0.1, 0.2, 1.05, 3)]
    public void Exact_trajectories_follow_the_local_objective(double beta, double sigma, double target, double rootTarget, double cap,
        int batchSteps)
    {
        var options = new FedKlOptions
        {
            KlPenalty = beta, RootKlPenalty = sigma, KlTarget = target, RootKlTarget = rootTarget, ImportanceCap = cap,
            BatchSteps = batchSteps,
        };
        Check(options, null, null);
        Check(options, [1, 4, 2, 5], null, "federation.agentLocalSteps=[1,4,2,5]");
        Check(options, null, [[0, 2], [1, 2, 3], [], [3]], """federation.participation={"kind":"trace","trace":[[0,2],[1,2,3],[],[3]]}""");
        // One agent alone, without penalties: its own capped surrogate.
        Check(options, null, null, "environment.agents=1");

        static void Check(FedKlOptions options, int[]? own, int[][]? trace, params string[] assignments)
        {
            Experiment experiment = AlgorithmTesting.Experiment("fedkl", [.. Settings, .. Assignments(options), .. assignments]);
            var plain = new PlainFederation(experiment.Mdp, Rounds, H, 0.6, 0.8)
            {
                Own = own,
                Participants = trace is null ? null : t => trace[t % trace.Length],
            };
            double[][] weights = new double[experiment.Mdp.Agents.Count][];
            AlgorithmTesting.AssertClose(plain.FedKl(options, weights), AlgorithmTesting.Path(experiment, threads: 2, block: 2), 1e-7);
            Assert.Equal(weights, WeightsAfter(experiment));
        }
    }

    /// <summary>
    /// Where the importance weights are 1 and the policy is the server's, the local objective
    /// has the gradient of J, whatever the penalties.
    /// </summary>
    [Theory]
    [InlineData("gradient.estimator=exact")]
    [InlineData(Sampled)]
    [InlineData(Sampled, "gradient.baseline=none", "gradient.entropy=0.1")]
    public void The_first_step_is_that_of_fedavg(params string[] assignments)
    {
        string[] settings = [.. Settings, "federation.localSteps=1", .. assignments];
        AlgorithmTesting.AssertClose(
            AlgorithmTesting.Path(AlgorithmTesting.Experiment("fedavg", settings)),
            AlgorithmTesting.Path(AlgorithmTesting.Experiment("fedkl",
                [.. settings, "federation.klPenalty=3", "federation.rootKlPenalty=2"])), 1e-12);
    }

    /// <summary>Local steps on one batch sample once: as many trajectories as batches.</summary>
    [Theory]
    [InlineData(5, 1)]
    [InlineData(2, 3)]
    [InlineData(1, 5)]
    [InlineData(10, 1)]
    public void Trajectories_are_sampled_once_a_batch(int batchSteps, int batches)
    {
        Experiment experiment = AlgorithmTesting.Experiment("fedkl",
            [.. Settings, Sampled, "gradient.trajectories=7", $"federation.batchSteps={batchSteps}"]);
        using var federation = new TrainingLoop(experiment, RunTesting.Execution(), TimeProvider.System);
        federation.Run(Sink.None, checkpoint: null, TestContext.Current.CancellationToken);
        Assert.Equal((long)Rounds * batches * 7 * 4, federation.Trajectories);
    }

    /// <summary>
    /// Above a target a weight doubles up to 20, below it halves: beta down to 1e-8, sigma not below its
    /// start; 0 stays 0, and so does what has no target.
    /// </summary>
    [Theory]
    [InlineData(1, 0.5, 1e-12, 1e-9, 20, 20)]
    [InlineData(1, 0.5, 1e9, 1e9, 1.0 / (1 << 12), 0.5)]
    [InlineData(1, 0.5, 0, 0, 1, 0.5)]
    [InlineData(0, 0, 1e-12, 1e-9, 0, 0)]
    [InlineData(30, 30, 1e-12, 1e-9, 30, 30)]
    public void Weights_go_by_their_targets(double beta, double sigma, double target, double rootTarget, double lastBeta, double lastSigma)
    {
        var options = new FedKlOptions { KlPenalty = beta, RootKlPenalty = sigma, KlTarget = target, RootKlTarget = rootTarget };
        Experiment experiment = AlgorithmTesting.Experiment(
            "fedkl", [.. Settings, "federation.rounds=12", "federation.localStepSize=0.01", .. Assignments(options)]);
        Assert.All(WeightsAfter(experiment), weights => Assert.Equal([lastBeta, lastSigma], weights));
    }

    [Theory]
    [InlineData("gradient.direction=natural", "gradient.direction")]
    [InlineData("federation.importanceCap=0.5", "federation.importanceCap")]
    [InlineData("federation.batchSteps=0", "federation.batchSteps")]
    [InlineData("federation.klTarget=-1", "federation.klTarget")]
    public void What_does_not_fit_is_refused(string assignment, string key)
    {
        InvalidInputException e = Assert.Throws<InvalidInputException>(() => AlgorithmTesting.Experiment("fedkl", assignment));
        Assert.Contains(key, Assert.Single(e.Errors).ToString(), StringComparison.Ordinal);
    }

    private static string[] Assignments(FedKlOptions options) =>
    [
        $"federation.klPenalty={options.KlPenalty}", $"federation.rootKlPenalty={options.RootKlPenalty}",
        $"federation.klTarget={options.KlTarget}",
        $"federation.rootKlTarget={options.RootKlTarget}", $"federation.importanceCap={options.ImportanceCap}",
        $"federation.batchSteps={options.BatchSteps}",
    ];

    /// <summary>beta_i and sigma_i when training is done, [N][2].</summary>
    private static double[][] WeightsAfter(Experiment experiment)
    {
        using var federation = new TrainingLoop(experiment, RunTesting.Execution(block: 2), TimeProvider.System);
        federation.Run(Sink.None, checkpoint: null, TestContext.Current.CancellationToken);
        return [.. federation.LocalAgents.Blocks.Select(b => (FedKl.Agents)b.StateRecord)
            .SelectMany(state => state.Beta.data<double>().ToArray().Zip(state.Sigma.data<double>().ToArray(), (b, s) => new[] { b, s }))];
    }
}
