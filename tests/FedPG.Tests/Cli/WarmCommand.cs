using System.Globalization;
using FedPG.Tests.Cluster.Hosts;
using FedPG.Tests.Experiments.Runs;

namespace FedPG.Tests.Cli;

/// <summary>
/// A command that runs in a process which outlasts it. The process takes signals, and may be killed, as one of its own would.
/// </summary>
/// <param name="process">Where it runs.</param>
/// <param name="streams">Where its output goes.</param>
/// <param name="answer">The exit code, on a line; null where the process ended with the command.</param>
internal sealed class WarmCommand(WarmProcess process, TemporaryFolder streams, Task<string?> answer) : IDisposable
{
    /// <summary>What an idle worker and a run between two rounds need to end when they are asked to.</summary>
    private static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(3);

    private bool _isOver;

    /// <summary>The number of the process.</summary>
    public int ProcessId => process.Id;

    public bool HasExited => answer.IsCompleted;

    /// <summary>Of a command that has ended.</summary>
    public int ExitCode => answer.Result is { } code ? int.Parse(code, CultureInfo.InvariantCulture) : process.EndedWith();

    /// <summary>What it has written to standard output so far.</summary>
    public string Output => Read("output");

    /// <summary>What it has written to standard error so far.</summary>
    public string Errors => Read("errors");

    /// <summary>Waits for its end; false where it does not come.</summary>
    public bool WaitForExit(TimeSpan limit) => answer.Wait(limit);

    /// <summary>A command that still runs is asked to end, and its process is killed where it does not.</summary>
    public void Dispose()
    {
        if (_isOver) return;
        _isOver = true;
        if (!HasExited && HostProcess.TrySignal(process.Id, HostProcess.Terminate)) answer.Wait(Goodbye);
        if (HasExited && answer.Result is not null) process.Release();
        else process.Dispose();
        streams.Dispose();
    }

    private string Read(string stream) => File.Exists(streams[stream]) ? File.ReadAllText(streams[stream]) : "";
}
