using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using FedPG.Tests.Cluster.Hosts;
using FedPG.Tests.Experiments.Runs;

namespace FedPG.Tests.Cli;

/// <summary>
/// A process of the program that stays and runs commands one after another (<see cref="CommandServer"/>): most of a short command's time
/// is the start of its process, and tests run hundreds.
/// </summary>
internal sealed class WarmProcess : IDisposable
{
    /// <summary>The variable that names an assembly whose <see cref="StartupHook"/> runs before the program.</summary>
    public const string Hook = "DOTNET_STARTUP_HOOKS";

    /// <summary>So many wait for a command on a host; others end.</summary>
    private const int MostIdle = 8;

    private static readonly ConcurrentDictionary<string, ConcurrentBag<WarmProcess>> Idle = new();
    private readonly Process _process;
    private readonly ConcurrentBag<WarmProcess> _idle;

    private WarmProcess(ITestHost host, ConcurrentBag<WarmProcess> idle)
    {
        _idle = idle;
        ProcessStartInfo start = Fedpg.StartInfo(AppContext.BaseDirectory);
        string[] words = [.. host.Within([start.FileName, .. start.ArgumentList])];
        start.FileName = words[0];
        start.ArgumentList.Clear();
        foreach (string word in words[1..]) start.ArgumentList.Add(word);
        start.Environment[Hook] = typeof(WarmProcess).Assembly.Location;
        start.Environment[Leftovers.Mark] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        _process = Process.Start(start)!;
        _process.BeginErrorReadLine();
    }

    /// <summary>Its number.</summary>
    public int Id => _process.Id;

    /// <summary>Whether processes can be kept on this system.</summary>
    public static bool IsPossible => !OperatingSystem.IsWindows();

    /// <summary>Starts a command in an idle process, or in a new one where none is idle.</summary>
    /// <param name="folder">The working folder.</param>
    /// <param name="arguments">The arguments.</param>
    /// <param name="variables">Variables of its environment besides those of this process.</param>
    /// <param name="host">Where; this machine unless told otherwise.</param>
    public static WarmCommand Start(
        string folder, string[] arguments, IReadOnlyDictionary<string, string>? variables = null, ITestHost? host = null)
    {
        host ??= ThisMachine.Instance;
        ConcurrentBag<WarmProcess> idle = Idle.GetOrAdd(string.Join(' ', host.Within([])), _ => []);
        if (!idle.TryTake(out WarmProcess? process) || process._process.HasExited) process = new WarmProcess(host, idle);
        return process.Begin(folder, arguments, variables ?? new Dictionary<string, string>());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }

    /// <summary>Takes it back for other commands, or ends it.</summary>
    internal void Release()
    {
        if (!_process.HasExited && _idle.Count < MostIdle) _idle.Add(this);
        else Dispose();
    }

    /// <summary>The exit code of a process that ended instead of giving an answer: the command has said what it had to say.</summary>
    internal int EndedWith()
    {
        _process.WaitForExit();
        return _process.ExitCode;
    }

    private WarmCommand Begin(string folder, string[] arguments, IReadOnlyDictionary<string, string> variables)
    {
        var streams = new TemporaryFolder();
        _process.StandardInput.WriteLine(JsonSerializer.Serialize(
            new CommandRequest(folder, arguments, streams["output"], streams["errors"], new Dictionary<string, string>(variables))));
        return new WarmCommand(this, streams, _process.StandardOutput.ReadLineAsync());
    }
}
