using System.Diagnostics;
using FedPG.Core.Options;
using FedPG.Experiments;
using FedPG.Experiments.Runs;
using FedPG.Federation;
using FedPG.Federation.Algorithms;
using FedPG.Policies;
using FedPG.Policies.Episodic;
using FedPG.Policies.Tabular;
using FedPG.Tests.Envs.LinearQuadratic;
using TorchSharp;
using Xunit;

namespace FedPG.Tests.Experiments.Runs;

/// <summary>These count every live tensor of the process, so nothing else may run beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class NothingBesides
{
    public const string Name = "Flat memory";
}

[Collection(NothingBesides.Name)]
public sealed class FlatMemoryTests
{
    public static TheoryData<string, string, string> Kinds()
    {
        var kinds = new TheoryData<string, string, string>();
        // Policies on observations have tests of their own.
        string[] trained = [.. ExperimentCatalog.Default.Policies.Names
            .Where(kind => kind != GaussianPolicy.Kind && ExperimentCatalog.Default.Policies.For(kind, null).TakesGradients)];
        foreach (AlgorithmDefinition algorithm in ExperimentCatalog.Default.Algorithms.Entries)
        {
            foreach (string policy in algorithm.Needs.PolicyKinds ?? trained)
            {
                // Its estimators keep no batches.
                if (policy == "linear" && algorithm.Needs.Batches) continue;
                foreach (string estimator in algorithm.OwnEstimators?.Select(e => e.Name).Distinct() ?? ["gpomdp", "exact"])
                {
                    // Probabilities as parameters are trained by exact gradients only.
                    if (policy != TabularDirect.Kind || estimator == "exact") kinds.Add(algorithm.Name, policy, estimator);
                }
            }
        }
        return kinds;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_number_of_live_tensors_is_the_same_after_every_round(string algorithm, string policy, string estimator)
    {
        string[] settings = [$"federation.algorithm={algorithm}", $$"""policy={"kind":"{{policy}}"}""", $"gradient.estimator={estimator}",
            "federation.rounds=12"];
        Experiment experiment = policy == "linear"
            ? LinearQuadraticTesting.Experiment([.. settings, LinearQuadraticTesting.Discounted, "policy.standardDeviation=0.3",
                "federation.localStepSize=1e-5"])
            : RunTesting.Experiment([.. settings, .. ExperimentCatalog.Default.Policies.For(policy, null).TakesGradients
                ? ["gradient.entropy=0.1"]
                : Array.Empty<string>()]);
        foreach (int threads in (int[])[1, 2]) AssertFlat(experiment, threads, block: 2);
    }

    [Theory]
    [InlineData("fast-fedpg", "fresh")]
    [InlineData("fast-fedpg", "resample")]
    public void So_it_is_for_every_kind_of_memory(string algorithm, string memory) =>
        AssertFlat(RunTesting.Experiment($"federation.algorithm={algorithm}", $"federation.memory={memory}",
            "federation.rounds=12"), threads: 1);

    [Fact]
    public void Checkpoints_logs_and_the_end_of_a_run_leave_no_tensor_behind()
    {
        using var folder = new TemporaryFolder();
        Settle();
        long before = torch.Tensor.TotalCount;
        var counts = new List<long>();
        using (TrainingRun run = RunTesting.Start(RunTesting.Experiment("checkpointEvery=1", "federation.rounds=6"), folder["run"],
            new Sink(_ => counts.Add(torch.Tensor.TotalCount))))
            run.Run(TestContext.Current.CancellationToken);
        Assert.All(counts[1..], count => Assert.Equal(counts[1], count));
        Assert.Equal(before, torch.Tensor.TotalCount);

        RunTesting.RunUntil(2, RunTesting.Experiment(), folder["stopped"]);
        RunTesting.ResumeUntil(null, folder["stopped"]);
        Assert.Throws<InvalidInputException>(() => RunTesting.Start(RunTesting.Experiment(), folder["stopped"]));
        Assert.Equal(before, torch.Tensor.TotalCount);
    }

    [Fact]
    public void Diagnoses_leave_no_tensor_behind() => AssertFlat(
        RunTesting.Experiment(RunTesting.Neural, "diagnoseEvery=1", """gradient.entropy={"from":0.3,"to":0.1,"until":3}""",
            "federation.rounds=6"), threads: 1);

    [Fact]
    public void Twenty_thousand_rounds_take_no_more_memory_than_two_thousand()
    {
        const int rounds = 20_000, apart = 2_000;
        Experiment experiment = RunTesting.Experiment(
            $"federation.rounds={rounds}", "federation.localSteps=1", "environment.agents=2", "environment.options.states=2",
            "environment.options.actions=2",
            "gradient.horizon=2", "gradient.trajectories=2", "evaluateEvery=10");
        Settle();
        var measured = new List<(long Tensors, long Bytes)>();
        using var federation = new TrainingLoop(experiment, RunTesting.Execution(), TimeProvider.System);
        federation.Run(new Sink(report =>
        {
            // Collected as it goes: what is left then is what something still holds.
            if (report.Round > 0 && report.Round % apart == 0) measured.Add(Measure());
        }), checkpoint: null, TestContext.Current.CancellationToken);
        Assert.All(measured, m => Assert.Equal(measured[0].Tensors, m.Tensors));
        // The runtime and malloc take memory in pieces of up to 4 MiB, now and then; what is never given back grows between any two
        // measurements. The limit is 131 bytes a round.
        long[] growth = [.. measured.Zip(measured.Skip(1), (before, after) => after.Bytes - before.Bytes).Order()];
        Assert.True(growth[growth.Length / 2] < 256 << 10,
            $"the working set grew by {string.Join(", ", growth.Select(g => g / 1024))} KiB in {apart} rounds each");
    }

    /// <summary>Asserts that a run has the same number of live tensors after every round, and leaves none.</summary>
    /// <param name="experiment">What is run.</param>
    /// <param name="threads">On so many threads.</param>
    /// <param name="block">Agents a block; null to let the federation choose.</param>
    /// <param name="steady">The first report by which all is there that stays.</param>
    internal static void AssertFlat(Experiment experiment, int threads, int? block = null, int steady = 1)
    {
        // Nothing asks for the bytes here: memory need not be given back.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long before = torch.Tensor.TotalCount;
        var counts = new List<long>();
        using (var federation = new TrainingLoop(experiment, RunTesting.Execution(threads, block), TimeProvider.System))
            federation.Run(new Sink(_ => counts.Add(torch.Tensor.TotalCount)), checkpoint: null, TestContext.Current.CancellationToken);
        Assert.All(counts[steady..], count => Assert.Equal(counts[steady], count));
        Assert.Equal(before, torch.Tensor.TotalCount);
    }

    private static (long Tensors, long Bytes) Measure()
    {
        Settle();
        using var process = Process.GetCurrentProcess();
        return (torch.Tensor.TotalCount, process.WorkingSet64);
    }

    private static void Settle()
    {
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
    }
}
