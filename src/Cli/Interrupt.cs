using System.Runtime.InteropServices;

namespace FedPG.Cli;

/// <summary>The first Ctrl+C (or SIGTERM) asks the run to end at the round boundary, the second ends the process at once.</summary>
internal sealed class Interrupt : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;
    private readonly TrainProgress _progress;

    public Interrupt(TrainProgress progress)
    {
        _progress = progress;
        _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle)];
    }

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations) registration.Dispose();
        _source.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        if (_source.IsCancellationRequested) Environment.Exit(ExitCode.Cancelled);
        context.Cancel = true;
        _progress.Note("stopping at the end of this round; press Ctrl+C again to stop at once");
        _source.Cancel();
    }
}
