using FedPG.Cluster.Wire;

namespace FedPG.Cluster.Worker;

/// <summary>
/// The last vectors that came for all blocks of a worker: they come with one block, and the others name them. Thread-safe.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class KnownVectors(TimeProvider time)
{
    /// <summary>
    /// Requests come in order, but are not looked at in order; one that names a vector waits so long for the one that brings it.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private readonly Queue<(Guid Session, long Number, TensorData Vector)> _known = new();
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A request with all its vectors.</summary>
    /// <returns>Null where it names one that is not known here.</returns>
    public async Task<BlockRequest?> Filled(BlockRequest request)
    {
        if (!Array.Exists(request.Entries, e => e.Shared > 0)) return request;
        var entries = new BlockEntry[request.Entries.Length];
        for (int k = 0; k < entries.Length; k++)
        {
            BlockEntry entry = request.Entries[k];
            if (entry is { Shared: > 0, Data: { } vector }) Add(request.Session, entry.Shared, vector);
            else if (entry.Shared > 0) vector = await FindAsync(request.Session, entry.Shared);
            else vector = entry.Data;
            if (entry.Shared > 0 && vector is null) return null;
            entries[k] = entry with { Data = vector };
        }
        return request with { Entries = entries };
    }

    private void Add(Guid session, long number, TensorData vector)
    {
        lock (_lock)
        {
            if (_known.Any(k => k.Session == session && k.Number == number)) return;
            _known.Enqueue((session, number, vector));
            if (_known.Count > Protocol.KeptVectors) _known.Dequeue();
            _news.SetResult();
            _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private async Task<TensorData?> FindAsync(Guid session, long number)
    {
        Task? limit = null;
        while (true)
        {
            Task news;
            lock (_lock)
            {
                if (_known.FirstOrDefault(k => k.Session == session && k.Number == number).Vector is { } vector) return vector;
                news = _news.Task;
            }
            limit ??= Task.Delay(Patience, time);
            if (await Task.WhenAny(news, limit) == limit && !news.IsCompleted) return null;
        }
    }
}
