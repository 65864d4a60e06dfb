using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Envs.Tabular;
using FedPG.Experiments;
using FedPG.Experiments.Diagnosis;
using FedPG.Experiments.Reading;
using FedPG.Experiments.Runs;
using FedPG.Experiments.Scenes;
using FedPG.Experiments.Training;
using FedPG.Federation.Estimators;
using FedPG.Federation.Estimators.Tabular;
using FedPG.Federation.Evaluation;
using FedPG.Federation.Evaluation.Episodic;
using FedPG.Federation.Evaluation.Tabular;
using FedPG.Federation.Threads;
using FedPG.Policies;
using FedPG.Policies.Episodic;
using FedPG.Policies.Options;
using FedPG.Policies.Tabular;
using FedPG.Tests.Federation;
using FedPG.Tests.Federation.Algorithms;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FedPG.Tests.Experiments.Runs;

/// <summary>Training, judging and acting with policies that are told of the agent that they act for.</summary>
public sealed class ContextRunTests
{
    private const int Agents = 4;
    private const double Tolerance = 1e-12;

    private const string Exact = "gradient={\"estimator\":\"exact\"}", Grid =
        """environment={"id":"GridWorld-v0","agents":4,"options":{"width":3,"height":3,"discount":0.9,"slip":0.1}}""";

    private static readonly string[] Table = ["dtype=float64", Exact, "policy={\"kind\":\"tabular-softmax\",\"context\":\"agent\"}"];

    public static TheoryData<string> Settings =>
    [
        "policy.context=agent",
        $"policy.context=agent|{Exact}",
        """policy={"kind":"neural-softmax","hidden":[6,5],"context":"agent"}""",
        $$"""{{Grid}}|policy={"kind":"neural-softmax","hidden":[6],"context":"task"}""",
        $$"""{{Grid}}|policy={"kind":"log-linear","context":"task"}|gradient.direction=natural""",
        $$"""{{Grid}}|environment.stepped=true|policy={"kind":"neural-softmax","hidden":[6],"context":"task"}""",
        """environment={"id":"CartPole-v1","agents":4}|objective=reward|policy={"kind":"neural-softmax","hidden":[5],"context":"agent"}""",
        "policy.context=agent|federation.algorithm=fedkl",
        "policy.context=agent|federation.algorithm=independent",
    ];

    [Theory]
    [MemberData(nameof(Settings))]
    public void Threads_blocks_and_stops_change_no_bit(string settings)
    {
        using var folder = new TemporaryFolder();
        RunTesting.AssertSameBits(RunTesting.Experiment(settings.Split('|')), folder);
    }

    [Fact]
    public void A_context_of_none_is_no_context()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment(), folder["absent"]);
        RunTesting.Run(RunTesting.Experiment("policy.context=none"), folder["none"]);
        Assert.Equal(RunTesting.Bits(folder["absent"]), RunTesting.Bits(folder["none"]));
    }

    /// <summary>Each agent descends in a table of its own, as if it were alone, whatever block it stands in.</summary>
    [Theory]
    [InlineData(false, 0.0)]
    [InlineData(false, 0.1)]
    [InlineData(true, 0.1)]
    public void Directions_on_a_table_are_those_of_independent_tables(bool natural, double tau)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        FiniteMdp mdp = NumericsTesting.Mdp("random-0", Agents);
        int cells = mdp.States * mdp.Actions;
        using var alone = new TabularSoftmax(mdp.States, mdp.Actions, TensorFormat.Float64);
        using var told = new TabularSoftmax(mdp.States, mdp.Actions, TensorFormat.Float64, AgentContexts.OfIndices(Agents));
        foreach ((int first, int count) in (ReadOnlySpan<(int, int)>)[(0, Agents), (1, 2), (3, 1)])
        {
            told.Serve(first, count);
            foreach (bool same in (ReadOnlySpan<bool>)[false, true])
            {
                Tensor rows = NumericsTesting.RandomRows(told, same ? 1 : count, seed: 5);
                if (same) rows = rows.expand(count, -1).contiguous();
                double[][] directions = [.. Directions(told, rows, first, same).Numbers().Chunk(Agents * cells)];
                for (int i = 0; i < count; i++)
                {
                    Tensor table = rows.narrow(0, i, 1).narrow(1, (first + i) * cells, cells).contiguous();
                    double[] own = Directions(alone, table, first + i, false).Numbers();
                    for (int k = 0; k < directions[i].Length; k++)
                        Assert.Equal(k / cells == first + i ? own[k % cells] : 0, directions[i][k], Tolerance);
                }
            }
        }

        Tensor Directions(TabularSoftmax policy, Tensor rows, int first, bool same)
        {
            var setup = new EstimatorSetup(mdp, policy, first, (int)rows.shape[0], Objective.Regret, NumericsTesting.Entropy(tau), Seed: 1);
            using IGradientEstimator estimator = natural
                ? new NaturalExactEstimator(setup, new FisherOptions(0, 100))
                : new ExactEstimator(setup);
            return NumericsTesting.Directions(estimator, rows, default, same);
        }
    }

    /// <summary>A server moves by the mean, so a table that one agent alone touches takes steps of eta / N.</summary>
    [Theory]
    [InlineData("fast-fedpg", 1)]
    [InlineData("fedavg", 1)]
    [InlineData("centralized", 3)]
    public void Trajectories_on_a_table_are_those_of_independent_tables(string algorithm, int localSteps)
    {
        const int rounds = 8;
        const double eta = 0.8;
        using var noGrad = no_grad();
        Experiment experiment = RunTesting.Experiment(
            [
                .. Table, $"federation.algorithm={algorithm}", $"federation.localSteps={localSteps}", $"federation.rounds={rounds}",
                $"federation.localStepSize={eta}",
            ]);
        double[] last = AlgorithmTesting.Path(experiment, threads: 2, block: 2)[^1];
        FiniteMdp mdp = experiment.Mdp;
        int cells = mdp.States * mdp.Actions;
        using var alone = new TabularSoftmax(mdp.States, mdp.Actions, TensorFormat.Float64);
        for (int i = 0; i < Agents; i++)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor row = zeros(1, cells, dtype: ScalarType.Float64);
            for (int t = 0; t < rounds * localSteps; t++)
                row -= NumericsTesting.ExactDirections(mdp, alone, row, first: i) * (eta / Agents);
            double[] own = row.Numbers();
            for (int k = 0; k < cells; k++) Assert.Equal(own[k], last[(i * cells) + k], Tolerance);
        }
    }

    [Fact]
    public void The_gap_is_the_mean_own_gap_where_contexts_are_distinct()
    {
        using DisposeScope scope = NewDisposeScope();
        FiniteMdp mdp = NumericsTesting.Mdp("random-own-kernels", Agents);
        TabularPolicy policy = Network(mdp, TaskContext.Agent);
        using var evaluator = new ExactEvaluator(mdp, Objective.Regret, policy);
        Assert.Equal(evaluator.AgentOptima!.Average(), evaluator.Optimal!.Value, Tolerance);
        Tensor theta = NumericsTesting.RandomRows(policy, 1, seed: 3)[0];
        EvaluationResult result = evaluator.Evaluate(theta, 0.1);
        Assert.Equal(result.OwnGap!.Value, result.Gap!.Value, Tolerance);
        Assert.True(result.RegularisedGap > 0);
        AssertMeanGradient(mdp, theta, TaskContext.Agent, result);
    }

    /// <summary>
    /// Agents 0 and 2 have one task, 1 and 3 another: each pair has an average MDP, and the optimum is the mean of theirs.
    /// </summary>
    [Fact]
    public void Agents_that_share_a_context_are_measured_by_their_average_problem()
    {
        using DisposeScope scope = NewDisposeScope();
        FiniteMdp grid = NumericsTesting.Mdp("grid", Agents);
        AgentTasks tasks = grid.Tasks!;
        double[][] shared = [.. Enumerable.Range(0, Agents).Select(i => tasks.Values[i % 2])];
        FiniteMdp mdp = Among(grid, [0, 1, 2, 3], new AgentTasks(tasks.Names, shared, tasks.Places));
        TabularPolicy policy = Network(mdp, TaskContext.Task);
        using var evaluator = new ExactEvaluator(mdp, Objective.Regret, policy);
        Assert.Equal((Best([0, 2]) + Best([1, 3])) / 2, evaluator.Optimal!.Value, 1e-9);
        Tensor theta = NumericsTesting.RandomRows(policy, 1, seed: 4)[0];
        EvaluationResult result = evaluator.Evaluate(theta, null);
        Assert.True(result.Gap > 0 && result.OwnGap > result.Gap);
        AssertMeanGradient(mdp, theta, TaskContext.Task, result);

        double Best(int[] agents)
        {
            FiniteMdp pair = Among(grid, agents, null);
            var table = new TabularSoftmax(pair.States, pair.Actions, TensorFormat.Float64);
            using var plain = new ExactEvaluator(pair, Objective.Regret, table);
            return plain.Optimal!.Value;
        }
    }

    [Fact]
    public void Permuted_agents_have_permuted_objectives_and_gradients()
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        int[] order = [2, 0, 3, 1];
        FiniteMdp mdp = NumericsTesting.Mdp("grid", Agents);
        FiniteMdp permuted = Among(
            mdp, order, new AgentTasks(mdp.Tasks!.Names, [.. order.Select(i => mdp.Tasks.Values[i])], mdp.Tasks.Places));
        using TabularPolicy policy = Network(mdp, TaskContext.Task), other = Network(permuted, TaskContext.Task);
        Tensor row = NumericsTesting.RandomRows(policy, 1, seed: 5), rows = row.expand(Agents, -1).contiguous();
        double[][] gradients = Gradients(mdp, policy), moved = Gradients(permuted, other);
        for (int k = 0; k < Agents; k++) Assert.Equal(gradients[order[k]], moved[k]);
        using var evaluator = new ExactEvaluator(mdp, Objective.Regret, Network(mdp, TaskContext.Task));
        using var again = new ExactEvaluator(permuted, Objective.Regret, Network(permuted, TaskContext.Task));
        (EvaluationResult before, EvaluationResult after) = (evaluator.Evaluate(row[0], null), again.Evaluate(row[0], null));
        Assert.Equal(order.Select(i => before.AgentObjectives[i]), after.AgentObjectives);
        Assert.Equal(before.Gap!.Value, after.Gap!.Value, Tolerance);

        double[][] Gradients(FiniteMdp of, TabularPolicy by) =>
            [.. NumericsTesting.ExactDirections(of, by, rows, sameRows: true).Numbers().Chunk(by.Layout.Length)];
    }

    /// <summary>
    /// Labbi's pair: the best common policy is no better than chance, and told of the agent each reaches its own optimum.
    /// </summary>
    [Fact]
    public void An_adversarial_pair_is_solved_once_the_policy_is_told_of_the_agent()
    {
        using var folder = new TemporaryFolder();
        Experiment experiment = RunTesting.Experiment(
            [
                .. Table, """environment={"id":"AdversarialPair-v0","agents":2}""",
                """gradient={"estimator":"exact","direction":"natural"}""",
                "federation.algorithm=fedavg", "federation.rounds=80", "federation.localStepSize=2", "federation.localSteps=3",
            ]);
        RunSummary summary = RunTesting.Run(experiment, folder["run"]);
        Assert.True(summary.Gap < 1e-9 * summary.UniformGap, $"{summary.Gap} of {summary.UniformGap}");
    }

    /// <summary>What is stored, judged again, shown and acted by is the policy of each agent.</summary>
    [Fact]
    public void A_stored_policy_acts_for_each_agent_as_it_was_trained_to()
    {
        using var folder = new TemporaryFolder();
        using DisposeScope scope = NewDisposeScope();
        RunSummary summary = RunTesting.Run(RunTesting.Experiment([.. Table, "federation.rounds=6"]), folder["run"]);
        StoredPolicy stored = StoredPolicy.Read(folder["run"], ExperimentReader.Default);
        PolicyReview review = PolicyReview.Of(stored, episodes: 400, threads: 2);
        Assert.Equal(summary.Objective, review.Objective, Tolerance);
        FiniteMdp mdp = stored.Experiment.Mdp;
        int cells = mdp.States * mdp.Actions;
        var trained = TrainedPolicy.Load(folder["run"]);
        List<ValidationError> errors = [];
        var run = ShownPolicy.Of(stored, "RUN_DIR");
        for (int i = 0; i < Agents; i++)
        {
            double[] own = stored.Probabilities(i), theta = stored.Parameters[(i * cells)..((i + 1) * cells)];
            for (int s = 0; s < mdp.States; s++)
            {
                double[] weights = [.. theta[(s * mdp.Actions)..((s + 1) * mdp.Actions)].Select(Math.Exp)];
                for (int a = 0; a < mdp.Actions; a++) Assert.Equal(weights[a] / weights.Sum(), own[(s * mdp.Actions) + a], Tolerance);
                Assert.Equal(Array.IndexOf(weights, weights.Max()), trained.Act(s, agent: i));
            }
            Assert.Equal(own, run.SubjectOf(i, errors)!.Policy);
        }
        Assert.Empty(errors);
        Assert.NotEqual(stored.Probabilities(0), stored.Probabilities(1));
    }

    /// <summary>Episodes are judged as the table of what the network does for the agent says, whoever is served.</summary>
    [Fact]
    public void Episodes_are_played_by_what_the_policy_does_for_their_agent()
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        FiniteMdp mdp = NumericsTesting.Mdp("random-3-actions", Agents);
        EpisodicEnvironment stepped = EpisodicEnvironment.Of(mdp);
        var options = new NeuralSoftmaxOptions { Hidden = [6], Context = TaskContext.Agent };
        using var pool = new WorkerPool(2);
        int[] served = [1, 3, 0, 2];
        foreach (bool moved in (ReadOnlySpan<bool>)[false, true])
        {
            var policy = (EpisodicPolicy)ExperimentCatalog.Default.Policies.Create(stepped, options, TensorFormat.Float64);
            if (moved) policy.Serve(served);
            double[] theta = NumericsTesting.Uniform(8, policy.Layout.Length, 2);
            using var evaluator = new RolloutEvaluator(stepped, Objective.Regret, policy, seed: 5, episodes: 4000, pool);
            EvaluationResult result = evaluator.Evaluate(tensor(theta), null);
            for (int i = 0; i < Agents; i++)
            {
                double exact = Objectives(policy, theta, moved ? served[i] : i)[i];
                double error = result.AgentEpisodes![i].CostError!.Value;
                Assert.InRange(result.AgentObjectives[i], exact - (5 * error) - 0.01, exact + (5 * error) + 0.01);
            }
        }

        // J of every agent under what the policy does for one of them.
        double[] Objectives(EpisodicPolicy policy, double[] theta, int told)
        {
            using IActor<double> actor = policy.CreateActor<double>();
            actor.SetParameters(theta);
            (double[] seen, double[] head, var table) =
                (new double[policy.ObservationSize], new double[policy.HeadSize], new List<double>());
            for (int s = 0; s < mdp.States; s++)
            {
                policy.Encoding.Encode([s], told, seen.AsSpan());
                actor.Heads(seen, 1, head);
                double all = head.Sum(Math.Exp);
                table.AddRange(head.Select(logit => logit - Math.Log(all)));
            }
            var softmax = new TabularSoftmax(mdp.States, mdp.Actions, TensorFormat.Float64);
            using var plain = new ExactEvaluator(mdp, Objective.Regret, softmax);
            return plain.Evaluate(tensor(table.ToArray()), null).AgentObjectives;
        }
    }

    [Fact]
    public void Advice_and_certificates_know_that_there_is_no_average_problem_of_states()
    {
        Experiment experiment = RunTesting.Experiment([.. Table, "gradient.entropy=0.1"]);
        Advice advice = Adviser.Of(experiment);
        Assert.Equal("theorem-3", advice.Theorem);
        using var folder = new TemporaryFolder();
        RunSummary summary = RunTesting.Run(experiment, folder["run"]);
        double[] theta = StoredPolicy.Read(folder["run"], ExperimentReader.Default).Parameters;
        Certificate certificate = Certifier.Of(experiment, theta, summary.Rounds)!;
        Assert.Equal(AlgorithmTesting.Reports(experiment)[^1].Evaluation!.RegularisedGap!.Value, certificate.Gap!.Value, 1e-9);
    }

    private static TabularPolicy Network(FiniteMdp mdp, TaskContext context) => (TabularPolicy)ExperimentCatalog.Default.Policies.Create(
        mdp, new NeuralSoftmaxOptions { Hidden = [6], Context = context }, TensorFormat.Float64);

    private static FiniteMdp Among(FiniteMdp mdp, int[] agents, AgentTasks? tasks) =>
        new(mdp.Name, mdp.Discount, mdp.Initial, [.. agents.Select(i => mdp.Agents[i])]) { Tasks = tasks };

    /// <summary>The squared norm in a result is that of the mean of the agents' gradients.</summary>
    private static void AssertMeanGradient(FiniteMdp mdp, Tensor theta, TaskContext context, EvaluationResult result)
    {
        using DisposeScope scope = NewDisposeScope();
        using TabularPolicy policy = Network(mdp, context);
        Tensor rows = theta.unsqueeze(0).expand(Agents, -1).contiguous();
        double[] mean = NumericsTesting.ExactDirections(mdp, policy, rows, sameRows: true).mean([0]).Numbers();
        Assert.Equal(1, mean.Sum(g => g * g) / result.GradientNormSquared!.Value, 1e-10);
    }
}
