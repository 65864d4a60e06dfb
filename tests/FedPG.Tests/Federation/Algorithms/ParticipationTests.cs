using FedPG.Core.Options;
using FedPG.Experiments;
using FedPG.Experiments.Reading;
using FedPG.Federation;
using FedPG.Federation.Agents;
using FedPG.Federation.States;
using FedPG.Tests.Experiments.Runs;
using TorchSharp;
using Xunit;

namespace FedPG.Tests.Federation.Algorithms;

public sealed class ParticipationTests
{
    private const int Agents = 5, Rounds = 20_000;
    private static readonly double[] Weights = [1, 2, 3, 4, 4], Chances = [0.9, 0.2, 0.5, 0.05, 1];

    public static TheoryData<string> Kinds => ["uniform", "weighted", "probabilities"];

    /// <summary>
    /// Every agent is there as often as it should be, and the weighted mean is unbiased: each of the figures within five standard errors,
    /// so a false alarm in about one of 10^5 seeds.
    /// </summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Agents_are_drawn_with_their_chances_and_the_mean_is_unbiased(string kind)
    {
        double[] chances = kind switch
        {
            "uniform" => [.. Enumerable.Repeat(0.4, Agents)],
            "weighted" => [.. Weights.Select(w => 2 * w / 14)],
            _ => Chances,
        };
        double[] values = [3, -1, 10, 2, 5], counts = new double[Agents];
        (double sum, double squares) = (0, 0);
        for (int t = 0; t < Rounds; t++)
        {
            Cohort cohort = Of(kind).CohortOf(Agents, t, seed: 7);
            if (kind != "probabilities") Assert.Equal(2, cohort.Members.Count);
            Assert.Equal(Enumerable.Range(0, Agents).Where(cohort.Has), cohort.Members);
            double mean = cohort.Members.Sum(i => cohort.WeightOf(i) * values[i]);
            foreach (int i in cohort.Members) counts[i]++;
            (sum, squares) = (sum + mean, squares + (mean * mean));
        }
        for (int i = 0; i < Agents; i++)
            Assert.True(Math.Abs((counts[i] / Rounds) - chances[i]) <= 5 * Math.Sqrt(chances[i] * (1 - chances[i]) / Rounds) + 1e-12,
                $"agent {i}: {counts[i] / Rounds} for {chances[i]}");
        double average = sum / Rounds, error = Math.Sqrt(((squares / Rounds) - (average * average)) / Rounds);
        Assert.True(Math.Abs(average - values.Average()) <= 5 * error, $"{average} for {values.Average()}, standard error {error}");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_cohort_follows_from_seed_and_round_alone(string kind)
    {
        for (int t = 0; t < 50; t++)
            Assert.Equal(Of(kind).CohortOf(Agents, t, seed: 7).Members, Of(kind).CohortOf(Agents, t, seed: 7).Members);
        Assert.NotEqual(
            Enumerable.Range(0, 50).SelectMany(t => Of(kind).CohortOf(Agents, t, seed: 7).Members),
            Enumerable.Range(0, 50).SelectMany(t => Of(kind).CohortOf(Agents, t, seed: 8).Members));
    }

    [Fact]
    public void A_share_of_the_agents_are_stragglers_with_some_of_the_steps()
    {
        LocalStepCounts work = LocalStepCounts.Stragglers(0.4, 2, 6, seed: 7);
        var seen = new HashSet<int>();
        for (int t = 0; t < 500; t++)
        {
            int[] steps = work.StepsOf(Agents, t)!;
            Assert.All(steps, s => Assert.InRange(s, 2, 6));
            Assert.True(steps.Count(s => s < 6) <= 2);
            seen.UnionWith(steps);
        }
        Assert.Equal([2, 3, 4, 5, 6], seen.Order());
        Assert.True(LocalStepCounts.Stragglers(0, 2, 6, seed: 7).IsSame);
    }

    /// <summary>Messages are counted for those that sent or got them, and in exchange.csv they are named.</summary>
    [Fact]
    public void Only_the_agents_of_a_round_are_charged()
    {
        using var folder = new TemporaryFolder();
        const string trace = """federation.participation={"kind":"trace","trace":[[0,2],[],[1,3,4]]}""";
        AlgorithmTesting.Run(AlgorithmTesting.Experiment("fedavg", "environment.agents=5", trace, "federation.rounds=3"), folder["run"]);
        var exchange = new CsvFile(Path.Combine(folder["run"], "exchange.csv"));
        string[] names = [.. new CsvFile(Path.Combine(folder["run"], "agents.csv"))["agent"][..5]];
        string[] Who(string round, string direction) => [.. exchange.Rows.Where(r => r[0] == round && r[2] == direction).Select(r => r[1])];
        Assert.Equal([names[0], names[2]], Who("1", "up"));
        Assert.Empty(Who("1", "down"));
        Assert.Empty(Who("2", "up"));
        Assert.Equal([names[1], names[3], names[4]], Who("2", "down"));
        Assert.Equal([names[1], names[3], names[4]], Who("3", "up"));
        Assert.Equal([names[0], names[2]], Who("3", "down"));
        Assert.Equal([0, 2 * 96, 2 * 96, 5 * 96], new CsvFile(Path.Combine(folder["run"], "metrics.csv")).Whole("bytes_up"));
    }

    [Theory]
    [InlineData("fast-fedpg")]
    [InlineData("scaffold")]
    [InlineData("fedlin")]
    public void The_state_of_absent_agents_stays_as_it_is(string algorithm)
    {
        Experiment experiment = AlgorithmTesting.Experiment(algorithm, [
            "environment.agents=5", "gradient.estimator=gpomdp", "federation.rounds=6", "federation.agentTopK=4",
            """federation.participation={"kind":"trace","trace":[[0,2],[1,2],[4]]}"""]);
        var states = new List<byte[][]>();
        TrainingLoop? observed = null;
        using var federation = new TrainingLoop(experiment, RunTesting.Execution(2, block: 2), TimeProvider.System);
        observed = federation;
        federation.Run(new Sink(_ => states.Add(Rows(observed))), checkpoint: null, TestContext.Current.CancellationToken);
        // Agent 3 never takes part; agent 0 sits out rounds 1 and 2, which it is not asked ahead for in the row before round 3.
        Assert.All(states, rows => Assert.Equal(states[0][3], rows[3]));
        Assert.Equal(states[1][0], states[2][0]);
        Assert.NotEqual(states[0][2], states[1][2]);

        static byte[][] Rows(TrainingLoop federation)
        {
            using IDisposable scope = torch.NewDisposeScope();
            var rows = new byte[Agents][];
            foreach (AgentBlock block in federation.LocalAgents.Blocks)
            {
                for (int i = 0; i < block.Count; i++)
                    rows[block.First + i] = [.. StateTensors.Of(block.StateRecord)
                        .SelectMany(t => t.Value.select(0, i).contiguous().bytes.ToArray())];
            }
            return rows;
        }
    }

    public static TheoryData<string, string> Errors => new()
    {
        { "federation.participation.kind", """federation.participation={"kind":"some"}""" },
        { "federation.participation.sample", """federation.participation={"kind":"uniform"}""" },
        { "federation.participation.sample", """federation.participation={"kind":"uniform","sample":6}""" },
        { "federation.participation.weights", """federation.participation={"kind":"weighted","sample":2}""" },
        { "federation.participation.weights", """federation.participation={"kind":"weighted","sample":2,"weights":[1,1]}""" },
        { "federation.participation.weights", """federation.participation={"kind":"weighted","sample":2,"weights":[1,1,1,0]}""" },
        { "federation.participation.weights", """federation.participation={"kind":"weighted","sample":3,"weights":[5,1,1,1]}""" },
        { "federation.participation.trace", """federation.participation={"kind":"trace","trace":[[0,4]]}""" },
        { "federation.participation.trace", """federation.participation={"kind":"trace","trace":[[1,1]]}""" },
        { "federation.participation.trace", """federation.participation={"kind":"trace"}""" },
        { "federation.participation.probabilities", """federation.participation={"kind":"probabilities","probabilities":[0.5,0.5,0,1]}""" },
        { "federation.participation.probabilities", """federation.participation={"kind":"probabilities","probabilities":[[0.5,0.5]]}""" },
        { "federation.participation.samples", """federation.participation={"samples":2}""" },
        { "federation.agentLocalSteps", "federation.agentLocalSteps=[1,2]" },
        { "federation.agentLocalSteps", "federation.agentLocalSteps=[1,2,0,1]" },
        { "federation.stragglers.least", """federation.stragglers={"share":0.5,"least":4}""" },
        { "federation.stragglers", """federation={"localSteps":3,"agentLocalSteps":[1,2,3,3],"stragglers":{"share":0.5}}""" },
        { "federation.controls", "scaffold federation.controls=3" },
        { "federation.proximal", "fedprox federation.proximal=-1" },
        { "federation.serverTopK", "fedlin federation.serverTopK=2.5" },
        { "federation.serverOptimizer", "fedavg federation.serverOptimizer=adamw" },
        { "federation.serverBeta2", "fedavg federation.serverBeta2=1" },
        { "federation.graph", "decentralized federation.graph=star" },
        { "federation.graph", "decentralized federation.graph=[[1,0],[0,1]]" },
        { "row 1 sums to 0.9", "decentralized federation.graph=[[1,0,0,0],[0,0.9,0,0],[0,0,1,0],[0,0,0,1]]" },
        { "column 0 sums to 2", "decentralized federation.graph=[[1,0,0,0],[1,0,0,0],[0,0,1,0],[0,0,0,1]]" },
        { "-1 in row 0, column 1", "decentralized federation.graph=[[2,-1,0,0],[-1,2,0,0],[0,0,1,0],[0,0,0,1]]" },
    };

    [Theory]
    [MemberData(nameof(Errors))]
    public void Bad_input_is_named_once(string named, string setting)
    {
        int space = setting.IndexOf(' ', StringComparison.Ordinal);
        bool hasAlgorithm = space > 0 && !setting.Contains('{', StringComparison.Ordinal);
        InvalidInputException e = Assert.Throws<InvalidInputException>(
            () => hasAlgorithm
                ? AlgorithmTesting.Experiment(setting[..space], setting[(space + 1)..])
                : AlgorithmTesting.Experiment("fedavg", setting));
        string message = Assert.Single(e.Errors).ToString();
        Assert.Contains(named, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void An_algorithm_without_its_policy_is_refused()
    {
        const string linear =
            """{ "environment": { "id": "LinearQuadratic-v0" }, "gradient": { "estimator": "exact" },"""
                + """ "federation": { "algorithm": "fedkl" }, "objective": "reward" }""";
        InvalidInputException e = Assert.Throws<InvalidInputException>(() => ExperimentReader.Default.Read(
            JsonDocuments.Parse(System.Text.Encoding.UTF8.GetBytes(linear), "linear.json"), "linear.json",
            Environment.CurrentDirectory, []));
        Assert.Contains(e.Errors, fault => fault.ToString().Contains("fedkl", StringComparison.Ordinal));
    }

    private static Participation Of(string kind) => kind switch
    {
        "uniform" => new UniformParticipation { Sample = 2 },
        "weighted" => new WeightedParticipation { Sample = 2, Weights = Weights },
        _ => new ProbableParticipation { Probabilities = Chances },
    };
}
