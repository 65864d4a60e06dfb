using FedPG.Core.Options;
using FedPG.Experiments;
using FedPG.Experiments.Reading;
using FedPG.Experiments.Runs;
using FedPG.Experiments.Training;
using Xunit;

namespace FedPG.Tests.Experiments.Runs;

/// <summary>Runs that start from the policy of another run.</summary>
public sealed class StartFromTests
{
    private const string Grid =
        """environment={"id":"GridWorld-v0","agents":3,"options":{"width":3,"height":3,"discount":0.9,"slip":0.1}}""";
    private const string Network = """policy={"kind":"neural-softmax","hidden":[6]}""";
    private const string Stepped = "environment.stepped=true",
        Cart = """environment={"id":"CartPole-v1","agents":3,"options":{"length":[0.4,0.5,0.6]}}""";

    /// <summary>Kinds of policies with what is told of agents before and after.</summary>
    public static TheoryData<string, string, string, string> Additions => new()
    {
        { """policy={"kind":"neural-softmax","hidden":[6,5]}""", "none", "task", Grid },
        { """policy={"kind":"neural-softmax","hidden":[6,5]}""", "none", "agent", Grid },
        { """policy={"kind":"neural-softmax","hidden":[6]}""", "task", "task", Grid },
        { """policy={"kind":"log-linear"}""", "none", "agent", Grid },
        { "policy.kind=tabular-softmax", "none", "agent", Grid },
        { "policy.kind=tabular-softmax", "none", "none", Grid },
        { """policy={"kind":"neural-softmax","hidden":[6]}""", "none", "task", $"{Grid}|{Stepped}" },
        { """policy={"kind":"neural-softmax","hidden":[6]}""", "none", "agent", $"{Cart}|objective=reward" },
    };

    [Theory]
    [MemberData(nameof(Additions))]
    public void The_policy_starts_as_it_ended_though_it_is_told_more(string policy, string before, string after, string environment)
    {
        using var folder = new TemporaryFolder();
        string[] settings = [.. environment.Split('|'), "dtype=float64", policy];
        RunTesting.Run(RunTesting.Experiment([.. settings, $"policy.context={before}"]), folder["first"]);
        StoredPolicy first = StoredPolicy.Read(folder["first"], ExperimentReader.Default);
        Experiment next = first.AsStartOf(
            RunTesting.Experiment([.. settings, $"policy.context={after}", "federation.rounds=0", "federation.algorithm=fedavg"]));
        RunSummary start = RunTesting.Run(next, folder["next"]);
        PolicyReview end = PolicyReview.Of(first, episodes: 0);
        Assert.Equal(end.Objective, start.Objective, 1e-12);
        Assert.Equal(end.Agents.Select(a => a.Objective).ToArray(), start.Agents.Select(a => a.Objective).ToArray(),
            (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.Equal((folder["first"], first.Rounds, first.Checksum), (start.Start!.Folder, start.Start.Rounds, start.Start.Sha256));
    }

    /// <summary>
    /// Own heads start where the common one was, new embeddings change nothing yet but differ, and known agents keep what is theirs.
    /// </summary>
    [Theory]
    [InlineData("none", "[\"head\"]")]
    [InlineData("none", "[\"embedding\"]")]
    [InlineData("none", "[\"head\",\"embedding\"]")]
    [InlineData("[\"head\"]", "[\"head\"]")]
    [InlineData("[\"embedding\"]", "[\"embedding\"]")]
    [InlineData("[\"head\"]", "[\"head\",\"embedding\"]")]
    public void The_policy_starts_as_it_ended_though_agents_have_more_to_themselves(string before, string after)
    {
        using var folder = new TemporaryFolder();
        string[] settings = [Grid, "dtype=float64", Network];
        RunTesting.Run(RunTesting.Experiment([.. settings, $"policy.personal={before}"]), folder["first"]);
        StoredPolicy first = StoredPolicy.Read(folder["first"], ExperimentReader.Default);
        Experiment next = first.AsStartOf(RunTesting.Experiment([.. settings, $"policy.personal={after}"]));
        RunSummary start = RunTesting.Run(
            first.AsStartOf(RunTesting.Experiment(
                [.. settings, $"policy.personal={after}", "federation.rounds=0", "federation.algorithm=fedavg"])), folder["start"]);
        double[] ended = [.. PolicyReview.Of(first, episodes: 0).Agents.Select(agent => agent.Objective)];
        Assert.Equal(ended, start.Agents.Select(agent => agent.Objective).ToArray(), (a, b) => Math.Abs(a - b) < 1e-12);
        if (after.Contains("embedding", StringComparison.Ordinal))
            Assert.Equal(3, next.InitialPersonal!.Select(own => string.Join(' ', own)).Distinct().Count());
        RunTesting.Run(next, folder["whole"]);
        RunTesting.RunUntil(1, next, folder["stopped"]);
        Directory.Delete(folder["first"], recursive: true);
        Directory.Delete(folder["stopped/checkpoints"], recursive: true);
        RunTesting.ResumeUntil(null, folder["stopped"]);
        Assert.Equal(RunTesting.Bits(folder["whole"]), RunTesting.Bits(folder["stopped"]));
    }

    /// <summary>A new agent's head starts at zero and its embedding in its own stream; the steps train these alone.</summary>
    [Theory]
    [InlineData("head", 0.2)]
    [InlineData("embedding", 1)]
    public void A_new_agent_is_served_by_what_is_its_own_alone(string part, double share)
    {
        using var folder = new TemporaryFolder();
        string[] settings =
            [Grid, "dtype=float64", "gradient.estimator=exact", Network, "policy.hidden=[16]", $"policy.personal=[\"{part}\"]"];
        RunTesting.Run(RunTesting.Experiment([.. settings, "federation.rounds=40", "evaluateEvery=40"]), folder["first"]);
        StoredPolicy first = StoredPolicy.Read(folder["first"], ExperimentReader.Default);
        Experiment next = first.AsStartOf(RunTesting.Experiment(
            [.. settings, "environment.agents=1", "environment.options.goals=[[1,2]]", "federation.algorithm=fedavg", "federation.rounds=0",
                "personalise.steps=100", "personalise.localStepSize=0.5", "personalise.what=personal"]));
        RunSummary summary = RunTesting.Run(next, folder["next"]);
        Assert.True(summary.OwnGap < share * summary.BeforePersonalise!.OwnGap, $"{summary.OwnGap} of {summary.BeforePersonalise.OwnGap}");
        if (part == "head") Assert.Equal(summary.UniformOwnGap!.Value, summary.BeforePersonalise.OwnGap!.Value, 1e-9);
        StoredPolicy served = StoredPolicy.Read(folder["next"], ExperimentReader.Default);
        Assert.Equal(first.Parameters, served.Parameters);
        Assert.Equal(first.Parameters, served.OwnRows![0][..first.Parameters.Length]);
        Assert.Equal(0, summary.Bytes);
    }

    /// <summary>The other run's folder may go: the run keeps the numbers that it started from.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void A_run_goes_on_to_the_same_bits_where_the_policy_that_it_started_from_is_gone(int stop)
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment(), folder["first"]);
        Experiment next = StoredPolicy.Read(folder["first"], ExperimentReader.Default)
            .AsStartOf(RunTesting.Experiment("seed=9", "policy.context=agent"));
        RunTesting.Run(next, folder["whole"]);
        RunTesting.RunUntil(stop, next, folder["stopped"], threads: 2, block: 2);
        Directory.Delete(folder["first"], recursive: true);
        if (stop == 0) Directory.Delete(folder["stopped/checkpoints"], recursive: true);
        RunTesting.ResumeUntil(null, folder["stopped"]);
        Assert.Equal(RunTesting.Bits(folder["whole"]), RunTesting.Bits(folder["stopped"]));
        Assert.Equal(next.Start, TrainingRun.ReadSummary(folder["stopped"])!.Start);
    }

    [Fact]
    public void Numbers_that_were_changed_since_are_noticed()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment(), folder["first"]);
        RunTesting.RunUntil(1, StoredPolicy.Read(folder["first"], ExperimentReader.Default).AsStartOf(RunTesting.Experiment()),
            folder["next"]);
        File.WriteAllBytes(folder["next/inputs/start.bin"], new byte[4 * 15]);
        InvalidInputException e = Assert.Throws<InvalidInputException>(() => RunTesting.Resume(folder["next"]));
        Assert.Contains("start.bin, which was changed since", Assert.Single(e.Errors).Allowed, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("policy.kind=log-linear", "holds a policy of kind \"tabular-softmax\", and the experiment has \"log-linear\"")]
    [InlineData("environment.options.states=6", "theta is [5, 3], and must be [6, 3]")]
    [InlineData("policy.initial=[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]", "cannot stand beside \"policy.initial\"")]
    public void What_does_not_fit_is_refused_with_the_reason(string setting, string expected)
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment(), folder["first"]);
        StoredPolicy first = StoredPolicy.Read(folder["first"], ExperimentReader.Default);
        InvalidInputException e = Assert.Throws<InvalidInputException>(() => first.AsStartOf(RunTesting.Experiment(setting), "--from"));
        ValidationError error = Assert.Single(e.Errors);
        Assert.Equal("--from", error.Source);
        Assert.Contains(expected, error.Allowed, StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_starts_from_a_result_too()
    {
        using var first = new FederatedTrainer(RunTesting.Experiment());
        TrainingResult result = first.Run(cancellationToken: TestContext.Current.CancellationToken);
        using var next = new FederatedTrainer(RunTesting.Experiment("policy.context=agent"));
        next.StartFrom(result.Policy);
        Assert.Equal(result.Objective, next.Run(rounds: 0, cancellationToken: TestContext.Current.CancellationToken).Objective, 1e-6);
        Assert.Throws<InvalidOperationException>(() => next.StartFrom(result.Policy));
    }
}
