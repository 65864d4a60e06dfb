using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Xunit;

namespace FedPG.Tests.Cluster.Hosts;

/// <summary>A process of a test: its output line by line, signals to it, and an end at the latest with the test.</summary>
internal sealed partial class HostProcess : IDisposable
{
    /// <summary>Signals by their numbers on Linux.</summary>
    public const int Kill = 9, Quit = 3, Terminate = 15, Continue = 18, Stop = 19, Interrupt = 2;

    private readonly Process _process;
    private readonly List<string> _lines = [];
    private readonly string _name;

    private HostProcess(string name, Process process)
    {
        (_name, _process) = (name, process);
        process.OutputDataReceived += (_, line) => Add(line.Data);
        process.ErrorDataReceived += (_, line) => Add(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Everything written so far, standard output and errors in the order they came.</summary>
    public string Text
    {
        get
        {
            lock (_lines) return string.Join('\n', _lines);
        }
    }

    /// <summary>Starts a program. It carries the mark by which <see cref="Leftovers"/> finds it should this process be killed.</summary>
    /// <param name="host">Where it runs.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="folder">Where it works.</param>
    /// <param name="environment">Variables besides those of this process.</param>
    public static HostProcess Start(ITestHost host, string name, IEnumerable<string> command, string folder,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        Leftovers.RemoveOnce();
        string[] words = [.. host.Within(command)];
        var start = new ProcessStartInfo(words[0], words[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = folder,
        };
        foreach ((string variable, string value) in environment ?? new Dictionary<string, string>()) start.Environment[variable] = value;
        start.Environment[Leftovers.Mark] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        return new HostProcess(name, Process.Start(start)!);
    }

    /// <summary>Sends a signal; the process must still run.</summary>
    public void Signal(int number)
    {
        Assert.False(HasExited, $"{_name} has ended already:\n{Text}");
        Assert.Equal(0, SendSignal(_process.Id, number));
    }

    /// <summary>Waits for a condition, or fails with all that was written. The limit is in time that the machine had for it.</summary>
    public void WaitFor(Func<bool> condition, TimeSpan limit, string what)
    {
        var watch = new FairWatch();
        while (!condition())
        {
            if (HasExited && !condition()) Assert.Fail($"{_name} ended before {what}:\n{Text}");
            if (watch.Look() > limit) Assert.Fail($"{_name}: no {what} in {limit.TotalSeconds} s:\n{Text}");
            Thread.Sleep(5);
        }
    }

    /// <summary>Waits until some line contains a text, and gives that line.</summary>
    public string WaitForLine(string text, TimeSpan limit)
    {
        string? found = null;
        WaitFor(() => (found = Find(text)) is not null, limit, $"line with '{text}'");
        return found!;
    }

    /// <summary>Waits for the end and gives the exit code.</summary>
    public int WaitForExit(TimeSpan limit)
    {
        var watch = new FairWatch();
        while (!_process.WaitForExit(TimeSpan.FromMilliseconds(50)))
            Assert.True(watch.Look() < limit, $"{_name} does not end in {limit.TotalSeconds} s:\n{Text}");
        // Without a limit the call also waits for the rest of the output.
        _process.WaitForExit();
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.WaitForExit(TimeSpan.FromSeconds(10));
        _process.Dispose();
    }

    /// <summary>Sends a signal to any process; false where there is none.</summary>
    internal static bool TrySignal(int process, int number) => SendSignal(process, number) == 0;

    private string? Find(string text)
    {
        lock (_lines) return _lines.Find(line => line.Contains(text, StringComparison.Ordinal));
    }

    private void Add(string? line)
    {
        if (line is null) return;
        lock (_lines) _lines.Add(line);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);
}
