using System.Net;
using System.Net.Sockets;

namespace FedPG.Tests.Cluster.Hosts;

/// <summary>One host of a <see cref="TestNetwork"/>: processes run in it, and its cable can be pulled.</summary>
internal sealed class TestHost : ITestHost, IDisposable
{
    private const string Interface = "eth0";

    internal TestHost(TestNetwork network, int number, string space, string address)
    {
        (Namespace, Address, Port) = (space, IPAddress.Parse(address), $"port{number}");
        TestNetwork.Ip("netns", "add", space);
        TestNetwork.Ip("-n", space, "link", "set", "lo", "up");
        TestNetwork.Ip("-n", network.Bridge, "link", "add", "name", Port, "type", "veth", "peer", "name", Interface, "netns", space);
        TestNetwork.Ip("-n", network.Bridge, "link", "set", Port, "master", "bridge", "up");
        TestNetwork.Ip("-n", space, "address", "add", $"{address}/24", "dev", Interface);
        TestNetwork.Ip("-n", space, "link", "set", Interface, "up");
    }

    public IPAddress Address { get; }

    /// <summary>Its network namespace.</summary>
    internal string Namespace { get; }

    /// <summary>The other end of its cable, at the bridge.</summary>
    internal string Port { get; }

    public IEnumerable<string> Within(IEnumerable<string> command) => ["ip", "netns", "exec", Namespace, .. command];

    /// <summary>
    /// Takes the interface down: connections stay open and pass nothing, new ones are refused here and get no answer elsewhere.
    /// </summary>
    public void Unplug() => TestNetwork.Ip("-n", Namespace, "link", "set", Interface, "down");

    /// <summary>Takes the interface up again.</summary>
    public void Plug() => TestNetwork.Ip("-n", Namespace, "link", "set", Interface, "up");

    /// <summary>Makes a socket that belongs to this host's network, for use by this process.</summary>
    public Socket NewSocket() => NamespaceSockets.Open(Namespace);

    public void Dispose() => TestNetwork.RemoveNamespace(Namespace);
}
