using System.Collections.Concurrent;
using FedPG.Tests.Cluster.Faults;
using FedPG.Tests.Cluster.Hosts;
using FedPG.Tests.Experiments.Runs;
using Xunit;

[assembly: AssemblyFixture(typeof(FaultBasis))]

namespace FedPG.Tests.Cluster.Faults;

/// <summary>
/// Trials of faults wait more than they compute, so they run beside other tests, one at a time: what
/// they promise must hold on a busy machine as well.
/// </summary>
[CollectionDefinition(Name)]
public sealed class FaultGroup
{
    public const string Name = "faults";
}

/// <summary>
/// What all fault trials need: the plug-in whose environment waits, and the runs in one process that they are held against.
/// </summary>
public sealed class FaultBasis : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Lazy<string> _plugin;
    private readonly ConcurrentDictionary<string, Lazy<string>> _bits = new();

    public FaultBasis() => _plugin = new(() => Gate.Compile(_folder.FullPath));

    public string Plugin => _plugin.Value;

    /// <summary>The bits of a run without a cluster.</summary>
    public string BitsOf(string experiment) => _bits.GetOrAdd(experiment, text => new(() => RunAlone(text))).Value;

    public void Dispose() => _folder.Dispose();

    private string RunAlone(string experiment)
    {
        string name = $"{Guid.NewGuid():N}";
        File.WriteAllText(_folder[name + ".json"], experiment);
        using HostProcess run = FedpgProcess.Start(ThisMachine.Instance, "the run in one process", _folder.FullPath, null, "train",
            name + ".json", "--out", name, "--plugin", Plugin, "--quiet");
        Assert.True(run.WaitForExit(FaultTrial.Patience) == 0, run.Text);
        return RunTesting.Bits(_folder[name]);
    }
}
