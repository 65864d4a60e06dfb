using System.Net;
using System.Net.Sockets;
using Xunit;

namespace FedPG.Tests.Cluster.Hosts;

/// <summary>The hosts that fault tests stand on: they reach each other, can be cut off, and go away.</summary>
public sealed class TestNetworkTests
{
    private const int Port = 4000;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5), Silence = TimeSpan.FromMilliseconds(400);

    [Fact]
    public void An_unplugged_host_is_silent_and_goes_on_where_it_stopped()
    {
        using var network = new TestNetwork();
        TestHost a = network.AddHost(), b = network.AddHost();
        using Socket listener = Listen(b);
        using Socket there = Connect(a, b);
        using Socket here = listener.Accept();
        Assert.True(Answers(there, here, Soon));
        b.Unplug();
        Assert.False(Answers(there, here, Silence));
        b.Plug();
        // What was sent meanwhile arrives: the connection outlived the cut.
        Assert.Equal(1, Receive(here, Soon));
        Assert.True(Answers(there, here, Soon));
    }

    [Fact]
    public void A_partition_parts_its_sides_only_and_heals()
    {
        using var network = new TestNetwork();
        TestHost a = network.AddHost(), b = network.AddHost(), c = network.AddHost(), d = network.AddHost();
        using Socket listenB = Listen(b), listenD = Listen(d);
        using Socket ab = Connect(a, b), cd = Connect(c, d), ad = Connect(a, d);
        using Socket ba = listenB.Accept(), dc = listenD.Accept(), da = listenD.Accept();
        network.Partition(c, d);
        Assert.True(Answers(ab, ba, Soon));
        Assert.True(Answers(cd, dc, Soon));
        Assert.False(Answers(ad, da, Silence));
        network.Heal();
        Assert.Equal(1, Receive(da, Soon));
        Assert.True(Answers(ad, da, Soon));
    }

    [Fact]
    public void A_program_runs_within_its_host_and_ends_with_it()
    {
        string[] names;
        using (var network = new TestNetwork())
        {
            TestHost host = network.AddHost();
            names = [network.Bridge, host.Namespace];
            Assert.Subset(TestNetwork.Namespaces().ToHashSet(), names.ToHashSet());
            using HostProcess list = HostProcess.Start(host, "ip", ["ip", "-brief", "address"], "/");
            Assert.Equal(0, list.WaitForExit(Soon));
            Assert.Contains($"{host.Address}/24", list.Text, StringComparison.Ordinal);
            HostProcess sleep = HostProcess.Start(host, "sleep", ["sleep", "600"], "/");
            sleep.WaitFor(() => IsCalled(sleep, "sleep"), Soon, "sleep");
            // Nobody disposes of it, as when a test forgets.
            network.Dispose();
            Assert.NotEqual(0, sleep.WaitForExit(Soon));
        }
        Assert.Empty(names.Intersect(TestNetwork.Namespaces()));
    }

    [Fact]
    public void What_a_killed_test_run_left_behind_is_removed()
    {
        TestNetwork.SkipWhereImpossible();
        // A process that has ended plays the test run that was killed.
        int gone;
        using (HostProcess ended = HostProcess.Start(ThisMachine.Instance, "true", ["true"], "/"))
        {
            gone = ended.Id;
            ended.WaitForExit(Soon);
        }
        string name = $"fedpg-{gone}-1-h1";
        Tool.Run("ip", "netns", "add", name);
        using HostProcess inside = HostProcess.Start(ThisMachine.Instance, "inside", ["ip", "netns", "exec", name, "sleep", "600"], "/");
        using HostProcess outside = HostProcess.Start(ThisMachine.Instance, "outside",
            ["env", $"{Leftovers.Mark}={gone}", "sleep", "600"], "/");
        using HostProcess ours = HostProcess.Start(ThisMachine.Instance, "ours", ["sleep", "600"], "/");
        foreach (HostProcess process in (HostProcess[])[inside, outside, ours])
            process.WaitFor(() => IsCalled(process, "sleep"), Soon, "sleep");
        Leftovers.Remove();
        Assert.NotEqual(0, inside.WaitForExit(Soon));
        Assert.NotEqual(0, outside.WaitForExit(Soon));
        Assert.DoesNotContain(name, TestNetwork.Namespaces());
        Assert.False(ours.HasExited);
    }

    /// <summary>Whether what started it has become the program.</summary>
    private static bool IsCalled(HostProcess process, string name) =>
        File.ReadAllText($"/proc/{process.Id}/cmdline").StartsWith(name, StringComparison.Ordinal);

    private static Socket Listen(TestHost host)
    {
        Socket socket = host.NewSocket();
        socket.Bind(new IPEndPoint(host.Address, Port));
        socket.Listen();
        return socket;
    }

    private static Socket Connect(TestHost from, TestHost to)
    {
        Socket socket = from.NewSocket();
        socket.Connect(new IPEndPoint(to.Address, Port));
        return socket;
    }

    /// <summary>Whether a byte sent arrives in time.</summary>
    private static bool Answers(Socket from, Socket to, TimeSpan limit)
    {
        from.Send([7]);
        return Receive(to, limit) == 1;
    }

    private static int Receive(Socket socket, TimeSpan limit) =>
        socket.Poll(limit, SelectMode.SelectRead) ? socket.Receive(new byte[1]) : 0;
}
