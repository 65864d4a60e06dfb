using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace FedPG.Tests.Cluster.Hosts;

/// <summary>The bad line of the fault tests, with an echo at its other end.</summary>
public sealed class TcpRelayTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10), Silence = TimeSpan.FromMilliseconds(200);

    [Fact]
    public async Task All_bytes_pass_in_order_whatever_the_delay_and_the_stalls()
    {
        using var echo = new Echo();
        using var relay = new TcpRelay(new IPEndPoint(IPAddress.Loopback, 0), echo.EndPoint) { Delay = TimeSpan.FromMilliseconds(2) };
        using Socket client = Connect(relay);
        byte[] sent = [.. Enumerable.Range(0, 1_000_000).Select(i => (byte)(i * i >> 7))], received = new byte[sent.Length];
        Task sending = Task.Run(() => SendAll(client, sent), TestContext.Current.CancellationToken);
        int count = 0;
        while (count < sent.Length)
        {
            if (count > sent.Length / 3) relay.Stall();
            if (!client.Poll(Silence, SelectMode.SelectRead))
            {
                relay.Resume();
                Assert.True(client.Poll(Soon, SelectMode.SelectRead));
            }
            int read = client.Receive(received, count, received.Length - count, SocketFlags.None);
            Assert.NotEqual(0, read);
            count += read;
        }
        await sending;
        relay.Resume();
        Assert.Equal(sent, received);
        Assert.Equal(2 * sent.Length, relay.Passed);
        client.Shutdown(SocketShutdown.Send);
        // The farewell comes through as well.
        Assert.True(client.Poll(Soon, SelectMode.SelectRead));
        Assert.Equal(0, client.Receive(received));
    }

    [Fact]
    public void A_delay_is_paid_once_in_each_direction()
    {
        using var echo = new Echo();
        using var relay = new TcpRelay(new IPEndPoint(IPAddress.Loopback, 0), echo.EndPoint) { Delay = TimeSpan.FromMilliseconds(60) };
        using Socket client = Connect(relay);
        var watch = Stopwatch.StartNew();
        client.Send([1]);
        Assert.Equal(1, client.Receive(new byte[1]));
        Assert.InRange(watch.ElapsedMilliseconds, 119, 5000);
    }

    [Fact]
    public void A_stall_takes_everything_and_passes_nothing()
    {
        using var echo = new Echo();
        using var relay = new TcpRelay(new IPEndPoint(IPAddress.Loopback, 0), echo.EndPoint);
        relay.Stall();
        using Socket client = Connect(relay);
        client.Send([1, 2, 3]);
        Assert.False(client.Poll(Silence, SelectMode.SelectRead));
        relay.Resume();
        Assert.True(client.Poll(Soon, SelectMode.SelectRead));
    }

    [Fact]
    public void A_cut_resets_the_connections_and_those_to_come_until_it_is_mended()
    {
        using var echo = new Echo();
        using var relay = new TcpRelay(new IPEndPoint(IPAddress.Loopback, 0), echo.EndPoint);
        using Socket client = Connect(relay);
        client.Send([1]);
        Assert.Equal(1, client.Receive(new byte[1]));
        relay.Cut();
        Assert.Equal(SocketError.ConnectionReset, ErrorOf(client));
        using (Socket refused = Connect(relay)) Assert.Equal(SocketError.ConnectionReset, ErrorOf(refused));
        relay.Mend();
        using Socket again = Connect(relay);
        again.Send([1]);
        Assert.Equal(1, again.Receive(new byte[1]));
    }

    [Fact]
    public void A_relayed_host_talks_to_the_others_through_its_relays_only()
    {
        const int port = 5000;
        using var network = new TestNetwork();
        TestHost other = network.AddHost();
        using var host = new RelayedHost(network);
        host.Offer(port);
        host.Reach(other, port);
        using var echoThere = new Echo(other.NewSocket, new IPEndPoint(other.Address, port));
        using var echoHere = new Echo(host.NewSocket, new IPEndPoint(host.Address, port));
        foreach ((Socket from, IPAddress to) in ((Socket, IPAddress)[])[(host.NewSocket(), other.Address),
            (other.NewSocket(), host.Address)])
        {
            using Socket client = from;
            client.Connect(new IPEndPoint(to, port));
            client.Send([1]);
            Assert.True(client.Poll(Soon, SelectMode.SelectRead));
            Assert.Equal(1, client.Receive(new byte[1]));
            host.Line(relay => relay.Stall());
            client.Send([1]);
            Assert.False(client.Poll(Silence, SelectMode.SelectRead));
            host.Line(relay => relay.Resume());
            Assert.True(client.Poll(Soon, SelectMode.SelectRead));
        }
        Assert.Equal(8, host.Passed);
    }

    private static void SendAll(Socket client, byte[] bytes)
    {
        for (int sent = 0; sent < bytes.Length;) sent += client.Send(bytes.AsSpan(sent, Math.Min(9_999, bytes.Length - sent)));
    }

    private static Socket Connect(TcpRelay relay)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(relay.EndPoint);
        return socket;
    }

    private static SocketError ErrorOf(Socket socket)
    {
        Assert.True(socket.Poll(Soon, SelectMode.SelectRead));
        return Assert.Throws<SocketException>(() => socket.Receive(new byte[1])).SocketErrorCode;
    }

    /// <summary>Sends back what comes.</summary>
    private sealed class Echo : IDisposable
    {
        private readonly Socket _listener;

        public Echo(Func<Socket>? make = null, IPEndPoint? at = null)
        {
            _listener = make is null ? new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) : make();
            _listener.Bind(at ?? new IPEndPoint(IPAddress.Loopback, 0));
            _listener.Listen();
            _ = Task.Run(Accept);
        }

        public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndPoint!;

        public void Dispose() => _listener.Dispose();

        private async Task Accept()
        {
            while (true) _ = Answer(await _listener.AcceptAsync());
        }

        private static async Task Answer(Socket socket)
        {
            using Socket one = socket;
            byte[] buffer = new byte[4096];
            int read;
            while ((read = await one.ReceiveAsync(buffer)) > 0)
            {
                for (int sent = 0; sent < read;) sent += await one.SendAsync(buffer.AsMemory(sent, read - sent));
            }
        }
    }
}
