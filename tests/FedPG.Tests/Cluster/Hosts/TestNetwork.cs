using System.Globalization;
using Xunit;

namespace FedPG.Tests.Cluster.Hosts;

/// <summary>
/// Hosts on this machine, each a network namespace with one interface, joined by a bridge that lies in a namespace of its own. Nothing
/// touches the machine's own network, and nothing leaves. Names carry the number of this process, so
/// that <see cref="Leftovers"/> can tell what is nobody's.
/// </summary>
internal sealed class TestNetwork : IDisposable
{
    private const string Prefix = "fedpg-";
    private static readonly Lazy<string?> WhyNot = new(Probe);
    private static int s_networks;
    private readonly List<TestHost> _hosts = [];
    private readonly string _name = $"{Prefix}{Environment.ProcessId}-{Interlocked.Increment(ref s_networks)}";

    /// <summary>A network without hosts; the test is skipped where the machine does not let us make one.</summary>
    public TestNetwork()
    {
        SkipWhereImpossible();
        Leftovers.RemoveOnce();
        Bridge = $"{_name}-switch";
        Ip("netns", "add", Bridge);
        Ip("-n", Bridge, "link", "add", "name", "bridge", "type", "bridge");
        Ip("-n", Bridge, "link", "set", "bridge", "up");
    }

    /// <summary>The hosts so far, in the order they were added.</summary>
    public IReadOnlyList<TestHost> Hosts => _hosts;

    /// <summary>The namespace of the bridge.</summary>
    internal string Bridge { get; }

    public static void SkipWhereImpossible() =>
        Assert.SkipWhen(WhyNot.Value is not null, $"Network namespaces cannot be made here: {WhyNot.Value}");

    /// <summary>Adds a host; its address is 10.77.0.k, k = 1, 2, ...</summary>
    public TestHost AddHost()
    {
        int number = _hosts.Count + 1;
        var host = new TestHost(this, number, $"{_name}-h{number}", $"10.77.0.{number}");
        _hosts.Add(host);
        return host;
    }

    /// <summary>Cuts the network in two: hosts of different sides no longer reach each other, those of one side still do.</summary>
    public void Partition(params TestHost[] away)
    {
        Ip("-n", Bridge, "link", "add", "name", "island", "type", "bridge");
        Ip("-n", Bridge, "link", "set", "island", "up");
        foreach (TestHost host in away) Ip("-n", Bridge, "link", "set", host.Port, "master", "island");
    }

    /// <summary>Joins the two sides again.</summary>
    public void Heal()
    {
        foreach (TestHost host in _hosts) Ip("-n", Bridge, "link", "set", host.Port, "master", "bridge");
        Ip("-n", Bridge, "link", "del", "island");
    }

    public void Dispose()
    {
        foreach (TestHost host in _hosts) host.Dispose();
        RemoveNamespace(Bridge);
    }

    /// <summary>All namespaces that tests of this kind made.</summary>
    internal static IEnumerable<string> Namespaces() =>
        Directory.Exists("/run/netns") ? Directory.EnumerateFiles("/run/netns", Prefix + "*").Select(path => Path.GetFileName(path)!)
            .ToArray() : [];

    /// <summary>The number of the process that made a namespace; null where it is none of ours.</summary>
    internal static int? OwnerOf(string name) =>
        int.TryParse(name[Prefix.Length..].Split('-')[0], CultureInfo.InvariantCulture, out int process) ? process : null;

    /// <summary>Ends what runs in a namespace, and removes it.</summary>
    internal static void RemoveNamespace(string name)
    {
        foreach (string process in Tool.TryRun("ip", "netns", "pids", name).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            HostProcess.TrySignal(int.Parse(process, CultureInfo.InvariantCulture), HostProcess.Kill);
        Tool.TryRun("ip", "netns", "del", name);
    }

    internal static void Ip(params string[] arguments) => Tool.Run("ip", arguments);

    private static string? Probe()
    {
        if (!OperatingSystem.IsLinux()) return "they are Linux's.";
        if (!Environment.IsPrivilegedProcess) return "that takes root.";
        if (Tool.Find("ip") is null) return "no ip (package iproute2).";
        string name = $"{Prefix}{Environment.ProcessId}-probe";
        Tool.Result made = Tool.TryRun("ip", "netns", "add", name);
        Tool.Result bridge = made.ExitCode != 0 ? made : Tool.TryRun("ip", "-n", name, "link", "add", "name", "bridge", "type", "bridge");
        Tool.Result pair = bridge.ExitCode != 0
            ? bridge
            : Tool.TryRun("ip", "-n", name, "link", "add", "name", "left", "type", "veth", "peer", "name", "right");
        RemoveNamespace(name);
        return pair.ExitCode == 0 ? null : pair.Errors.Trim();
    }
}
