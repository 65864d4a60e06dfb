using FedPG.Tests.Cluster.Hosts;
using Xunit;

namespace FedPG.Tests.Cluster.Faults;

/// <summary>The same with the list of members in Redis and in PostgreSQL: a worker killed, the server killed and gone on with.</summary>
[Collection(FaultGroup.Name)]
public sealed class MembershipFaultTests(FaultBasis basis)
{
    [Fact]
    public void Redis()
    {
        using var server = new RedisServer();
        Endure($"redis://{server.EndPoint}");
    }

    [Fact]
    public void PostgreSql()
    {
        using var server = new PostgreSqlServer();
        Endure($"postgresql://fedpg@{server.EndPoint}/postgres");
    }

    private void Endure(string membership)
    {
        using var trial = new FaultTrial(basis, rounds: 16, membership: membership);
        for (int k = 0; k < 3; k++) trial.StartWorker();
        Gate.Hold first = trial.Hold(agent: 3, round: 3, batch: 1), second = trial.Hold(agent: 6, round: 9, batch: 2);
        trial.Train(workers: 3);
        HostProcess held = trial.WaitForHolder(first);
        trial.Survive(() => held.Signal(HostProcess.Kill));
        // Now server and a worker at once: the table says that both are there.
        held = trial.WaitForHolder(second);
        held.Signal(HostProcess.Kill);
        trial.Server.Signal(HostProcess.Kill);
        trial.Server.WaitForExit(FaultTrial.Patience);
        trial.Resume();
        trial.AssertSameBits();
    }
}
