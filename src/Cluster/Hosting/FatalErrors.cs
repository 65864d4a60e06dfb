namespace FedPG.Cluster.Hosting;

/// <summary>What would have the engine end the process: it is told of instead, and the member joins again or ends.</summary>
internal sealed class FatalErrors : IFatalErrorHandler
{
    private readonly TaskCompletionSource _happened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends with the first such error.</summary>
    public Task Happened => _happened.Task;

    /// <inheritdoc/>
    public bool IsUnexpected(Exception exception) => exception is not ThreadAbortException;

    /// <inheritdoc/>
    public void OnFatalException(object? sender = null, string? context = null, Exception? exception = null) => _happened.TrySetResult();
}
