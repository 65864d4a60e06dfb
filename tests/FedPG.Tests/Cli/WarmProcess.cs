using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using FedPG.Tests.Experiments.Runs;

namespace FedPG.Tests.Cli;

/// <summary>
/// A process of the program that stays and runs commands one after another (<see cref="CommandServer"/>): most of a short command's time
/// is the start of its process, and tests run hundreds. For commands that end by themselves and load no plug-in.
/// </summary>
internal sealed class WarmProcess : IDisposable
{
    /// <summary>The variable that names an assembly whose <see cref="StartupHook"/> runs before the program.</summary>
    public const string Hook = "DOTNET_STARTUP_HOOKS";

    private static readonly ConcurrentBag<WarmProcess> Idle = [];
    private readonly Process _process;

    private WarmProcess(TimeSpan patience)
    {
        Patience = patience;
        ProcessStartInfo start = Fedpg.StartInfo(AppContext.BaseDirectory);
        start.Environment[Hook] = typeof(WarmProcess).Assembly.Location;
        _process = Process.Start(start)!;
        _process.BeginErrorReadLine();
    }

    private TimeSpan Patience { get; }

    /// <summary>Runs a command in an idle process, or in a new one where none is idle.</summary>
    /// <param name="folder">The working folder.</param>
    /// <param name="arguments">The arguments.</param>
    /// <param name="patience">After this time the command counts as one that does not end.</param>
    public static Outcome Run(string folder, string[] arguments, TimeSpan patience)
    {
        if (!Idle.TryTake(out WarmProcess? process)) process = new WarmProcess(patience);
        Outcome? outcome = null;
        bool staysClean = false;
        try
        {
            outcome = process.Run(folder, arguments, out staysClean);
        }
        finally
        {
            if (outcome is not null && staysClean) Idle.Add(process);
            else process.Dispose();
        }
        return outcome;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }

    private Outcome Run(string folder, string[] arguments, out bool staysClean)
    {
        using var streams = new TemporaryFolder();
        _process.StandardInput.WriteLine(
            JsonSerializer.Serialize(new CommandRequest(folder, arguments, streams["output"], streams["errors"])));
        Task<string?> reading = _process.StandardOutput.ReadLineAsync();
        Xunit.Assert.True(reading.Wait(Patience), $"the command does not end: {string.Join(' ', arguments)}");
        CommandAnswer? answer = reading.Result is { } line ? JsonSerializer.Deserialize<CommandAnswer>(line) : null;
        // A command that ended the process has said what it had to say all the same.
        if (answer is null) _process.WaitForExit();
        staysClean = answer is { HasPlugins: false };
        return new Outcome(answer?.ExitCode ?? _process.ExitCode, File.ReadAllText(streams["output"]), File.ReadAllText(streams["errors"]));
    }
}
