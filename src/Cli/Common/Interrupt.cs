using System.Diagnostics;
using System.Runtime.InteropServices;

namespace FedPG.Cli.Common;

/// <summary>
/// The first Ctrl+C, SIGTERM or SIGHUP (a terminal that closes) asks the work to end at its next safe point, the second Ctrl+C or SIGTERM
/// ends the process at once. A closing terminal may send SIGHUP several times, so that a second one says nothing new.
/// </summary>
internal sealed class Interrupt : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;
    private readonly Action _note;

    /// <param name="note">Tells the user what happens now, and that a second Ctrl+C ends at once.</param>
    public Interrupt(Action note)
    {
        _note = note;
        PosixSignal[] signals = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP];
        _registrations = [.. signals.Select(signal => PosixSignalRegistration.Create(signal, Handle))];
    }

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations) registration.Dispose();
        _source.Dispose();
    }

    /// <summary>Without a tear-down: taking libtorch's statics apart under its running threads crashes.</summary>
    /// <param name="code">The exit code, where the system lets it be chosen.</param>
    internal static void ExitAtOnce(int code)
    {
        if (OperatingSystem.IsWindows()) Process.GetCurrentProcess().Kill();
        else ExitNow(code);
    }

    [DllImport("libc", EntryPoint = "_exit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern void ExitNow(int status);

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        if (_source.IsCancellationRequested)
        {
            if (context.Signal != PosixSignal.SIGHUP) ExitAtOnce(ExitCode.Cancelled);
            return;
        }
        _note();
        _source.Cancel();
    }
}
