using FedPG.Core.Options;
using FedPG.Envs.Tabular;
using FedPG.Experiments;
using FedPG.Experiments.Reading;
using FedPG.Experiments.Runs;
using FedPG.Experiments.Training;
using FedPG.Federation;
using FedPG.Federation.Agents;
using FedPG.Federation.Evaluation;
using FedPG.Federation.Execution;
using FedPG.Federation.Setup;
using FedPG.Policies;
using FedPG.Tests.Experiments.Training;
using FedPG.Tests.Federation;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FedPG.Tests.Experiments.Runs;

/// <summary>The steps that every agent takes by itself after the last round.</summary>
public sealed class PersonaliseTests
{
    private const int Agents = 4;
    private const double Eta = 0.3;
    private const string Six = "personalise.steps=6", Own = "personalise.what=personal", Exact = "gradient={\"estimator\":\"exact\"}",
        Both = """policy={"kind":"neural-softmax","hidden":[6],"personal":["head","embedding"],"embeddingSize":2}""",
        Ppo = """gradient={"estimator":"ppo","horizon":16,"trajectories":2,"epochs":2}|environment.stepped=true""",
        Pendulum = """environment={"id":"Pendulum-v1","agents":4}|objective=reward|federation.localStepSize=0.0001|"""
            + """policy={"kind":"gaussian","hidden":[5],"personal":["head"],"normalise":true}|personalise.localStepSize=0.0001""";

    public static TheoryData<string> Settings =>
    [
        "",
        $"{Both}|{Own}",
        $"{Both}|{Exact}|federation.localOptimizer=adam",
        """gradient.direction=natural|gradient.damping=0.01|federation.participation={"kind":"uniform","sample":2}""",
        $"{Both}|{Own}|{Ppo}|federation.algorithm=fedavg",
        $"{Pendulum}|{Ppo}|gradient.normaliseRewards=true",
        $"{Pendulum}|policy.normalise=false|{Own}",
        "policy.personal=all|personalise.what=personal|federation.localOptimizer=momentum|federation.localMaxNorm=1",
        "federation.algorithm=ditto",
    ];

    [Fact]
    public void No_steps_change_no_bit()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment(Both), folder["absent"]);
        RunSummary summary = RunTesting.Run(RunTesting.Experiment(Both, "personalise.steps=0", Own), folder["none"]);
        Assert.Equal(RunTesting.Bits(folder["absent"]), RunTesting.Bits(folder["none"]));
        Assert.Null(summary.BeforePersonalise);
    }

    /// <summary>The section alone asks for steps; without it there are none.</summary>
    [Fact]
    public void Defaults_are_those_of_a_section_that_is_given()
    {
        Assert.Equal(0, RunTesting.Experiment().Personalise.Steps);
        Assert.Equal(new PersonaliseOptions { Steps = 20, LocalStepSize = 0.01, What = "all" },
            RunTesting.Experiment("personalise={}").Personalise);
        Assert.Equal(20, RunTesting.Experiment("personalise.localStepSize=1").Personalise.Steps);
        Assert.Equal(20, new PersonaliseOptions().Steps);
    }

    /// <summary>
    /// theta - eta grad J_i, k times, from the policy that serves: thetabar, an agent's own, and thetabar with personal columns.
    /// </summary>
    [Theory]
    [InlineData("federation.algorithm=fedavg", "all")]
    [InlineData("federation.algorithm=independent", "all")]
    [InlineData(Both, "all")]
    [InlineData(Both, "personal")]
    public void Exact_steps_follow_each_agents_own_gradient(string setting, string what)
    {
        const int steps = 2;
        Experiment experiment = RunTesting.Experiment(
            "dtype=float64", Exact, setting, "environment.options.heterogeneity=1", $"personalise.steps={steps}",
            $"personalise.localStepSize={Eta}", $"personalise.what={what}");
        using var federation = new TrainingLoop(experiment, RunTesting.Execution(threads: 2, block: 2), TimeProvider.System);
        federation.Run(Sink.None, checkpoint: null, TestContext.Current.CancellationToken);
        double[] theta = federation.Parameters();
        double[][] before = federation.Served.OwnParameters() ?? [.. Enumerable.Repeat(theta, Agents)];
        Assert.True(federation.Personalise(TestContext.Current.CancellationToken));
        double[][] after = federation.Served.OwnParameters()!;
        FiniteMdp mdp = experiment.Mdp;
        using Policy policy = experiment.CreatePolicy(TensorFormat.Float64);
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        for (int i = 0; i < Agents; i++)
        {
            Tensor row = tensor(before[i]).unsqueeze(0);
            for (int k = 0; k < steps; k++)
            {
                Tensor gradient = NumericsTesting.ExactDirections(mdp, policy, row, first: i);
                if (what == "personal") gradient.narrow(1, 0, policy.Layout.SharedLength).zero_();
                row -= gradient * Eta;
            }
            Assert.All(row.Numbers().Zip(after[i]), pair => Assert.Equal(pair.First, pair.Second, 1e-12));
            Assert.True(NumericsTesting.Distance(before[i], after[i]) > 1e-3);
        }
        Assert.Equal(theta, federation.Parameters());
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public void Threads_blocks_stops_and_kills_change_no_bit(string settings)
    {
        using var folder = new TemporaryFolder();
        Experiment experiment = RunTesting.Experiment([.. settings.Split('|', StringSplitOptions.RemoveEmptyEntries), Six]);
        string expected = Figures(RunTesting.Run(experiment, folder["whole"], threads: 1, block: 4)) + RunTesting.Bits(folder["whole"]);
        RunSummary blocks = RunTesting.Run(experiment, folder["blocks"], threads: 3, block: 1);
        Assert.Equal(expected, Figures(blocks) + RunTesting.Bits(folder["blocks"]));
        RunTesting.RunUntil(2, experiment, folder["stopped"], threads: 2, block: 2);
        RunTesting.ResumeUntil(null, folder["stopped"], threads: 1, block: 4);
        Assert.Equal(expected, Figures(TrainingRun.ReadSummary(folder["stopped"])!) + RunTesting.Bits(folder["stopped"]));
        // As it stands when the process is killed while agents take their steps: the last checkpoint is there, policy and summary are not.
        Directory.Delete(folder["whole/policy"], recursive: true);
        File.Delete(folder["whole/summary.json"]);
        RunTesting.ResumeUntil(null, folder["whole"], threads: 2, block: 2);
        Assert.Equal(expected, Figures(TrainingRun.ReadSummary(folder["whole"])!) + RunTesting.Bits(folder["whole"]));
    }

    /// <summary>
    /// Ctrl+C in the last round ends the run before the steps; the policy that is stored is the one they would start from.
    /// </summary>
    [Fact]
    public void A_run_that_is_stopped_before_the_steps_takes_them_when_it_goes_on()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment(), folder["without"]);
        RunTesting.Run(RunTesting.Experiment(Six), folder["whole"]);
        RunTesting.RunUntil(4, RunTesting.Experiment(Six), folder["stopped"]);
        Assert.Equal(RunTesting.Bits(folder["without"]), RunTesting.Bits(folder["stopped"]));
        Assert.Null(TrainingRun.ReadSummary(folder["stopped"])!.BeforePersonalise);
        RunTesting.ResumeUntil(null, folder["stopped"]);
        Assert.Equal(RunTesting.Bits(folder["whole"]), RunTesting.Bits(folder["stopped"]));
    }

    /// <summary>More rounds go on from thetabar, and agents tune anew after them.</summary>
    [Fact]
    public void More_rounds_go_on_from_the_common_policy()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment(Six), folder["longer"]);
        RunTesting.ResumeUntil(null, folder["longer"], changes: new ResumeChanges(Rounds: 6));
        RunSummary whole = RunTesting.Run(RunTesting.Experiment(Six, "federation.rounds=6"), folder["whole"]);
        Assert.Equal(RunTesting.Bits(folder["whole"]), RunTesting.Bits(folder["longer"]));
        Assert.Equal(Figures(whole), Figures(TrainingRun.ReadSummary(folder["longer"])!));
    }

    [Fact]
    public void Nothing_crosses_and_the_log_of_rounds_stays_while_env_steps_are_counted()
    {
        using var folder = new TemporaryFolder();
        RunSummary without = RunTesting.Run(RunTesting.Experiment(), folder["without"]);
        RunSummary tuned = RunTesting.Run(RunTesting.Experiment(Six), folder["tuned"]);
        foreach (string file in (string[])["exchange.csv", "agents.csv", "policy/theta.bin"])
            Assert.Equal(File.ReadAllBytes(folder[$"without/{file}"]), File.ReadAllBytes(folder[$"tuned/{file}"]));
        Assert.Equal(
            new CsvFile(folder["without/metrics.csv"]).Without("seconds"), new CsvFile(folder["tuned/metrics.csv"]).Without("seconds"));
        RunSummary before = tuned.BeforePersonalise!;
        Assert.Equal(Figures(without), Figures(before));
        // Six steps of three trajectories of five transitions each.
        Assert.Equal(Agents * 6 * 3 * 5, tuned.EnvSteps - before.EnvSteps);
        Assert.Equal(Agents * 6 * 3, tuned.Trajectories - before.Trajectories);
        Assert.Equal(before.Bytes, tuned.Bytes);
    }

    [Theory]
    [InlineData(Own)]
    [InlineData("personalise.what=all")]
    public void Personal_steps_leave_what_is_shared(string what)
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment(Both), folder["without"]);
        RunTesting.Run(RunTesting.Experiment(Both, Six, what), folder["tuned"]);
        StoredPolicy before = StoredPolicy.Read(folder["without"], ExperimentReader.Default);
        StoredPolicy after = StoredPolicy.Read(folder["tuned"], ExperimentReader.Default);
        Assert.Equal(before.Parameters, after.Parameters);
        for (int i = 0; i < Agents; i++)
        {
            Assert.Equal(what == Own, after.OwnRows![i].AsSpan(0, after.Parameters.Length).SequenceEqual(after.Parameters));
            Assert.NotEqual(before.OwnRows![i][after.Parameters.Length..], after.OwnRows[i][after.Parameters.Length..]);
        }
    }

    /// <summary>
    /// Agents that want different things, one table for all, exact steps: what is stored is what serves and what is judged.
    /// </summary>
    [Fact]
    public void Tuned_policies_serve_and_are_judged_by_own_optima()
    {
        using var folder = new TemporaryFolder();
        string[] settings = ["dtype=float64", Exact, "environment.options.heterogeneity=1", "personalise.steps=200",
            "personalise.localStepSize=1"];
        RunSummary summary = RunTesting.Run(RunTesting.Experiment(settings), folder["run"]);
        RunSummary before = summary.BeforePersonalise!;
        Assert.True(summary.OwnGap < 0.2 * before.OwnGap && summary.WorstOwnGap < before.WorstOwnGap);
        Assert.Equal(summary.OwnGap!.Value, summary.Gap!.Value, 1e-12);
        Assert.NotEqual(before.Optimum, summary.Optimum);
        Assert.Null(summary.Certificate);
        Assert.NotNull(before.Certificate);
        StoredPolicy stored = StoredPolicy.Read(folder["run"], ExperimentReader.Default);
        PolicyReview review = PolicyReview.Of(stored, episodes: 0);
        Assert.Equal(summary.Agents.Select(agent => agent.Objective), review.Agents.Select(agent => agent.Objective));
        Assert.Equal((summary.Gap, summary.Optimum), (review.Gap, review.Optimum));
        Assert.Equal(
            Agents, Enumerable.Range(0, Agents).Select(agent => string.Join(' ', stored.Probabilities(agent))).Distinct().Count());
        Assert.Throws<InvalidInputException>(() => stored.AsStartOf(RunTesting.Experiment("dtype=float64")));
        using var trainer = new FederatedTrainer(RunTesting.Experiment(settings));
        TrainingResult result = trainer.Run(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(stored.OwnRows, Enumerable.Range(0, Agents).Select(result.Policy.ParametersOf));
        Assert.Equal(Figures(summary), Figures(result.Summary));
        Assert.Equal(Figures(summary), Figures(trainer.Result().Summary));
    }

    [Fact]
    public void A_program_asks_for_them_by_a_record()
    {
        TrainingOptions options = TrainerTesting.Tiny with { Personalise = new PersonaliseOptions { Steps = 6 } };
        using FederatedTrainer trainer = TrainerTesting.Trainer(TrainerTesting.Random(), TrainerTesting.Tabular, options);
        TrainingResult result = trainer.Run(cancellationToken: TestContext.Current.CancellationToken);
        using var folder = new TemporaryFolder();
        Assert.Equal(Figures(RunTesting.Run(RunTesting.Experiment(Six), folder["file"])), Figures(result.Summary));
    }

    [Theory]
    [InlineData("personalise.steps", "no gradients", "federation.algorithm=fedq|policy={}|gradient={}|" + Six)]
    [InlineData(
        "personalise.steps", "no policy gradient trains", "federation.algorithm=pavg|policy.kind=tabular-direct|" + Exact + "|" + Six)]
    [InlineData("personalise.what", "no parameters to themselves", Own)]
    [InlineData("personalise.what", "\"all\" | \"personal\"", "personalise.what=head")]
    [InlineData("personalise.steps", "from 0 to 32500", "personalise.steps=40000")]
    [InlineData("personalise.localStepSize", "greater than 0", "personalise.localStepSize=0")]
    [InlineData("personalise.step", "steps", "personalise.step=3")]
    public void What_agents_cannot_do_is_refused(string key, string reason, string settings)
    {
        ValidationError error = Assert.Single(
            Assert.Throws<InvalidInputException>(() => RunTesting.Experiment(settings.Split('|'))).Errors);
        Assert.Equal(key, error.KeyPath);
        Assert.Contains(reason, error.Allowed, StringComparison.Ordinal);
    }

    [Fact]
    public void Sites_refuse_them()
    {
        Personaliser.Require(RunTesting.Experiment(), new Sites());
        Personaliser.Require(RunTesting.Experiment(Six), null);
        ValidationError error = Assert.Single(
            Assert.Throws<InvalidInputException>(() => Personaliser.Require(RunTesting.Experiment(Six), new Sites())).Errors);
        Assert.Equal(("personalise.steps", "6"), (error.KeyPath, error.Value));
    }

    [Fact]
    public void Steps_that_are_too_long_end_the_run_with_the_agents_name()
    {
        using var folder = new TemporaryFolder();
        Experiment experiment = RunTesting.Experiment(Exact, Six, "personalise.localStepSize=1e39");
        using TrainingRun run = RunTesting.Start(experiment, folder["run"]);
        Exception thrown = Assert.ThrowsAny<Exception>(() => run.Run(TestContext.Current.CancellationToken));
        Assert.Contains("personalise", DivergedException.Behind(thrown)!.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(folder["run/diverged.json"]));
    }

    /// <summary>All figures but the seconds.</summary>
    private static string Figures(RunSummary summary) => string.Join(
        '\n', summary.Status, summary.Objective, summary.Gap, summary.Optimum, summary.OwnGap, summary.WorstOwnGap, summary.EnvSteps,
        summary.Trajectories, summary.Bytes, string.Join(' ', summary.Agents),
        summary.BeforePersonalise is { } before ? Figures(before) : "");

    private sealed class Sites : IOwnObjectives
    {
        public IReadOnlyList<(double Objective, double? Error)?> Objectives(Tensor theta, double? temperature) => [];
    }
}
