using FedPG.Tests.Cluster.Hosts;
using Xunit;

namespace FedPG.Tests.Cluster.Faults;

/// <summary>Hosts whose network fails: interfaces taken down, partitions, and bad lines.</summary>
[Collection(FaultGroup.Name)]
public sealed class NetworkFaultTests(FaultBasis basis)
{
    private const int WorkerPort = 11_200;

    [Fact]
    public void A_worker_cut_off_is_given_up_and_joins_again_when_the_link_is_back()
    {
        using var network = new TestNetwork();
        TestHost home = network.AddHost(), a = network.AddHost(), b = network.AddHost();
        using var trial = new FaultTrial(basis, rounds: 20, home, patience: FaultTrial.Short);
        var hosts = new[] { (Host: a, Process: trial.StartWorker(a)), (Host: b, Process: trial.StartWorker(b)) };
        Gate.Hold hold = trial.Hold(agent: 3, round: 5, batch: 1), later = trial.Hold(agent: 3, round: 12, batch: 1);
        trial.Train(workers: 2);
        HostProcess held = trial.WaitForHolder(hold);
        TestHost cut = hosts.Single(h => h.Process == held).Host;
        trial.Survive(cut.Unplug);
        trial.WaitForHolder(later);
        // What it went on computing is of no use to anybody any more.
        hold.Open();
        cut.Plug();
        trial.WaitForJoins(3);
        later.Open();
        trial.AssertSameBits();
    }

    [Fact]
    public void A_partition_costs_the_far_side_and_heals()
    {
        using var network = new TestNetwork();
        TestHost home = network.AddHost(), near = network.AddHost(), far = network.AddHost(), farther = network.AddHost();
        using var trial = new FaultTrial(basis, rounds: 20, home, patience: FaultTrial.Short);
        HostProcess one = trial.StartWorker(near);
        HostProcess[] away = [trial.StartWorker(far), trial.StartWorker(farther)];
        Gate.Hold[] holds = [.. Enumerable.Range(0, FaultTrial.Agents).Select(agent => trial.Hold(agent, round: 5, batch: 1))];
        Gate.Hold later = trial.Hold(agent: 0, round: 12, batch: 1);
        trial.Train(workers: 3);
        // All three are in the middle of the round.
        trial.Server.WaitFor(() => holds.Where(h => h.IsReached).Select(h => h.Process).Distinct().Count() == 3, FaultTrial.Patience,
            "three workers at the gate");
        trial.Survive(() =>
        {
            network.Partition(far, farther);
            foreach (Gate.Hold hold in holds) hold.Cancel();
        });
        Assert.Equal(one, trial.WaitForHolder(later));
        network.Heal();
        trial.WaitForJoins(5);
        foreach (HostProcess worker in away) Assert.False(worker.HasExited);
        later.Open();
        trial.AssertSameBits();
    }

    [Fact]
    public void A_slow_line_and_short_stalls_and_resets_cost_nobody_his_place()
    {
        using var network = new TestNetwork();
        TestHost home = network.AddHost(), other = network.AddHost();
        using var host = new RelayedHost(network);
        using var trial = new FaultTrial(basis, rounds: 12, home);
        host.Offer(WorkerPort);
        host.Reach(home, trial.Port);
        host.Line(relay => relay.Delay = TimeSpan.FromMilliseconds(25));
        trial.StartWorker(other);
        trial.StartWorker(host, WorkerPort);
        trial.Train(workers: 2);
        trial.WaitForRound(3);
        host.Line(relay => relay.Stall());
        Thread.Sleep(500);
        host.Line(relay => relay.Resume());
        trial.WaitForRound(6);
        trial.Survive(() => host.Line(relay => relay.Reset()));
        trial.AssertSameBits();
        Assert.DoesNotContain("is lost", trial.Server.Text, StringComparison.Ordinal);
    }

    /// <summary>Such a worker reaches one port of the process that trains, and nobody reaches it.</summary>
    [Fact]
    public void An_outbound_worker_on_a_line_that_falls_silent_is_given_up_within_seconds_and_knows_it_as_soon()
    {
        using var network = new TestNetwork();
        TestHost home = network.AddHost(), other = network.AddHost();
        using var host = new RelayedHost(network);
        using var trial = new FaultTrial(basis, rounds: 20, home, patience: FaultTrial.Short);
        host.Reach(home, trial.Port + 1);
        HostProcess outbound = trial.StartWorker(host, outbound: true);
        trial.StartWorker(other);
        Gate.Hold later = trial.Hold(agent: 0, round: 12, batch: 1);
        trial.Train(workers: 2);
        trial.WaitForRound(3);
        trial.Survive(() => host.Line(relay => relay.Stall()));
        outbound.WaitForLine("the server is gone", TimeSpan.FromSeconds(5));
        trial.WaitForHolder(later);
        host.Line(relay => relay.Resume());
        trial.WaitForJoins(3);
        later.Open();
        trial.AssertSameBits();
    }

    [Fact]
    public void A_line_that_stalls_for_long_is_given_up_and_taken_up_again()
    {
        using var network = new TestNetwork();
        TestHost home = network.AddHost(), other = network.AddHost();
        using var host = new RelayedHost(network);
        using var trial = new FaultTrial(basis, rounds: 20, home, patience: FaultTrial.Short);
        host.Offer(WorkerPort);
        host.Reach(home, trial.Port);
        trial.StartWorker(other);
        trial.StartWorker(host, WorkerPort);
        Gate.Hold later = trial.Hold(agent: 0, round: 12, batch: 1);
        trial.Train(workers: 2);
        trial.WaitForRound(3);
        trial.Survive(() => host.Line(relay => relay.Stall()));
        trial.WaitForHolder(later);
        host.Line(relay => relay.Resume());
        trial.WaitForJoins(3);
        later.Open();
        trial.AssertSameBits();
    }
}
