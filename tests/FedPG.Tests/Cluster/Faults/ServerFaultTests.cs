using FedPG.Core.Streams;
using FedPG.Tests.Cluster.Hosts;
using Xunit;

namespace FedPG.Tests.Cluster.Faults;

/// <summary>The process that trains is killed, and the run gone on with, while the workers wait.</summary>
[Collection(FaultGroup.Name)]
public sealed class ServerFaultTests(FaultBasis basis)
{
    [Fact]
    public void A_killed_server_goes_on_from_its_checkpoint_with_the_workers_that_waited()
    {
        using var trial = new FaultTrial(basis, rounds: 20);
        HostProcess[] workers = [trial.StartWorker(), trial.StartWorker()];
        // Before the first checkpoint, in a local step later, while memories are gathered.
        Gate.Hold[] holds = [trial.Hold(agent: 1, round: 2, batch: 1), trial.Hold(agent: 6, round: 8, batch: 2),
            trial.Hold(agent: 4, round: 14, StreamKey.MemoryBatch)];
        trial.Train(workers: 2);
        for (int k = 0; k < holds.Length; k++)
        {
            trial.WaitForHolder(holds[k]);
            trial.Server.Signal(HostProcess.Kill);
            trial.Server.WaitForExit(FaultTrial.Patience);
            holds[k].Open();
            foreach (HostProcess worker in workers)
                worker.WaitFor(() => worker.Text.Split("the server is gone").Length == k + 2, FaultTrial.Patience, "end of the server");
            trial.Resume(workers: 2);
        }
        trial.AssertSameBits();
    }

    [Fact]
    public void A_paused_server_finds_its_workers_again()
    {
        using var trial = new FaultTrial(basis, rounds: 12, patience: FaultTrial.Short);
        HostProcess[] workers = [trial.StartWorker(), trial.StartWorker()];
        Gate.Hold hold = trial.Hold(agent: 2, round: 5, batch: 1);
        trial.Train(workers: 2);
        trial.WaitForHolder(hold);
        trial.Server.Signal(HostProcess.Stop);
        hold.Open();
        foreach (HostProcess worker in workers) worker.WaitForLine("the server is gone", FaultTrial.Patience);
        trial.Server.Signal(HostProcess.Continue);
        trial.AssertSameBits();
    }
}
