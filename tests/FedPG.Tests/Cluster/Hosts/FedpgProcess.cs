using FedPG.Tests.Cli;
using FedPG.Tests.Experiments.Runs;

namespace FedPG.Tests.Cluster.Hosts;

/// <summary>The program as users start it, on any host.</summary>
internal static class FedpgProcess
{
    /// <summary>Starts it with its output captured.</summary>
    /// <param name="host">Where.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="folder">Where it works.</param>
    /// <param name="environment">Variables besides those of this process.</param>
    /// <param name="arguments">The command and its options.</param>
    public static HostProcess Start(ITestHost host, string name, string folder, IReadOnlyDictionary<string, string>? environment,
        params string[] arguments) =>
        HostProcess.Start(
            host, name, [Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
                Path.Combine(AppContext.BaseDirectory, "fedpg.dll"), .. arguments], folder,
            new Dictionary<string, string>([.. environment ?? new Dictionary<string, string>(), .. Fedpg.Variables]));

    /// <summary>Waits until a run has finished a round, and gives the time from now on that the machine had for it.</summary>
    /// <param name="process">The process that trains.</param>
    /// <param name="run">Its run folder.</param>
    /// <param name="round">The round; a later one will do.</param>
    /// <param name="limit">When to give up.</param>
    public static TimeSpan WaitForRound(this HostProcess process, string run, int round, TimeSpan limit)
    {
        var watch = new FairWatch();
        process.WaitFor(() => { watch.Look(); return RunTesting.RoundsOf(run) >= round; }, limit, $"round {round}");
        return watch.Elapsed;
    }
}
