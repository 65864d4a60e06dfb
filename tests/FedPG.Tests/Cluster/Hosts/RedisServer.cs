using System.Net;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Cluster.Hosts;

/// <summary>
/// A redis-server of its own: memory only, reachable at its host's address alone. Skips the test where the machine has none.
/// </summary>
internal sealed class RedisServer : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly HostProcess _process;

    public RedisServer(ITestHost? host = null)
    {
        string? program = Tool.Find("redis-server");
        Assert.SkipWhen(program is null, "No redis-server on this machine (Debian's package redis-server).");
        host ??= ThisMachine.Instance;
        EndPoint = new IPEndPoint(host.Address, Ports.Free());
        _process = HostProcess.Start(host, "redis-server",
            [program!, "--bind", $"{host.Address}", "--port", $"{EndPoint.Port}", "--protected-mode", "no", "--save", "", "--appendonly",
                "no", "--dir", _folder.FullPath], _folder.FullPath);
        _process.WaitForLine("Ready to accept connections", TimeSpan.FromSeconds(20));
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>What StackExchange.Redis connects with.</summary>
    public string ConnectionString => EndPoint.ToString();

    public void Dispose()
    {
        _process.Dispose();
        _folder.Dispose();
    }
}
