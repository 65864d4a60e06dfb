using FedPG.Core.Options;
using FedPG.Envs.Tabular;
using FedPG.Experiments;
using FedPG.Experiments.Reading;
using FedPG.Experiments.Runs;
using FedPG.Experiments.Training;
using FedPG.Federation;
using FedPG.Federation.Evaluation;
using FedPG.Policies;
using FedPG.Policies.Tabular;
using FedPG.Tests.Federation;
using FedPG.Tests.Federation.Algorithms;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FedPG.Tests.Experiments.Runs;

/// <summary>Training, judging and storing policies that agents have in part, or as a whole, to themselves.</summary>
public sealed class PersonalRunTests
{
    private const int Agents = 4, H = 3;
    private const double Tolerance = 1e-12, Eta = 0.5;
    private const string Exact = "gradient={\"estimator\":\"exact\"}",
        Both = """policy={"kind":"neural-softmax","hidden":[6],"personal":["head","embedding"],"embeddingSize":2}""",
        Ppo = """gradient={"estimator":"ppo","horizon":16,"trajectories":2,"epochs":2}""",
        Pendulum = """environment={"id":"Pendulum-v1","agents":4}|objective=reward|evaluateEvery=4|federation.localStepSize=0.0001|"""
            + """policy={"kind":"gaussian","hidden":[5],"personal":["head"]}""",
        Images = """environment={"id":"MiniGrid-DoorKey-5x5-v0","agents":4}|objective=reward|federation.localStepSize=0.0001|"""
            + """evaluateEvery=4|policy={"kind":"neural-softmax","network":"convolution","channels":[3],"""
            + """  "hidden":[5],"start":"orthogonal"}""",
        Head = """policy={"kind":"neural-softmax","hidden":[6],"personal":["head"]}""";

    /// <summary>Agents that disagree on what they share, and cannot say all that they would by what is their own.</summary>
    private static readonly string[] Conflict =
    [
        "dtype=float64", Exact, "gradient.entropy=0.5", "federation.localStepSize=0.5", "checkpointEvery=0",
        """policy={"kind":"neural-softmax","hidden":[],"personal":["embedding"],"embeddingSize":1}""",
        """environment.options={"states":3,"actions":3,"heterogeneity":1,"discount":0.5}""",
    ];

    private static readonly Lazy<(double[] Theta, double[][] Own)> Stationary = new(FindStationary);

    public static TheoryData<string> Settings =>
    [
        Both,
        $"{Both}|{Exact}",
        $"{Head}|policy.context=agent|federation.algorithm=scaffold|federation.averaging=touched",
        $"{Both}|federation.algorithm=fedavg|federation.personalOrder=simultaneous",
        $$"""{{Both}}|federation.participation={"kind":"uniform","sample":2}|federation.personalSteps=2""",
        $$"""{{Both}}|federation.algorithm=fedlin|federation.stragglers={"share":0.5}""",
        $"{Both}|federation.algorithm=fedkl",
        $"{Both}|federation.algorithm=decentralized",
        $"{Both}|environment.stepped=true",
        Pendulum,
        $$"""{{Both}}|environment.stepped=true|{{Ppo}}|federation.localOptimizer=adam""",
        $"{Pendulum}|{Ppo}|policy.normalise=true|policy.start=orthogonal|policy.embeddingSize=2|policy.personal=[\"head\",\"embedding\"]",
        $"{Images}|{Ppo}|policy.personal=[\"head\",\"embedding\"]",
        $"{Images}|{Ppo}|policy.personal=[\"head\"]|policy.layerNorm=true",
        $"{Images}|{Ppo}|policy.personal=[\"head\"]|policy.hidden=[]|policy.critic=shared",
        $"{Both}|policy.start=orthogonal|federation.correction=guarded",
        $"{Both}|federation.localOptimizer=adam|federation.localOptimizerState=averaged",
        "policy.personal=all",
        "federation.algorithm=independent",
    ];

    [Theory]
    [MemberData(nameof(Settings))]
    public void Threads_blocks_and_stops_change_no_bit(string settings)
    {
        using var folder = new TemporaryFolder();
        RunTesting.AssertSameBits(RunTesting.Experiment(settings.Split('|')), folder);
    }

    [Fact]
    public void Nothing_personal_is_the_policy_without_the_key()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment(RunTesting.Neural), folder["absent"]);
        RunTesting.Run(RunTesting.Experiment(RunTesting.Neural, "policy.personal=none", "federation.personalSteps=7"), folder["none"]);
        RunTesting.Run(RunTesting.Experiment(RunTesting.Neural, "federation.averaging=touched"), folder["touched"]);
        Assert.Equal(Logs(folder["absent"]), Logs(folder["none"]));
        Assert.Equal(Logs(folder["absent"]), Logs(folder["touched"]));
    }

    /// <summary>Where nothing is shared, whatever algorithm is named averages nothing, corrects nothing and sends nothing.</summary>
    [Theory]
    [InlineData("fast-fedpg", "")]
    [InlineData("fedavg", Exact)]
    [InlineData("scaffold", "")]
    [InlineData("fedlin", Exact)]
    [InlineData("centralized", "")]
    [InlineData("decentralized", """policy={"kind":"log-linear"}""")]
    [InlineData("fedprox", """policy={"kind":"neural-softmax","hidden":[4]}""")]
    public void Everything_personal_is_independent(string algorithm, string more)
    {
        using var folder = new TemporaryFolder();
        string[] settings = more.Length == 0 ? [] : [more];
        RunTesting.Run(RunTesting.Experiment([.. settings, "federation.algorithm=independent"]), folder["independent"]);
        RunTesting.Run(RunTesting.Experiment([.. settings, $"federation.algorithm={algorithm}", "policy.personal=all"]), folder["all"]);
        Assert.Equal(Logs(folder["independent"]), Logs(folder["all"]));
        Assert.Empty(new CsvFile(Path.Combine(folder["all"], "exchange.csv")).Rows);
        Assert.All(new CsvFile(Path.Combine(folder["all"], "metrics.csv")).Whole("bytes_up"), bytes => Assert.Equal(0, bytes));
    }

    /// <summary>Each agent is judged by its own policy, and by its own optimum.</summary>
    [Fact]
    public void Independent_agents_are_judged_where_they_stand()
    {
        Experiment experiment = RunTesting.Experiment("dtype=float64", Exact, "federation.algorithm=independent", "federation.rounds=3");
        EvaluationResult last = AlgorithmTesting.Reports(experiment)[^1].Evaluation!;
        FiniteMdp mdp = experiment.Mdp;
        using var policy = new TabularSoftmax(mdp.States, mdp.Actions, TensorFormat.Float64);
        using var noGrad = no_grad();
        for (int i = 0; i < Agents; i++)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor row = zeros(1, policy.Layout.Length, dtype: ScalarType.Float64);
            for (int step = 0; step < 3 * H; step++) row -= NumericsTesting.ExactDirections(mdp, policy, row, first: i) * Eta;
            double own = Assert.Single(NumericsTesting.RegularisedObjectives(mdp, i, experiment.Objective, 0, policy, row));
            Assert.Equal(own, last.AgentObjectives[i], Tolerance);
        }
        Assert.Equal(last.OwnGap!.Value, last.Gap!.Value, Tolerance);
    }

    /// <summary>Receive thetabar; personal steps; memory at the new personal parameters; shared steps with those as they are.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData(2)]
    public void A_round_alternates(int? personalSteps)
    {
        string[] steps = personalSteps is { } given ? [$"federation.personalSteps={given}", "federation.personalStepSize=0.2"] : [];
        Experiment experiment = RunTesting.Experiment(["dtype=float64", Exact, Both, "environment.options.heterogeneity=1", .. steps]);
        double[][] path = AlgorithmTesting.Path(experiment, threads: 2, block: 2);
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        var agents = new Reference(experiment);
        double own = personalSteps is null ? Eta : 0.2;
        Tensor theta = agents.Theta;
        for (int t = 0; t < path.Length; t++)
        {
            Assert.All(theta.Numbers().Zip(path[t]), pair => Assert.Equal(pair.First, pair.Second, Tolerance));
            for (int k = 0; k < (personalSteps ?? H); k++)
            {
                for (int i = 0; i < Agents; i++) agents.Own[i] -= agents.Gradient(i, theta).Personal * own;
            }
            Tensor[] memories = [.. Enumerable.Range(0, Agents).Select(i => agents.Gradient(i, theta).Shared)];
            Tensor mean = stack(memories).mean([0]);
            Tensor[] rows = [.. memories.Select(_ => theta.clone())];
            for (int l = 0; l < H; l++)
            {
                for (int i = 0; i < Agents; i++) rows[i] -= (agents.Gradient(i, rows[i]).Shared - memories[i] + mean) * Eta;
            }
            theta = stack(rows).mean([0]);
        }
    }

    [Fact]
    public void Simultaneous_steps_follow_one_gradient()
    {
        Experiment experiment = RunTesting.Experiment(
            "dtype=float64", Exact, Both, "federation.algorithm=fedavg", "federation.personalOrder=simultaneous");
        double[][] path = AlgorithmTesting.Path(experiment, block: 2);
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        var agents = new Reference(experiment);
        Tensor theta = agents.Theta;
        for (int t = 0; t < path.Length; t++)
        {
            Assert.All(theta.Numbers().Zip(path[t]), pair => Assert.Equal(pair.First, pair.Second, Tolerance));
            Tensor[] rows = [.. Enumerable.Range(0, Agents).Select(_ => theta.clone())];
            for (int l = 0; l < H; l++)
            {
                for (int i = 0; i < Agents; i++)
                {
                    (Tensor shared, Tensor personal) = agents.Gradient(i, rows[i]);
                    rows[i] -= shared * Eta;
                    agents.Own[i] -= personal * Eta;
                }
            }
            theta = stack(rows).mean([0]);
        }
    }

    /// <summary>
    /// A joint stationary point, grad by theta of the mean and each agent's own grad by w_i both 0 while agents disagree, stays under
    /// correction, and not under FedAvg.
    /// </summary>
    [Theory]
    [InlineData("fast-fedpg", true)]
    [InlineData("fast-fedpg federation.personalOrder=simultaneous", true)]
    [InlineData("fedlin", true)]
    [InlineData("fedavg", false)]
    public void A_joint_stationary_point_is_fixed_where_steps_are_corrected(string algorithm, bool stays)
    {
        string[] named = algorithm.Split(' ');
        (double[] theta, double[][] own) = Stationary.Value;
        string[] settings = [.. Conflict, $"federation.algorithm={named[0]}", "federation.rounds=5", .. named[1..]];
        Experiment tried = RunTesting.Experiment(settings) with
        {
            InitialParameters = own[0],
            InitialPersonal = [.. own.Select(row => row[theta.Length..])],
        };
        using var federation = new TrainingLoop(tried, RunTesting.Execution(), TimeProvider.System);
        federation.Run(Sink.None, checkpoint: null, TestContext.Current.CancellationToken);
        double moved = federation.Served.OwnParameters()!.Zip(own, (after, before) => NumericsTesting.Distance(after, before)).Max();
        Assert.True(stays ? moved < 1e-8 : moved > 1e-5, $"moved by {moved}");
    }

    [Fact]
    public void Permuted_agents_have_permuted_results()
    {
        int[] order = [2, 0, 3, 1];
        Experiment experiment = RunTesting.Experiment("dtype=float64", Exact, Both, "environment.options.heterogeneity=1");
        double[][] start = Rows(experiment with { Federation = experiment.Federation with { Rounds = 0 } });
        int shared = start[0].Length - PersonalLength(experiment);
        FiniteMdp mdp = experiment.Mdp;
        Experiment turned = experiment with
        {
            Environment = new FiniteMdp(mdp.Name, mdp.Discount, mdp.Initial, [.. order.Select(i => mdp.Agents[i])]),
            InitialPersonal = [.. order.Select(i => start[i][shared..])],
        };
        double[][] straight = Rows(experiment with { InitialPersonal = [.. start.Select(row => row[shared..])] }), permuted = Rows(turned);
        for (int i = 0; i < Agents; i++)
            Assert.All(straight[order[i]].Zip(permuted[i]), pair => Assert.Equal(pair.First, pair.Second, Tolerance));
        Assert.NotEqual(straight[0], straight[1]);
    }

    [Fact]
    public void Agents_that_sit_out_keep_what_is_their_own()
    {
        Experiment experiment = RunTesting.Experiment(
            Exact, Head, "federation.algorithm=fedavg", "federation.rounds=1",
            """federation.participation={"kind":"uniform","sample":1}""");
        int personal = PersonalLength(experiment);
        double[][] rows = Rows(experiment);
        Assert.Single(rows, row => row[^personal..].Any(number => number != 0));
    }

    [Theory]
    [InlineData("fast-fedpg")]
    [InlineData("scaffold")]
    [InlineData("fedlin")]
    [InlineData("centralized")]
    public void No_personal_parameter_is_among_what_is_sent(string algorithm)
    {
        using var folder = new TemporaryFolder();
        Experiment experiment = RunTesting.Experiment(Both, $"federation.algorithm={algorithm}");
        RunTesting.Run(experiment, folder["run"]);
        using Policy policy = experiment.CreatePolicy(TensorFormat.Float32);
        var exchange = new CsvFile(Path.Combine(folder["run"], "exchange.csv"));
        Assert.NotEmpty(exchange.Rows);
        Assert.All(exchange["shape"], shape => Assert.Equal($"{policy.Layout.SharedLength}", shape));
        Assert.All(exchange.Whole("bytes"), bytes => Assert.Equal(policy.Layout.SharedLength * sizeof(float), bytes));
        Assert.True(policy.Layout.SharedLength < policy.Layout.Length);
    }

    [Theory]
    [InlineData(Both)]
    [InlineData("federation.algorithm=independent")]
    [InlineData("policy.personal=all")]
    public void A_folder_holds_each_agents_policy_and_acts_by_it(string settings)
    {
        using var folder = new TemporaryFolder();
        Experiment experiment = RunTesting.Experiment(settings, "environment.options.heterogeneity=1", "federation.rounds=20");
        RunSummary summary = RunTesting.Run(experiment, folder["run"]);
        double[][] rows = Rows(experiment);
        var policy = TrainedPolicy.Load(folder["run"]);
        Assert.Equal(rows, Enumerable.Range(0, Agents).Select(policy.ParametersOf));
        Assert.Equal(Agents, rows.Select(row => row[^1]).Distinct().Count());
        StoredPolicy stored = StoredPolicy.Read(folder["run"], FedPG.Experiments.Reading.ExperimentReader.Default);
        Assert.Equal(summary.Objective, PolicyReview.Of(stored, episodes: 0).Objective);
        Assert.Equal(Agents, Enumerable.Range(0, Agents).Select(agent => string.Join(' ', stored.Probabilities(agent))).Distinct().Count());
        policy.Save(folder["saved"]);
        Assert.Equal(
            Directory.GetFiles(Path.Combine(folder["run"], "policy"), "*.bin").Select(Content).Order(),
            Directory.GetFiles(Path.Combine(folder["saved"], "policy"), "*.bin").Select(Content).Order());

        static string Content(string file) => Path.GetFileName(file) + Convert.ToHexString(File.ReadAllBytes(file));
    }

    /// <summary>
    /// Over those that touch a parameter, tables of agents' own learn as if each agent were alone, at any number of local steps.
    /// </summary>
    [Theory]
    [InlineData("fedavg")]
    [InlineData("fast-fedpg")]
    [InlineData("fedlin")]
    [InlineData("centralized")]
    public void Averaged_by_touch_tables_of_their_own_are_independent(string algorithm)
    {
        const int rounds = 4;
        Experiment experiment = RunTesting.Experiment(
            "dtype=float64", Exact, "policy.context=agent", $"federation.algorithm={algorithm}", "federation.averaging=touched",
            "environment.options.heterogeneity=1");
        double[] last = AlgorithmTesting.Path(experiment, threads: 2, block: 2)[rounds];
        FiniteMdp mdp = experiment.Mdp;
        int cells = mdp.States * mdp.Actions;
        using var alone = new TabularSoftmax(mdp.States, mdp.Actions, TensorFormat.Float64);
        using var noGrad = no_grad();
        for (int i = 0; i < Agents; i++)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor row = zeros(1, cells, dtype: ScalarType.Float64);
            for (int step = 0; step < rounds * H; step++) row -= NumericsTesting.ExactDirections(mdp, alone, row, first: i) * Eta;
            double[] own = row.Numbers();
            for (int k = 0; k < cells; k++) Assert.Equal(own[k], last[(i * cells) + k], Tolerance);
        }
    }

    /// <summary>
    /// With some agents a round, and with weights, a table still moves by its own agent's steps, and rests where that is absent.
    /// </summary>
    [Theory]
    [InlineData("""{"kind":"uniform","sample":2}""")]
    [InlineData("""{"kind":"weighted","sample":2,"weights":[1,2,3,4]}""")]
    [InlineData("""{"kind":"probabilities","probabilities":[0.9,0.2,0.5,0.5]}""")]
    public void Averaged_by_touch_absent_agents_tables_rest(string participation)
    {
        Experiment experiment = RunTesting.Experiment(
            "dtype=float64", Exact, "policy.context=agent", "federation.algorithm=fedavg", "federation.averaging=touched",
            $"federation.participation={participation}");
        double[][] path = AlgorithmTesting.Path(experiment, threads: 2, block: 2);
        FiniteMdp mdp = experiment.Mdp;
        int cells = mdp.States * mdp.Actions;
        using var alone = new TabularSoftmax(mdp.States, mdp.Actions, TensorFormat.Float64);
        using var noGrad = no_grad();
        for (int t = 0; t + 1 < path.Length; t++)
        {
            for (int i = 0; i < Agents; i++)
            {
                using DisposeScope scope = NewDisposeScope();
                Tensor row = tensor(path[t][(i * cells)..((i + 1) * cells)], [1, cells]);
                for (int l = 0; l < H && experiment.Federation.CohortOf(t).Has(i); l++)
                    row -= NumericsTesting.ExactDirections(mdp, alone, row, first: i) * Eta;
                double[] own = row.Numbers();
                for (int k = 0; k < cells; k++) Assert.Equal(own[k], path[t + 1][(i * cells) + k], Tolerance);
            }
        }
    }

    [Theory]
    [InlineData("gradient.direction", Both, "gradient.direction=natural")]
    [InlineData("diagnoseEvery", Both, "diagnoseEvery=1")]
    [InlineData("federation.localSteps", Both, "federation.localSteps=40000")]
    [InlineData("federation.personalSteps", Both, "federation.personalSteps=64999")]
    [InlineData("policy.personal", "policy.personal=[\"head\"]", "seed=3")]
    [InlineData("policy.personal", "policy.personal=some", "seed=3")]
    [InlineData("policy.embeddingSize", Both, "policy.embeddingSize=0")]
    [InlineData("policy.layerNorm", Both, "environment.stepped=true", "policy.layerNorm=true")]
    public void What_cannot_be_had_is_refused(string key, params string[] settings)
    {
        InvalidInputException refused = Assert.Throws<InvalidInputException>(() => RunTesting.Experiment(settings));
        Assert.Equal(key, Assert.Single(refused.Errors).KeyPath);
    }

    /// <summary>A shared policy is a start for agents with heads of their own; what agents have to themselves is none for others.</summary>
    [Fact]
    public void A_start_is_a_policy_that_agents_share()
    {
        using var folder = new TemporaryFolder();
        const string plain = """policy={"kind":"neural-softmax","hidden":[6]}""";
        RunTesting.Run(RunTesting.Experiment("dtype=float64", plain), folder["shared"]);
        StoredPolicy shared = StoredPolicy.Read(folder["shared"], ExperimentReader.Default);
        // Fast-FedPG asks for gradients, and so trains heads, before its first round.
        Experiment headed = shared.AsStartOf(
            RunTesting.Experiment("dtype=float64", Head, "federation.rounds=0", "federation.algorithm=fedavg"));
        RunTesting.Run(headed, folder["headed"]);
        StoredPolicy own = StoredPolicy.Read(folder["headed"], ExperimentReader.Default);
        for (int i = 0; i < Agents; i++) Assert.Equal(shared.Probabilities(i), own.Probabilities(i));
        Assert.Throws<InvalidInputException>(() => own.In(ExperimentReader.Default, ["environment.agents=3"]));
    }

    private static (double[] Theta, double[][] Own) FindStationary()
    {
        Experiment experiment = RunTesting.Experiment(
            [.. Conflict, "federation.algorithm=centralized", "federation.localSteps=1", "federation.rounds=3000", "evaluateEvery=3000"]);
        using var searching = new TrainingLoop(experiment, RunTesting.Execution(), TimeProvider.System);
        searching.Run(Sink.None, checkpoint: null, TestContext.Current.CancellationToken);
        return (searching.Parameters(), searching.Served.OwnParameters()!);
    }

    private static string Logs(string folder) => string.Join("\n\n",
        new CsvFile(Path.Combine(folder, "metrics.csv")).Without("seconds"),
        File.ReadAllText(Path.Combine(folder, "agents.csv")),
        File.ReadAllText(Path.Combine(folder, "exchange.csv")),
        string.Join('\n', Directory.EnumerateFiles(Path.Combine(folder, "policy"), "*.bin").Order(StringComparer.Ordinal)
            .Select(file => Convert.ToHexString(File.ReadAllBytes(file)))));

    /// <summary>The rows that serve agents in the end, [N][d].</summary>
    private static double[][] Rows(Experiment experiment)
    {
        using var federation = new TrainingLoop(experiment, RunTesting.Execution(block: 2), TimeProvider.System);
        federation.Run(Sink.None, checkpoint: null, TestContext.Current.CancellationToken);
        return federation.Served.OwnParameters()!;
    }

    private static int PersonalLength(Experiment experiment)
    {
        using Policy policy = experiment.CreatePolicy(TensorFormat.Float32);
        return policy.Layout.PersonalLength;
    }

    /// <summary>Agents as they are written down: theta, w_i, and exact gradients of J_i.</summary>
    private sealed class Reference
    {
        private readonly FiniteMdp _mdp;
        private readonly Policy _policy;

        public Reference(Experiment experiment)
        {
            (_mdp, _policy) = (experiment.Mdp, experiment.CreatePolicy(TensorFormat.Float64));
            double[] common = experiment.StartOf(_policy);
            Theta = tensor(common[.._policy.Layout.SharedLength]);
            Own = [.. Enumerable.Range(0, Agents).Select(i => tensor(experiment.PersonalStartOf(_policy, common, i)))];
        }

        public Tensor Theta { get; }

        public Tensor[] Own { get; }

        public (Tensor Shared, Tensor Personal) Gradient(int agent, Tensor theta)
        {
            Tensor row = NumericsTesting.ExactDirections(_mdp, _policy, cat([theta, Own[agent]]).unsqueeze(0), first: agent)[0];
            (int shared, int personal) = (_policy.Layout.SharedLength, _policy.Layout.PersonalLength);
            return (row.narrow(0, 0, shared), row.narrow(0, shared, personal));
        }
    }
}
