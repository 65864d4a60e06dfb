using FedPG.Experiments;
using Xunit;

namespace FedPG.Tests.Federation.Algorithms;

/// <summary>Trajectories with exact gradients against the plain arrays of <see cref="PlainFederation"/>, to 1e-9.</summary>
public sealed class TrajectoryTests
{
    private const int Rounds = 12, H = 3;
    private const double Eta = 0.6, Alpha = 0.8;
    private static readonly int[] OwnSteps = [1, 4, 2, 3];
    private static readonly string[] Settings =
        [$"federation.rounds={Rounds}", $"federation.localSteps={H}", "federation.localStepSize=0.6", "federation.globalStepSize=0.8",
            "environment.options.heterogeneity=1"];

    private const string OwnStepsAssignment = "federation.agentLocalSteps=[1,4,2,3]",
        Trace = """federation.participation={"kind":"trace","trace":[[0,2],[1,2,3],[],[3]]}""";
    private static readonly int[][] TraceSets = [[0, 2], [1, 2, 3], [], [3]];

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.4)]
    public void FedProx(double mu)
    {
        Check("fedprox", plain => plain.FedProx(mu), $"federation.proximal={mu}");
        CheckWith("fedprox", OwnSteps, null, plain => plain.FedProx(mu), $"federation.proximal={mu}", OwnStepsAssignment);
        CheckWith("fedprox", null, TraceSets, plain => plain.FedProx(mu), $"federation.proximal={mu}", Trace);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Scaffold(int controls)
    {
        Check("scaffold", plain => plain.Scaffold(controls), $"federation.controls={controls}");
        CheckWith("scaffold", OwnSteps, null, plain => plain.Scaffold(controls), $"federation.controls={controls}", OwnStepsAssignment);
        CheckWith("scaffold", null, TraceSets, plain => plain.Scaffold(controls), $"federation.controls={controls}", Trace);
    }

    /// <summary>Scaled corrections against the same in plain arrays, where the scale is seen to matter.</summary>
    [Theory]
    [InlineData("fast-fedpg")]
    [InlineData("fedlin")]
    [InlineData("scaffold")]
    public void Guarded_corrections(string algorithm)
    {
        double[][] Expected(PlainFederation plain, bool guarded) =>
            algorithm == "scaffold" ? plain.Scaffold(1, guarded) : plain.Corrected(guarded);
        Check(algorithm, plain => Expected(plain, guarded: true), "federation.correction=guarded");
        Check(algorithm, plain => Expected(plain, guarded: false), "federation.correction=plain");
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(
            () => Check(algorithm, plain => Expected(plain, guarded: false), "federation.correction=guarded"));
    }

    /// <summary>
    /// Where the mean gradient is zero, every gradient is its memory, so that scaled corrections leave the point alone too.
    /// </summary>
    [Theory]
    [InlineData("fast-fedpg")]
    [InlineData("fedlin")]
    public void A_guarded_correction_keeps_stationary_points(string algorithm)
    {
        string[] settings = [.. Settings, "gradient.entropy=0.3", "federation.localStepSize=1"];
        double[] optimum = AlgorithmTesting.Path(AlgorithmTesting.Experiment("centralized", [.. settings, "federation.rounds=2000"]))[^1];
        Experiment there = AlgorithmTesting.Experiment(algorithm,
            [.. settings, "federation.rounds=3", "federation.correction=guarded"]) with
        {
            InitialParameters = optimum,
        };
        double[] after = AlgorithmTesting.Path(there)[^1];
        Assert.All(optimum.Zip(after), pair => Assert.Equal(pair.First, pair.Second, 1e-8));
    }

    [Theory]
    [InlineData(12, 12)]
    [InlineData(4, 12)]
    [InlineData(12, 5)]
    [InlineData(3, 6)]
    public void FedLin(int serverEntries, int agentEntries)
    {
        string[] compression = [$"federation.serverTopK={serverEntries}", $"federation.agentTopK={agentEntries}"];
        Check("fedlin", plain => plain.FedLin(serverEntries, agentEntries), compression);
        CheckWith("fedlin", OwnSteps, null, plain => plain.FedLin(serverEntries, agentEntries), [OwnStepsAssignment, .. compression]);
        CheckWith("fedlin", null, TraceSets, plain => plain.FedLin(serverEntries, agentEntries), [Trace, .. compression]);
    }

    [Theory]
    [InlineData("\"ring\"")]
    [InlineData("\"complete\"")]
    [InlineData("\"bipartite\"")]
    [InlineData("[[0.5,0.5,0,0],[0,0.5,0.5,0],[0,0,0.5,0.5],[0.5,0,0,0.5]]")]
    public void Decentralized(string graph)
    {
        double third = 1 / 3.0;
        double[][] weights = graph switch
        {
            "\"complete\"" => [[.25, .25, .25, .25], [.25, .25, .25, .25], [.25, .25, .25, .25], [.25, .25, .25, .25]],
            // With two agents on either side the bipartite graph is the ring of four.
            "\"ring\"" or "\"bipartite\"" =>
                [[third, third, 0, third], [third, third, third, 0], [0, third, third, third], [third, 0, third, third]],
            _ => [[.5, .5, 0, 0], [0, .5, .5, 0], [0, 0, .5, .5], [.5, 0, 0, .5]],
        };
        Check("decentralized", plain => plain.Decentralized(weights), $"federation.graph={graph}");
        CheckWith("decentralized", OwnSteps, null, plain => plain.Decentralized(weights), $"federation.graph={graph}", OwnStepsAssignment);
        double[][] one =
            new PlainFederation(AlgorithmTesting.Experiment("decentralized", Settings).Mdp, Rounds, 1, Eta, 1).Decentralized(weights);
        AlgorithmTesting.AssertClose(one,
            AlgorithmTesting.Path(AlgorithmTesting.Experiment("decentralized",
                [.. Settings, "federation.localSteps=1", "federation.globalStepSize=1", $"federation.graph={graph}"])), 1e-9);
    }

    private static void Check(string algorithm, Func<PlainFederation, double[][]> plain, params string[] assignments) =>
        CheckWith(algorithm, null, null, plain, assignments);

    private static void CheckWith(string algorithm, int[]? own, int[][]? trace, Func<PlainFederation, double[][]> plain,
        params string[] assignments)
    {
        Experiment experiment = AlgorithmTesting.Experiment(algorithm, [.. Settings, .. assignments]);
        var federation = new PlainFederation(experiment.Mdp, Rounds, H, Eta, Alpha)
        {
            Own = own,
            Participants = trace is null ? null : t => trace[t % trace.Length],
        };
        AlgorithmTesting.AssertClose(plain(federation), AlgorithmTesting.Path(experiment, threads: 2, block: 2), 1e-9);
    }
}
