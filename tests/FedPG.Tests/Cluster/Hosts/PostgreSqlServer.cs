using System.Net;
using FedPG.Tests.Experiments.Runs;
using Npgsql;
using Xunit;

namespace FedPG.Tests.Cluster.Hosts;

/// <summary>
/// A PostgreSQL of its own in a temporary folder, reachable at its host's address alone, run as an ordinary user (as root it refuses to
/// start). Skips the test where the machine has none.
/// </summary>
internal sealed class PostgreSqlServer : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly TemporaryFolder _folder = new();
    private readonly HostProcess _process;

    public PostgreSqlServer(ITestHost? host = null)
    {
        string? initdb = Tool.Find("initdb"), postgres = Tool.Find("postgres");
        Assert.SkipWhen(initdb is null || postgres is null, "No PostgreSQL server on this machine (Debian's package postgresql).");
        host ??= ThisMachine.Instance;
        EndPoint = new IPEndPoint(host.Address, Ports.Free());
        string data = _folder["data"];
        string[] asUser = [];
        if (Environment.IsPrivilegedProcess)
        {
            string user = Tool.TryRun("id", "postgres").ExitCode == 0 ? "postgres" : "nobody";
            asUser = [Tool.Find("setpriv")!, $"--reuid={user}", $"--regid={Tool.Run("id", "-g", user).Trim()}", "--clear-groups"];
            Tool.Run("install", "-d", "-m", "700", "-o", user, data);
        }
        using (HostProcess making = HostProcess.Start(host, "initdb",
            [.. asUser, initdb!, "-D", data, "-U", "fedpg", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"], "/"))
            Assert.True(making.WaitForExit(Patience) == 0, making.Text);
        // Clients of other hosts are let in as well: the network is the test's own.
        File.AppendAllText(Path.Combine(data, "pg_hba.conf"), "host all all 10.77.0.0/24 trust\n");
        _process = HostProcess.Start(host, "postgres",
            [.. asUser, postgres!, "-D", data, "-h", $"{host.Address}", "-p", $"{EndPoint.Port}", "-c", "unix_socket_directories=", "-c",
                "fsync=off"], "/");
        _process.WaitForLine("ready to accept connections", Patience);
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>What Npgsql connects with.</summary>
    public string ConnectionString => new NpgsqlConnectionStringBuilder
    {
        Host = EndPoint.Address.ToString(), Port = EndPoint.Port, Username = "fedpg", Database = "postgres", SslMode = SslMode.Disable,
        GssEncryptionMode = GssEncryptionMode.Disable,
    }.ConnectionString;

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            // At once, but taking its own processes and shared memory with it.
            _process.Signal(HostProcess.Quit);
            _process.WaitForExit(Patience);
        }
        _process.Dispose();
        _folder.Dispose();
    }
}
