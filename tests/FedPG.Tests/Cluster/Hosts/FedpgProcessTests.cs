using FedPG.Core.Streams;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Cluster.Hosts;

/// <summary>Real processes of the program that are held, stopped and killed where a test wants them to be.</summary>
public sealed class FedpgProcessTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public void A_run_is_held_at_a_batch_stopped_killed_there_and_ends_in_the_same_bits()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The signals are those of Linux.");
        const int seed = 3, agent = 2, rounds = 8;
        using var folder = new TemporaryFolder();
        var gate = new Gate(folder["gate"]);
        string plugin = Gate.Compile(folder.FullPath);
        File.WriteAllText(folder["e.json"], $$"""
            { "seed": {{seed}}, "environment": { "id": "{{Gate.EnvironmentId}}", "agents": 4, "options": { "heterogeneity": 1 } },
              "policy": { "kind": "neural-softmax", "hidden": [4] }, "gradient": { "horizon": 8, "trajectories": 2 },
              "federation": { "algorithm": "fast-fedpg", "memory": "fresh", "rounds": {{rounds}}, "localSteps": 3, "localStepSize": 0.1 },
                "evaluationEpisodes": 4 }
            """);
        using (HostProcess whole = Train(folder, plugin, null, "train", "e.json", "--out", "whole"))
            Assert.True(whole.WaitForExit(Patience) == 0, whole.Text);

        Gate.Hold inStep = gate.Set(seed, agent, round: 3, batch: 1), inMemory = gate.Set(seed, agent, round: 6, StreamKey.MemoryBatch);
        using (HostProcess process = Train(folder, plugin, gate.Variables, "train", "e.json", "--out", "run"))
        {
            process.WaitFor(() => inStep.IsReached, Patience, "local step 1 of the fourth round");
            Assert.Equal(3, RunTesting.RoundsOf(folder["run"]));
            process.Signal(HostProcess.Stop);
            inStep.Open();
            Thread.Sleep(300);
            Assert.Equal(3, RunTesting.RoundsOf(folder["run"]));
            process.Signal(HostProcess.Continue);
            // The memory of round 6 is sampled at the end of the round that leads to it.
            process.WaitFor(() => inMemory.IsReached, Patience, "the memory of round 6");
            Assert.Equal(5, RunTesting.RoundsOf(folder["run"]));
            process.Signal(HostProcess.Kill);
            Assert.Equal(128 + HostProcess.Kill, process.WaitForExit(Patience));
        }
        using (HostProcess rest = Train(folder, plugin, null, "train", "--resume", "run"))
            Assert.True(rest.WaitForExit(Patience) == 0, rest.Text);
        Assert.Equal(RunTesting.Bits(folder["whole"]), RunTesting.Bits(folder["run"]));
    }

    private static HostProcess Train(TemporaryFolder folder, string plugin, IReadOnlyDictionary<string, string>? variables,
        params string[] arguments) =>
        FedpgProcess.Start(ThisMachine.Instance, "train", folder.FullPath, variables, [.. arguments, "--threads", "1", "--plugin", plugin]);
}
