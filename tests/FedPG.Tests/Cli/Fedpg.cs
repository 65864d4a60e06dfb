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

    /// <summary>
    /// Runs a command to its end: in a process that has run others before, unless it loads plug-ins or works for a cluster.
    /// </summary>
    public static Outcome Run(string folder, params string[] arguments) =>
        OperatingSystem.IsWindows() || arguments.Any(a => a is "--plugin" or "--cluster" or "worker")
            ? RunFresh(folder, arguments)
            : WarmProcess.Run(folder, arguments, Patience);

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

    /// <summary>A process that may still run.</summary>
    internal sealed partial class Started : IDisposable
    {
        public const int Interrupt = 2, Kill = 9, Terminate = 15;
        private readonly Process _process;
        private readonly Task<string> _output, _errors;

        public Started(Process process)
        {
            _process = process;
            _output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            _errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        }

        public Outcome Wait()
        {
            var watch = new FairWatch();
            while (!_process.WaitForExit(TimeSpan.FromMilliseconds(50))) Assert.True(watch.Look() < Patience, "the process does not end");
            return new Outcome(_process.ExitCode, _output.GetAwaiter().GetResult(), _errors.GetAwaiter().GetResult());
        }

        public bool HasExited => _process.HasExited;

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

        public void Signal(int number) => Assert.Equal(0, SendSignal(_process.Id, number));

        public void Dispose()
        {
            if (!_process.HasExited) _process.Kill();
            _process.Dispose();
        }

        [LibraryImport("libc", EntryPoint = "kill")]
        private static partial int SendSignal(int process, int signal);
    }
}
