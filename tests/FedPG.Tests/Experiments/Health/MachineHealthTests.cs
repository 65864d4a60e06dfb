using System.Net;
using System.Net.Sockets;
using System.Text;
using FedPG.Experiments.Health;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Experiments.Health;

public sealed class MachineHealthTests
{
    [Fact]
    public void A_machine_that_runs_these_tests_can_train()
    {
        IReadOnlyList<HealthCheck> checks = MachineHealth.Of(Path.GetTempPath(), port: 0);
        Assert.DoesNotContain(checks, check => check.State == HealthState.Broken);
        Assert.Contains(checks, check => check.Name == "torch" && check.Found.Contains("libtorch", StringComparison.Ordinal));
        Assert.All(checks.Where(check => check.State == HealthState.Note), check => Assert.NotNull(check.Fix));
    }

    [Fact]
    public void A_port_in_use_and_a_folder_that_is_none_are_found()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var folder = new TemporaryFolder();
        IReadOnlyList<HealthCheck> checks = MachineHealth.Of(folder["none"], ((IPEndPoint)listener.LocalEndpoint).Port);
        Assert.Equal(HealthState.Note, checks.Single(check => check.Name == "port").State);
        Assert.Contains("--out", checks.Single(check => check.Name == "disk").Fix, StringComparison.Ordinal);
    }

    [Fact]
    public void The_newest_version_of_a_library_is_read()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["lib"], Encoding.Latin1.GetBytes("\0GLIBCXX_3.4.9\0GLIBCXX_3.4.30\0GLIBCXX_3.4.11\0"));
        Assert.Equal(30, SystemLibraries.NewestGlibcxx(folder["lib"]));
        File.WriteAllText(folder["lib"], "");
        Assert.Null(SystemLibraries.NewestGlibcxx(folder["lib"]));
    }
}
