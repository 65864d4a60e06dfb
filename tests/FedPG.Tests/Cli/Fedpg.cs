using System.Diagnostics;
using System.Runtime.InteropServices;
using FedPG.Tests.Cluster.Hosts;
using Xunit;

namespace FedPG.Tests.Cli;

/// <summary>What a process left behind.</summary>
internal sealed record Outcome(int ExitCode, string Output, string Errors)
{
    public string[] ErrorLines => Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>The program as users start it.</summary>
internal static partial class Fedpg
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Set to 1 in what tests start: these processes live for seconds, and to compile each loop in full at once, which pays in a run that a
    /// user waits for, takes a third of their time. No bit depends on it.
    /// </summary>
    public const string QuickLoops = "DOTNET_TC_QuickJitForLoops";

    /// <summary>
    /// Code is compiled anew when it has been called often, but not within its first second: a fifth of the time of a process of a cluster
    /// went into what it never used again. A number in base 16.
    /// </summary>
    public const string LateTiers = "DOTNET_TC_CallCountingDelayMs", LateTiersFrom = "3E8";

    /// <summary>The variables that processes of tests start with.</summary>
    public static IReadOnlyDictionary<string, string> Variables { get; } =
        new Dictionary<string, string> { [QuickLoops] = "1", [LateTiers] = LateTiersFrom };

    /// <summary>Runs a command to its end, in a process that has run others before.</summary>
    public static Outcome Run(string folder, params string[] arguments)
    {
        using Started started = StartWarm(folder, arguments);
        return started.Wait();
    }

    /// <summary>Runs a command to its end in a process of its own.</summary>
    public static Outcome RunFresh(string folder, params string[] arguments) => Run(folder, new Dictionary<string, string>(), arguments);

    /// <summary>The same with variables of its environment, or another program.</summary>
    public static Outcome Run(string folder, IReadOnlyDictionary<string, string> environment, string[] arguments, string? program = null)
    {
        using Started started = Start(folder, environment, arguments, program);
        return started.Wait();
    }

    public static Started Start(string folder, params string[] arguments) => Start(folder, new Dictionary<string, string>(), arguments);

    public static Started Start(string folder, IReadOnlyDictionary<string, string> environment, string[] arguments, string? program = null)
    {
        ProcessStartInfo start = StartInfo(folder, program);
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        return new Started(Process.Start(start)!);
    }

    /// <summary>How the program is started, without arguments and with redirected streams.</summary>
    public static ProcessStartInfo StartInfo(string folder, string? program = null)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = folder,
        };
        foreach ((string name, string value) in Variables) start.Environment[name] = value;
        start.ArgumentList.Add(program ?? Path.Combine(AppContext.BaseDirectory, "fedpg.dll"));
        return start;
    }

    /// <summary>Starts a command in a process that has run others before, and takes signals for it.</summary>
    public static Started StartWarm(string folder, params string[] arguments) =>
        StartWarm(folder, new Dictionary<string, string>(), arguments);

    /// <summary>The same with variables of its environment.</summary>
    public static Started StartWarm(string folder, IReadOnlyDictionary<string, string> environment, string[] arguments) =>
        WarmProcess.IsPossible
            ? new Started(WarmProcess.Start(folder, arguments, environment))
            : Start(folder, environment, arguments);

    /// <summary>A command that may still run.</summary>
    internal sealed partial class Started : IDisposable
    {
        public const int Interrupt = 2, Kill = 9, Terminate = 15;
        private readonly Process? _process;
        private readonly Task<string>? _output, _errors;
        private readonly WarmCommand? _command;

        /// <summary>A command in a process of its own.</summary>
        public Started(Process process)
        {
            _process = process;
            _output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            _errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        }

        /// <summary>A command in a process that outlasts it.</summary>
        public Started(WarmCommand command) => _command = command;

        public Outcome Wait()
        {
            var watch = new FairWatch();
            while (!WaitForExit(TimeSpan.FromMilliseconds(50))) Assert.True(watch.Look() < Patience, "the process does not end");
            return _command is { } command
                ? new Outcome(command.ExitCode, command.Output, command.Errors)
                : new Outcome(_process!.ExitCode, _output!.GetAwaiter().GetResult(), _errors!.GetAwaiter().GetResult());
        }

        /// <summary>What a command in a process that outlasts it has written to standard error by now.</summary>
        public string ErrorsSoFar => _command!.Errors;

        public bool HasExited => _command?.HasExited ?? _process!.HasExited;

        /// <summary>Waits until a condition holds, while the process runs.</summary>
        public void WaitUntil(Func<bool> condition)
        {
            var watch = new FairWatch();
            while (!condition())
            {
                Assert.False(HasExited && !condition(), "the process ended too early");
                Assert.True(watch.Look() < Patience, "nothing happens");
                Thread.Sleep(5);
            }
        }

        public void Signal(int number)
        {
            Assert.False(HasExited, "the process ended before its signal");
            Assert.Equal(0, SendSignal(_command?.ProcessId ?? _process!.Id, number));
        }

        public void Dispose()
        {
            _command?.Dispose();
            if (_process is null) return;
            if (!_process.HasExited) _process.Kill();
            _process.Dispose();
        }

        private bool WaitForExit(TimeSpan limit) => _command?.WaitForExit(limit) ?? _process!.WaitForExit(limit);

        [LibraryImport("libc", EntryPoint = "kill")]
        private static partial int SendSignal(int process, int signal);
    }
}
