using System.Net;
using FedPG.Cluster.Membership;

namespace FedPG.Cluster.Hosting;

/// <summary>A process's place in a cluster.</summary>
/// <param name="Address">How processes find each other.</param>
/// <param name="Name">The name of the cluster: those of other names do not see each other.</param>
/// <param name="Listen">The address this process listens at.</param>
/// <param name="Port">The port it listens at; null to choose.</param>
/// <param name="Secret">What all must know; empty for none.</param>
internal sealed record ClusterSettings(ClusterAddress Address, string Name, IPAddress Listen, int? Port, string Secret)
{
    /// <summary>The port of the process that does the run; the next one is for clients.</summary>
    public int ServerPort => Port ?? Address.Server?.Port ?? ClusterAddress.DefaultPort;

    /// <summary>The largest message, in bytes.</summary>
    public int LargestMessage { get; init; } = 256 << 20;

    /// <summary>How long the other side may be silent before it is given up; 1 s to an hour.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Takes what the engine logs, from warnings on; null for nobody.</summary>
    public Action<string>? EngineLog { get; init; }
}
