using System.Diagnostics;
using System.Runtime.InteropServices;

namespace FedPG.Cli.Common;

/// <summary>The first Ctrl+C (or SIGTERM) asks the work to end at its next safe point, the second ends the process at once.</summary>
internal sealed class Interrupt : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;
    private readonly Action _note;

    /// <param name="note">Tells the user what happens now, and that a second Ctrl+C ends at once.</param>
    public Interrupt(Action note)
    {
        _note = note;
        _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle)];
    }

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations) registration.Dispose();
        _source.Dispose();
    }

    /// <summary>Without a tear-down: taking libtorch's statics apart under its running threads crashes.</summary>
    private static void ExitAtOnce()
    {
        if (OperatingSystem.IsWindows()) Process.GetCurrentProcess().Kill();
        else ExitNow(ExitCode.Cancelled);
    }

    [DllImport("libc", EntryPoint = "_exit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern void ExitNow(int status);

    private void Handle(PosixSignalContext context)
    {
        if (_source.IsCancellationRequested) ExitAtOnce();
        context.Cancel = true;
        _note();
        _source.Cancel();
    }
}
