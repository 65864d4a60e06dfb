using System.Net;
using System.Net.Sockets;

namespace FedPG.Tests.Cluster.Hosts;

/// <summary>
/// A host without a cable of its own: whatever it exchanges with the others goes through relays in this process, and neither side can tell.
/// Its front, an ordinary host, holds its address on the network; inside, the others' addresses lie on its own loopback.
/// </summary>
internal sealed class RelayedHost : ITestHost, IDisposable
{
    private readonly string _inside;
    private readonly TestHost _front;
    private readonly List<TcpRelay> _relays = [];

    public RelayedHost(TestNetwork network)
    {
        _front = network.AddHost();
        _inside = _front.Namespace + "-in";
        TestNetwork.Ip("netns", "add", _inside);
        TestNetwork.Ip("-n", _inside, "link", "set", "lo", "up");
        TestNetwork.Ip("-n", _inside, "address", "add", $"{Address}/32", "dev", "lo");
    }

    public IPAddress Address => _front.Address;

    /// <summary>Lets the others connect to a port of this host.</summary>
    public void Offer(int port)
    {
        var end = new IPEndPoint(Address, port);
        _relays.Add(new TcpRelay(end, end, _front.NewSocket, NewSocket));
    }

    /// <summary>Lets this host connect to ports of another.</summary>
    public void Reach(TestHost other, params int[] ports)
    {
        TestNetwork.Ip("-n", _inside, "address", "add", $"{other.Address}/32", "dev", "lo");
        foreach (int port in ports)
        {
            var end = new IPEndPoint(other.Address, port);
            _relays.Add(new TcpRelay(end, end, NewSocket, _front.NewSocket));
        }
    }

    /// <summary>Makes a socket that belongs to this host, for use by this process.</summary>
    public Socket NewSocket() => NamespaceSockets.Open(_inside);

    /// <summary>Does the same to all its relays: a delay, a stall, a cut.</summary>
    public void Line(Action<TcpRelay> change) => _relays.ForEach(change);

    /// <summary>Bytes that passed so far, both directions together.</summary>
    public long Passed => _relays.Sum(relay => relay.Passed);

    public IEnumerable<string> Within(IEnumerable<string> command) => ["ip", "netns", "exec", _inside, .. command];

    public void Dispose()
    {
        _relays.ForEach(relay => relay.Dispose());
        TestNetwork.RemoveNamespace(_inside);
    }
}
