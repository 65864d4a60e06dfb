using FedPG.Core.Streams;
using FedPG.Tests.Cluster.Hosts;
using Xunit;

namespace FedPG.Tests.Cluster.Faults;

/// <summary>Workers that are killed, paused, and late, as processes on this machine.</summary>
[Collection(FaultGroup.Name)]
public sealed class WorkerFaultTests(FaultBasis basis)
{
    [Fact]
    public void A_worker_killed_in_any_phase_of_a_round_costs_seconds_and_no_bit()
    {
        using var trial = new FaultTrial(basis, rounds: 24);
        var alive = new List<HostProcess> { trial.StartWorker(), trial.StartWorker(), trial.StartWorker() };
        // Before round 0, in the first and the last local step, and while the memories of a round are gathered, which its row waits for.
        (int Round, int Batch)[] phases = [(0, StreamKey.MemoryBatch), (3, 0), (8, FaultTrial.LocalSteps - 1), (13, StreamKey.MemoryBatch)];
        Gate.Hold[] holds = [.. phases.Select((phase, k) => trial.Hold(agent: 2 * k, phase.Round, phase.Batch))];
        trial.Train(workers: 3);
        foreach (Gate.Hold hold in holds)
        {
            HostProcess held = trial.WaitForHolder(hold);
            // Another joins meanwhile, so that the next phase has as many.
            alive.Add(trial.StartWorker());
            alive[^1].WaitForLine("joined as", FaultTrial.Patience);
            alive.Remove(held);
            trial.Survive(() => held.Signal(HostProcess.Kill));
        }
        // And as a row is written, between two rounds.
        trial.WaitForRound(16);
        trial.Survive(() => alive[0].Signal(HostProcess.Kill));
        trial.AssertSameBits();
    }

    [Fact]
    public void All_workers_killed_at_once_the_run_waits_for_another()
    {
        using var trial = new FaultTrial(basis, rounds: 12);
        HostProcess[] workers = [trial.StartWorker(), trial.StartWorker()];
        Gate.Hold hold = trial.Hold(agent: 5, round: 4, batch: 1);
        trial.Train(workers: 2);
        trial.WaitForHolder(hold);
        foreach (HostProcess worker in workers) worker.Signal(HostProcess.Kill);
        trial.Server.WaitForLine("no worker is left", FaultTrial.Patience);
        Assert.Equal(4, trial.RoundsDone);
        trial.StartWorker();
        trial.AssertSameBits();
    }

    [Fact]
    public void A_paused_worker_is_given_up_and_joins_again_when_it_wakes()
    {
        using var trial = new FaultTrial(basis, rounds: 20, patience: FaultTrial.Short);
        for (int k = 0; k < 2; k++) trial.StartWorker();
        Gate.Hold hold = trial.Hold(agent: 3, round: 5, batch: 1), later = trial.Hold(agent: 3, round: 12, batch: 1);
        trial.Train(workers: 2);
        HostProcess held = trial.WaitForHolder(hold);
        trial.Survive(() => held.Signal(HostProcess.Stop));
        trial.WaitForHolder(later);
        hold.Open();
        held.Signal(HostProcess.Continue);
        trial.WaitForJoins(3);
        later.Open();
        trial.AssertSameBits();
    }

    [Fact]
    public void A_slow_worker_is_waited_for()
    {
        const int patience = 5;
        using var trial = new FaultTrial(basis, rounds: 8, patience: patience);
        trial.StartWorker();
        Gate.Hold hold = trial.Hold(agent: 1, round: 3, batch: 2);
        trial.Train();
        trial.WaitForHolder(hold);
        // Longer than a worker may be silent: this one lives, and computes.
        Thread.Sleep(TimeSpan.FromSeconds(patience + 1));
        hold.Open();
        trial.AssertSameBits();
        Assert.DoesNotContain("is lost", trial.Server.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_late_worker_takes_its_share_at_the_next_round()
    {
        using var trial = new FaultTrial(basis, rounds: 12);
        HostProcess first = trial.StartWorker();
        Gate.Hold before = trial.Hold(agent: 0, round: 4, batch: 0);
        Gate.Hold[] after = [.. Enumerable.Range(0, FaultTrial.Agents).Select(agent => trial.Hold(agent, round: 6, batch: 0))];
        trial.Train();
        trial.WaitForHolder(before);
        HostProcess late = trial.StartWorker();
        late.WaitForLine("joined as", FaultTrial.Patience);
        before.Open();
        // Each has one thread, so each stops at one of its agents; the other agents follow.
        var holders = new HashSet<int>();
        while (holders.Count < 2) holders.UnionWith(after.Where(hold => hold.IsReached).Select(hold => hold.Process));
        Assert.Equal([.. new[] { first.Id, late.Id }.Order()], holders.Order());
        foreach (Gate.Hold hold in after)
        {
            trial.WaitForHolder(hold);
            hold.Open();
        }
        trial.AssertSameBits();
    }
}
