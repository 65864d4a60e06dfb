using System.Globalization;
using FedPG.Core.Options;
using FedPG.Experiments;
using FedPG.Experiments.Reading;
using FedPG.Experiments.Runs;
using FedPG.Federation.Estimators;
using FedPG.Policies;
using FedPG.Tests.Experiments.Runs;
using FedPG.Tests.Experiments.TensorBoard;
using TorchSharp;
using Xunit;

namespace FedPG.Tests.Federation.Estimators.Episodic;

/// <summary>Whole runs on environments that are stepped.</summary>
public sealed class RolloutRunTests
{
    private const string Pendulum = """environment={"id":"Pendulum-v1","agents":3,"options":{"heterogeneity":1}}""",
        Gaussian = """policy={"kind":"gaussian","hidden":[6]}""";

    public static TheoryData<string[]> Ways()
    {
        var data = new TheoryData<string[]>();
        foreach (string algorithm in ExperimentCatalog.Default.Algorithms.Names)
        {
            data.Add([$"federation.algorithm={algorithm}", .. OfValues(algorithm) ? Values : Array.Empty<string>()]);
            data.Add([$"federation.algorithm={algorithm}", Pendulum, "objective=reward", "gradient.horizon=20",
                .. OfValues(algorithm) ? Values : [Gaussian]]);
        }
        data.Add(["gradient.direction=natural", "gradient.damping=0.01", "gradient.entropy=0.1"]);
        data.Add(["federation.algorithm=scaffold", "gradient.direction=natural", Pendulum, Gaussian, "objective=reward",
            "gradient.horizon=20", """federation.participation={"kind":"uniform","sample":2}"""]);
        data.Add(["federation.algorithm=fedq", .. Values, "federation.localSteps=70", """federation.stragglers={"share":0.5}""",
            """policy={"features":"random","featureCount":9}"""]);
        data.Add(["federation.algorithm=fedtd", .. Values, "federation.localSteps=70",
            """federation.participation={"kind":"uniform","sample":2}""", """policy={"evaluates":[0.2,0.8],"features":"coordinates"}"""]);
        data.Add(["federation.algorithm=fedtd", Pendulum, "objective=reward", .. Values, "federation.localSteps=230",
            """policy={"evaluates":"gaussian","featureOrder":1}"""]);
        data.Add(["federation.algorithm=fedkl", "federation.localSteps=5", "federation.batchSteps=2", "gradient.entropy=0.1",
            """federation.stragglers={"share":0.5}"""]);
        data.Add(["dtype=float64", """gradient.entropy={"from":0.1,"to":0.01,"until":3}"""]);
        data.Add(["federation.memory=fresh", "gradient.estimator=reinforce", "gradient.baseline=constant"]);
        data.Add([Pendulum, Gaussian, "objective=reward", "gradient.horizon=20", "gradient.entropy=0.1"]);
        data.Add(["policy.kind=log-linear", "evaluateEvery=2"]);
        foreach (string algorithm in (string[])["fast-fedpg", "fedavg", "scaffold", "fedlin", "independent"])
            data.Add([$"federation.algorithm={algorithm}", Ppo, Learnt]);
        data.Add([Ppo, Learnt, "federation.memory=fresh", "federation.localOptimizerState=averaged",
            """policy={"critic":"shared","hidden":[5]}"""]);
        data.Add([Ppo, Learnt, "federation.localOptimizerState=shared", """federation.stragglers={"share":0.5}"""]);
        data.Add([Ppo, "federation.localOptimizer=momentum", "federation.localOptimizerState=reset",
            """federation.participation={"kind":"uniform","sample":2}"""]);
        data.Add([Pendulum, """policy={"kind":"gaussian","hidden":[6]}""", "objective=reward", Learnt,
            """gradient={"estimator":"ppo","horizon":16,"trajectories":2,"minibatch":8,"epochs":2}""", "gradient.entropy=0.1",
            "gradient.normaliseRewards=true", "policy.normalise=true"]);
        data.Add(["""gradient={"estimator":"actor-critic","horizon":16,"trajectories":2,"discountedWeights":true}"""]);
        return data;
    }

    /// <summary>What methods of values train, and how, in the place of the small experiment's own sections.</summary>
    private static readonly string[] Values = ["""policy={}""", """gradient={"horizon":20,"trajectories":3,"exploration":0.5}"""];

    private const string Learnt = "federation.localOptimizer=adam",
        Ppo = """gradient={"estimator":"ppo","horizon":16,"trajectories":2,"minibatch":12,"epochs":2,"advantageScale":"minibatch"}""";

    private static bool OfValues(string algorithm) => ExperimentCatalog.Default.Algorithms[algorithm].OwnEstimators is not null;

    [Theory]
    [MemberData(nameof(Ways))]
    public void Threads_blocks_and_stops_change_no_bit(string[] assignments)
    {
        using var folder = new TemporaryFolder();
        RunTesting.AssertSameBits(RolloutTesting.Experiment(assignments), folder, 1);
    }

    [Fact]
    public void The_run_folder_says_what_is_known_and_what_is_estimated()
    {
        using var folder = new TemporaryFolder();
        RunSummary summary = RunTesting.Run(RolloutTesting.Experiment("gradient.entropy=0.1", "evaluateEvery=2"), folder["run"]);
        var metrics = new CsvFile(Path.Combine(folder["run"], "metrics.csv"));
        Assert.Equal(
            "round,env_steps,objective,gap,grad_norm_sq,drift,bytes_up,bytes_down,seconds,objective_se,"
                + "regularized_objective,regularized_gap",
            metrics.Header);
        Assert.All(metrics["gap"].Concat(metrics["grad_norm_sq"]).Concat(metrics["regularized_gap"]), field => Assert.Empty(field));
        Assert.Equal([false, true, false, false], metrics["objective_se"].Select(field => field.Length == 0));
        Assert.Equal(metrics["objective"].Select(f => f.Length),
            metrics["objective"].Zip(metrics["objective_se"], (f, se) => se.Length == 0 ? 0 : f.Length));
        double[] errors = [.. metrics["objective_se"].Where(f => f.Length > 0).Select(f => double.Parse(f, CultureInfo.InvariantCulture))];
        Assert.All(errors, error => Assert.InRange(error, 1e-6, 10));
        Assert.All(metrics.Numbers("drift")[1..], drift => Assert.True(drift > 0));

        var agents = new CsvFile(Path.Combine(folder["run"], "agents.csv"));
        Assert.Equal("round,agent,objective,optimum,episode_return,episode_length", agents.Header);
        // A reward of 1 a step: the return is the length.
        Assert.Equal(agents["episode_return"], agents["episode_length"]);
        Assert.All(agents.Numbers("episode_length"), length => Assert.InRange(length, 5, 500));
        Assert.Equal(5, summary.Agents.Count);
        Assert.Null(summary.Optimum);
        Assert.Null(summary.Certificate);
        Assert.Equal(errors[^1], summary.ObjectiveError);
        Assert.All(summary.Agents, agent => Assert.NotNull(agent.Return));

        string[] tags = [.. EventFile.ReadAll(folder["run"]).Select(v => v.Tag).Distinct()];
        string[] wanted =
        [
            "federated/objective", "federated/objective_se", "federated/drift", "federated/correction_norm", "federated/bytes_up",
            "federated/bytes_down",
            "rollout/ep_rew_mean", "rollout/ep_len_mean", "time/fps", "agents/agent-0/objective", "agents/agent-4/return",
        ];
        Assert.All(wanted, tag => Assert.Contains(tag, tags));
        Assert.DoesNotContain("federated/gap", tags);
    }

    /// <summary>What the resolved file says is what was run.</summary>
    [Fact]
    public void The_resolved_experiment_reads_back_to_itself()
    {
        Experiment experiment = RolloutTesting.Experiment(Pendulum, Gaussian, "objective=reward");
        string text = experiment.Resolved.ToJsonString();
        Experiment again = ExperimentReader.Default.Read(
            JsonDocuments.Parse(System.Text.Encoding.UTF8.GetBytes(text), "again.json"), "again.json", Environment.CurrentDirectory, []);
        Assert.Equal(text, again.Resolved.ToJsonString());
        Assert.Equal(3, again.EvaluationEpisodes);
        Assert.Contains("\"learnStandardDeviation\":true", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("policy.kind", "cannot act in CartPole-v1", "policy.kind=tabular-softmax")]
    [InlineData("policy.kind", "\"neural-softmax\"", "policy.kind=gaussian")]
    [InlineData("policy.kind", "\"gaussian\"", Pendulum, "policy.kind=neural-softmax", "objective=reward")]
    [InlineData("gradient.estimator", "\"gpomdp\"", "gradient.estimator=exact")]
    [InlineData("environment.id", "\"objective\": \"reward\"", Pendulum, Gaussian)]
    [InlineData("evaluationEpisodes", "from 2 to", "evaluationEpisodes=1")]
    [InlineData("policy.standardDeviation", "in [1E-12, 1000000000000]", Pendulum, Gaussian, "objective=reward",
        "policy.standardDeviation=0")]
    [InlineData("policy.features", "observation", "policy={\"kind\":\"log-linear\",\"features\":\"radial\"}")]
    [InlineData("gradient.trajectories", "at least 2", "gradient.trajectories=1")]
    [InlineData("gradient.trajectories", "numbers of observations", "gradient.trajectories=30000", "gradient.horizon=400")]
    [InlineData("gradient.entropy", "must be 0", Pendulum, "policy={\"kind\":\"gaussian\",\"learnStandardDeviation\":false}",
        "objective=reward", "gradient.entropy=0.1")]
    [InlineData("policy.hiden", "hidden", "policy.hiden=[4]")]
    [InlineData("gradient.direction", "must be \"natural\" with federation.algorithm \"pmd\"", "federation.algorithm=pmd",
        "gradient.direction=plain")]
    [InlineData("gradient.direction", "needs a discount below 1", "gradient.direction=natural", "environment.options.discount=1")]
    [InlineData("gradient.estimator", "needs a discount below 1", "federation.algorithm=fedq", "policy={}", "gradient={}",
        "environment.options.discount=1")]
    [InlineData("policy.kind", "cannot act in CartPole-v1", "federation.algorithm=pavg", "policy={\"kind\":\"tabular-direct\"}")]
    [InlineData("policy.kind", "allowed with it: \"action-values\"", "federation.algorithm=fedq", "policy={\"kind\":\"neural-softmax\"}",
        "gradient={}")]
    [InlineData("gradient.estimator", "allowed there: \"sampled\"", "federation.algorithm=qavg", "policy={}",
        "gradient={\"estimator\":\"exact\"}")]
    [InlineData("gradient.estimator", "allowed there: \"chain\"", "federation.algorithm=fedtd", "policy={}",
        "gradient={\"estimator\":\"exact\"}")]
    [InlineData("policy.features", "\"fourier\" | \"coordinates\" | \"random\"", "federation.algorithm=fedq",
        "policy={\"features\":\"one-hot\"}", "gradient={}")]
    [InlineData("policy.featureOrder", "at most 10000", "federation.algorithm=fedq", "policy={\"featureOrder\":10}", "gradient={}")]
    [InlineData("policy.featureBounds", "a list of 4 ranges", "federation.algorithm=fedq", "policy={\"featureBounds\":[[0,1]]}",
        "gradient={}")]
    [InlineData("policy.evaluates", "2 probabilities", "federation.algorithm=fedtd", "policy={\"evaluates\":[1]}", "gradient={}")]
    [InlineData("policy.evaluates", "\"uniform\" or \"gaussian\"", "federation.algorithm=fedtd", "policy={\"evaluates\":[1]}",
        "gradient={}", Pendulum, "objective=reward")]
    [InlineData("policy.actionBins", "from 2 to 1001", "federation.algorithm=fedq", "policy={\"actionBins\":1}", "gradient={}", Pendulum,
        "objective=reward")]
    public void Bad_input_is_one_message_that_names_the_key_and_what_is_allowed(string key, string allowed, params string[] assignments)
    {
        ValidationError fault = Assert.Single(Assert.Throws<InvalidInputException>(() => RolloutTesting.Experiment(assignments)).Errors);
        Assert.Contains(key, fault.ToString(), StringComparison.Ordinal);
        Assert.Contains(allowed, fault.ToString(), StringComparison.Ordinal);
    }

    /// <summary>
    /// Methods of values balance all poles too, and drive every car up its hill, which a uniform policy does not in 200 steps.
    /// Deterministic, so a pass stays a pass: over seeds 1 to 5 the worst agent's return was
    /// 500 on CartPole and -178 to -146 on MountainCar.
    /// </summary>
    [Theory]
    [InlineData("fedq", "CartPole-v1", 20, 500, 0.5, 25, 60, 150)]
    [InlineData("qavg", "CartPole-v1", 8, 10, 1.0, 25, 60, 150)]
    [InlineData("fedq", "MountainCar-v0", 30, 1000, 0.5, 10, -199, -190)]
    public void Values_of_observations_are_learned(string algorithm, string id, int rounds, int steps, double eta, int exploration,
        double before, double after)
    {
        using var folder = new TemporaryFolder();
        RunSummary summary = RunTesting.Run(RolloutTesting.Experiment(
            $$"""environment={"id":"{{id}}","agents":4,"options":{"heterogeneity":1,"discount":0.99} }""", "objective=reward", "policy={}",
            $$"""gradient={"horizon":100,"trajectories":8,"exploration":0.{{exploration}}}""", $"federation.algorithm={algorithm}",
            $"federation.rounds={rounds}", $"federation.localSteps={steps}",
            FormattableString.Invariant($"federation.localStepSize={eta}"), $"evaluateEvery={rounds}", "evaluationEpisodes=16"),
            folder["run"], threads: 2);
        double[] returns = new CsvFile(Path.Combine(folder["run"], "agents.csv")).Numbers("episode_return");
        Assert.All(returns[..4], first => Assert.True(first < before, $"{first}"));
        Assert.All(summary.Agents, agent => Assert.True(agent.Return > after, $"{agent.Name}: {agent.Return}"));
    }

    /// <summary>
    /// With a small network 12 rounds bring every agent from some 20 steps to beyond 100. Deterministic, so a pass stays a pass.
    /// </summary>
    [Theory]
    [InlineData("federation.algorithm=fast-fedpg")]
    [InlineData("federation.algorithm=fedkl")]
    [InlineData("federation.algorithm=pmd")]
    public void Every_agent_learns_to_balance_its_own_pole(string algorithm)
    {
        using var folder = new TemporaryFolder();
        RunSummary summary = RunTesting.Run(RolloutTesting.Experiment(
            algorithm, "objective=reward", "environment.options.discount=0.99", "gradient.horizon=200", "gradient.trajectories=8",
            "policy.hidden=[32]", "federation.rounds=12", "federation.localSteps=4",
            "evaluateEvery=12", "evaluationEpisodes=8"), folder["run"], threads: 2);
        double[] returns = new CsvFile(Path.Combine(folder["run"], "agents.csv")).Numbers("episode_return");
        Assert.All(returns[..5], before => Assert.InRange(before, 8, 60));
        Assert.All(summary.Agents, agent => Assert.True(agent.Return > 100, $"{agent.Name}: {agent.Return}"));
    }
}

/// <summary>These count every live tensor of the process, so nothing else may run beside them.</summary>
[Collection(NothingBesides.Name)]
public sealed class RolloutMemoryTests
{
    [Theory]
    [InlineData("policy.hidden=[7,5]", "gradient.entropy=0.1")]
    [InlineData("""environment={"id":"Pendulum-v1","agents":3}""", """policy={"kind":"gaussian","hidden":[6]}""", "objective=reward")]
    [InlineData("federation.algorithm=fedkl", "federation.batchSteps=1")]
    [InlineData("gradient.direction=natural")]
    [InlineData("federation.algorithm=fedq", "policy={}", "gradient={}")]
    [InlineData("federation.algorithm=qavg", "policy={}", "gradient={}")]
    [InlineData("federation.algorithm=fedtd", "policy={}", "gradient={}")]
    public void The_number_of_live_tensors_is_the_same_after_every_round(params string[] assignments)
    {
        Experiment experiment = RolloutTesting.Experiment([.. assignments, "federation.rounds=8"]);
        foreach (int threads in (int[])[1, 2]) FlatMemoryTests.AssertFlat(experiment, threads, block: 2);
    }

    /// <summary>
    /// 200 steps allocate no more than ten, both in one chunk of pairs: the managed memory of a batch does not grow with its steps.
    /// </summary>
    [Fact]
    public void A_batch_allocates_nothing_a_step()
    {
        long few = Allocated(horizon: 10), many = Allocated(horizon: 200);
        Assert.True(many - few < 4096, $"{few} and {many} bytes a batch");

        static long Allocated(int horizon)
        {
            Experiment experiment = RolloutTesting.Experiment(
                """environment={"id":"Pendulum-v1","agents":1}""", """policy={"kind":"gaussian","hidden":[]}""", "objective=reward",
                $"gradient.horizon={horizon}", "gradient.trajectories=2");
            using Policy policy = experiment.CreatePolicy(TensorFormat.Float32);
            using IGradientEstimator estimator = experiment.Gradient.Prepare(experiment.Environment).Create(
                new EstimatorSetup(experiment.Environment, policy, 0, 1, experiment.Objective, experiment.Entropy, 1));
            using torch.Tensor theta = torch.zeros(1, policy.Layout.Length, dtype: torch.ScalarType.Float32),
                directions = torch.zeros_like(theta);
            for (int k = 0; k < 3; k++) Play(k);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Play(3);
            return GC.GetAllocatedBytesForCurrentThread() - before;

            void Play(int round)
            {
                using IDisposable scope = torch.NewDisposeScope();
                estimator.Directions(theta, sameRows: true, new BatchKey(round, 0), directions);
            }
        }
    }
}
