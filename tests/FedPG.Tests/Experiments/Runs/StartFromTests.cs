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
