using FedPG.Experiments;
using FedPG.Federation;
using FedPG.Federation.Agents;
using FedPG.Federation.Algorithms;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Federation.Algorithms;

public sealed class ServerOptimizerTests
{
    private const double Beta1 = 0.8, Beta2 = 0.9, Tau = 0.01;
    private static readonly string[] Settings =
    [
        "federation.rounds=10", "federation.localSteps=2", "federation.localStepSize=0.6", "federation.globalStepSize=0.3",
        "federation.serverBeta1=0.8", "federation.serverBeta2=0.9",
        "federation.serverTau=0.01",
    ];

    /// <summary>The moves of Reddi et al., Algorithm 2, in plain arrays.</summary>
    [Theory]
    [InlineData("momentum")]
    [InlineData("adam")]
    [InlineData("yogi")]
    [InlineData("adagrad")]
    public void The_server_moves_as_the_paper_says(string kind)
    {
        Experiment experiment = AlgorithmTesting.Experiment("fedavg", [.. Settings, $"federation.serverOptimizer={kind}"]);
        double[] m = new double[12], v = [.. Enumerable.Repeat(Tau * Tau, 12)];
        double[] Move(double[] delta)
        {
            for (int k = 0; k < delta.Length; k++)
            {
                double square = delta[k] * delta[k];
                m[k] = (Beta1 * m[k]) + ((kind == "momentum" ? 1 : 1 - Beta1) * delta[k]);
                v[k] = kind switch
                {
                    "adam" => (Beta2 * v[k]) + ((1 - Beta2) * square),
                    "yogi" => v[k] - ((1 - Beta2) * square * Math.Sign(v[k] - square)),
                    _ => v[k] + square,
                };
            }
            return [.. m.Select((x, k) => kind == "momentum" ? x : x / (Math.Sqrt(v[k]) + Tau))];
        }

        AlgorithmTesting.AssertClose(new PlainFederation(experiment.Mdp, 10, 2, 0.6, 0.3).FedAvg(Move),
            AlgorithmTesting.Path(experiment, threads: 2, block: 1), 1e-9);
    }

    /// <summary>What the optimiser keeps is in the checkpoint, for every algorithm that has it.</summary>
    [Theory]
    [InlineData("fast-fedpg", "adam")]
    [InlineData("fedavg", "yogi")]
    [InlineData("fedprox", "momentum")]
    [InlineData("scaffold", "adagrad")]
    [InlineData("fedlin", "adam")]
    [InlineData("fedkl", "momentum")]
    public void A_stop_changes_no_bit(string algorithm, string kind)
    {
        using var folder = new TemporaryFolder();
        Experiment experiment = AlgorithmTesting.Experiment(algorithm, [
            "gradient.estimator=gpomdp", "federation.globalStepSize=0.1", $"federation.serverOptimizer={kind}", "federation.agentTopK=5",
            "federation.serverTopK=0.4", "federation.klTarget=0.01"]);
        string expected = AlgorithmTesting.Run(experiment, folder["whole"]);
        AlgorithmTesting.Stop(experiment, folder["stopped"], 3);
        Assert.Equal(expected, AlgorithmTesting.Resume(folder["stopped"], threads: 2, block: 1));
    }

    [Fact]
    public void Sparse_messages_cost_a_value_and_an_index_for_each_entry()
    {
        RoundReport[] reports = AlgorithmTesting.Reports(
            AlgorithmTesting.Experiment("fedlin", "federation.serverTopK=0.3", "federation.agentTopK=2"));
        ExchangeEntry up = reports[1].Exchanges.Single(e => e.Name == "gradient"),
            down = reports[1].Exchanges.Single(e => e.Name == "gradient_mean");
        Assert.Equal(("2 of 12", 2 * (8 + 4)), (up.Shape, up.Bytes));
        Assert.Equal(("4 of 12", 4 * (8 + 4)), (down.Shape, down.Bytes));
    }

    /// <summary>Where FedProx stands by the law of its definition: both to first order, so to within a tenth here.</summary>
    [Fact]
    public void The_bias_of_fedprox_is_as_much_smaller_as_its_law_says()
    {
        string[] settings =
        [
            "environment.options.heterogeneity=1", "gradient.entropy=0.3", "federation.localSteps=10", "federation.localStepSize=0.02",
            "federation.rounds=1000", "evaluateEvery=1000",
        ];
        double Left(Experiment experiment) => AlgorithmTesting.Reports(experiment)[^1].Evaluation!.RegularisedGap!.Value;
        Experiment proximal = AlgorithmTesting.Experiment("fedprox", [.. settings, "federation.proximal=15"]);
        LimitLaws laws = proximal.CreateAlgorithm().Limits;
        double measured = Math.Sqrt(Left(proximal) / Left(AlgorithmTesting.Experiment("fedavg", settings)));
        Assert.InRange(laws.Heterogeneity!.Value, 0.3, 0.7);
        Assert.InRange(measured / laws.Heterogeneity.Value, 0.9, 1.1);
        Assert.Equal(LimitLaws.PlainLocalSteps, AlgorithmTesting.Experiment("fedprox", "federation.proximal=0").CreateAlgorithm().Limits);
    }
}
