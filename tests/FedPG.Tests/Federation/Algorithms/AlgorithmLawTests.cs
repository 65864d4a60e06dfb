using FedPG.Experiments;
using FedPG.Federation;
using FedPG.Federation.Algorithms;
using FedPG.Tests.Experiments.Runs;
using TorchSharp;
using Xunit;

namespace FedPG.Tests.Federation.Algorithms;

/// <summary>What algorithms have to do with each other.</summary>
public sealed class AlgorithmLawTests
{
    private const string Sampled = "gradient.estimator=gpomdp";
    private static readonly string[] Longer = ["federation.rounds=15", "environment.options.heterogeneity=1"];

    public static TheoryData<string, string> EqualBits => new()
    {
        // fast-fedpg (reuse) = fedlin without compression; serverTopK of all entries compresses nothing either.
        { "fast-fedpg", "fedlin" },
        { "fedavg", "fedprox federation.proximal=0" },
        { "fedavg", "fedkl federation.klPenalty=0 federation.rootKlPenalty=0 federation.batchSteps=1" },
        { "fedavg", "fedavg federation.serverOptimizer=sgd" },
        { "fedavg", "fedavg federation.serverOptimizer=momentum federation.serverBeta1=0" },
        { "fedavg", """fedavg federation.participation={"kind":"uniform","sample":4}""" },
        { "fedavg", """fedavg federation.participation={"kind":"trace","trace":[[0,1,2,3]]}""" },
        { "fedavg", "fedavg federation.agentLocalSteps=[3,3,3,3]" },
        { "fast-fedpg", "fast-fedpg federation.agentLocalSteps=[3,3,3,3]" },
        { "fast-fedpg", """fast-fedpg federation.absentMemory=none federation.participation={"kind":"uniform","sample":4}""" },
        { "scaffold", """scaffold federation.participation={"kind":"uniform","sample":4}""" },
        { "fedlin", "fedlin federation.serverTopK=0 federation.agentTopK=0" },
    };

    [Theory]
    [MemberData(nameof(EqualBits))]
    public void Equal_to_the_bit(string one, string other)
    {
        foreach (string estimator in (string[])["gradient.estimator=exact", Sampled])
            Assert.Equal(PathOf(one, estimator), PathOf(other, estimator));
    }

    public static TheoryData<string, string> EqualButForRounding => new()
    {
        // Error feedback with nothing withheld; absent agents' memories with nobody absent; independent agents are a graph without edges.
        { "fedlin", "fedlin federation.serverTopK=12 federation.agentTopK=12" },
        { "fast-fedpg", """fast-fedpg federation.participation={"kind":"uniform","sample":4}""" },
        { "independent", "decentralized federation.graph=[[1,0,0,0],[0,1,0,0],[0,0,1,0],[0,0,0,1]]" },
        { "fedavg", "decentralized federation.graph=complete federation.rounds=1" },
        { "fedavg", """fedavg federation.participation={"kind":"weighted","sample":4,"weights":[1,1,1,1]}""" },
        { "fedavg", """fedavg federation.participation={"kind":"probabilities","probabilities":[1,1,1,1]}""" },
    };

    [Theory]
    [MemberData(nameof(EqualButForRounding))]
    public void Equal_but_for_rounding(string one, string other)
    {
        foreach (string estimator in (string[])["gradient.estimator=exact", Sampled])
        {
            double[][] path = PathOf(other, estimator);
            AlgorithmTesting.AssertClose(PathOf(one, estimator)[..path.Length], path, 1e-12);
        }
    }

    [Theory]
    [InlineData("fast-fedpg")]
    [InlineData("scaffold")]
    [InlineData("scaffold federation.controls=2")]
    [InlineData("fedlin")]
    [InlineData("decentralized")]
    [InlineData("independent")]
    [InlineData("centralized")]
    [InlineData("fedprox federation.proximal=0")]
    [InlineData("fedkl federation.klPenalty=0 federation.rootKlPenalty=0 federation.batchSteps=1")]
    public void A_single_agent_follows_its_own_gradient(string algorithm)
    {
        foreach (string estimator in (string[])["gradient.estimator=exact", Sampled])
            AlgorithmTesting.AssertClose(PathOf("fedavg environment.agents=1", estimator),
                PathOf($"{algorithm} environment.agents=1", estimator), 1e-12);
    }

    [Theory]
    [InlineData("complete")]
    [InlineData("ring")]
    [InlineData("bipartite")]
    [InlineData("[[0.1,0.9,0,0,0],[0.9,0,0.1,0,0],[0,0.1,0.2,0.7,0],[0,0,0.7,0,0.3],[0,0,0,0.3,0.7]]")]
    public void Gossip_of_identical_agents_is_centralized_with_one_step(string graph)
    {
        string[] settings = ["environment.agents=5", "environment.options.heterogeneity=0", "federation.localSteps=1",
            "federation.rounds=25", "federation.globalStepSize=0.6"];
        AlgorithmTesting.AssertClose(
            AlgorithmTesting.Path(AlgorithmTesting.Experiment("centralized", settings)),
            AlgorithmTesting.Path(AlgorithmTesting.Experiment("decentralized", [.. settings, $"federation.graph={graph}"])), 1e-12);
    }

    /// <summary>The mean of all c_i is c after every round, whoever took part.</summary>
    [Theory]
    [InlineData("federation.controls=1")]
    [InlineData("federation.controls=2")]
    [InlineData("federation.controls=1", """federation.participation={"kind":"uniform","sample":2}""")]
    [InlineData("federation.controls=2", """federation.participation={"kind":"weighted","sample":2,"weights":[1,2,3,3]}""",
        """federation.stragglers={"share":0.5}""")]
    public void The_controls_of_scaffold_have_the_servers_for_their_mean(params string[] assignments)
    {
        Experiment experiment = AlgorithmTesting.Experiment("scaffold", [Sampled, .. Longer, .. assignments]);
        TrainingLoop? observed = null;
        using var federation = new TrainingLoop(experiment, RunTesting.Execution(block: 2), TimeProvider.System);
        observed = federation;
        federation.Run(new Sink(_ => Check(observed)), checkpoint: null, TestContext.Current.CancellationToken);

        static void Check(TrainingLoop federation)
        {
            using IDisposable scope = torch.NewDisposeScope();
            torch.Tensor rows = torch.cat([.. federation.LocalAgents.Blocks.Select(b => ((Scaffold.Agents)b.StateRecord).Control)]);
            double apart = (rows.mean([0]) - ((Scaffold.Server)federation.Server).Control).abs().max().ToDouble();
            Assert.True(apart <= 1e-12, $"{apart} apart");
        }
    }

    /// <summary>
    /// With exact gradients and half of the agents a round, the optimum of the regularised problem is a fixed point where absent agents'
    /// memories (or controls) count, and is none where the round is its participants' alone.
    /// </summary>
    [Theory]
    [InlineData("fast-fedpg", true)]
    [InlineData("scaffold", true)]
    [InlineData("fast-fedpg federation.absentMemory=none", false)]
    [InlineData("fedlin", false)]
    [InlineData("fedavg", false)]
    public void Rounds_of_some_agents_keep_the_optimum_where_memories_do(string algorithm, bool keeps)
    {
        (string name, string[] options) = Split(algorithm);
        Experiment experiment = AlgorithmTesting.Experiment(name, [
            .. options, "environment.options.heterogeneity=1", "gradient.entropy=0.3", "federation.localStepSize=0.2",
            "federation.rounds=700", "evaluateEvery=700",
            """federation.participation={"kind":"uniform","sample":2}""",
        ]);
        RoundReport[] reports = AlgorithmTesting.Reports(experiment);
        double left = reports[^1].Evaluation!.RegularisedGap!.Value / reports[0].Evaluation!.RegularisedGap!.Value;
        Assert.True(keeps ? left < 1e-9 : left > 1e-6, $"{left} of the gap is left");
    }

    /// <summary>
    /// Without compression of what agents send, error feedback withholds nothing for good: FedLin gets as far, only later.
    /// </summary>
    [Fact]
    public void Error_feedback_brings_fedlin_close_in_the_end()
    {
        double Left(params string[] options)
        {
            RoundReport[] reports = AlgorithmTesting.Reports(AlgorithmTesting.Experiment("fedlin", [
                .. options, "environment.options.heterogeneity=1", "gradient.entropy=0.3", "federation.localStepSize=0.1",
                "federation.rounds=800", "evaluateEvery=800"]));
            return reports[^1].Evaluation!.RegularisedGap!.Value / reports[0].Evaluation!.RegularisedGap!.Value;
        }

        Assert.True(Left() < 1e-10);
        double compressed = Left("federation.serverTopK=0.5");
        Assert.True(compressed < 1e-6, $"{compressed}");
    }

    private static double[][] PathOf(string algorithm, string estimator)
    {
        (string name, string[] options) = Split(algorithm);
        return AlgorithmTesting.Path(AlgorithmTesting.Experiment(name, [estimator, .. Longer, .. options]));
    }

    private static (string Name, string[] Options) Split(string algorithm)
    {
        string[] words = algorithm.Split(' ');
        return (words[0], words[1..]);
    }
}
