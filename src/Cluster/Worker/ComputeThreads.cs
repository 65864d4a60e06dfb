using System.Collections.Concurrent;
using TorchSharp;

namespace FedPG.Cluster.Worker;

/// <summary>
/// The threads that a worker offers. They are its own, because the engine's must never be held up, and
/// because each runs torch with one thread of its own.
/// </summary>
internal sealed class ComputeThreads : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread[] _threads;

    /// <param name="count">1 or more.</param>
    public ComputeThreads(int count)
    {
        _threads = new Thread[count];
        for (int k = 0; k < count; k++)
        {
            _threads[k] = new Thread(Loop) { IsBackground = true, Name = $"agents-{k}" };
            _threads[k].Start();
        }
    }

    /// <summary>How many there are.</summary>
    public int Count => _threads.Length;

    /// <summary>Runs a function on the next free thread.</summary>
    public Task<T> Run<T>(Func<T> function)
    {
        // Continuations run elsewhere: a thread that computes does not serve the network.
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                completion.SetResult(function());
            }
            catch (Exception e)
            {
                completion.SetException(e);
            }
        });
        return completion.Task;
    }

    /// <summary>Returns when what was given to the threads is done.</summary>
    public void Dispose()
    {
        _work.CompleteAdding();
        foreach (Thread thread in _threads) thread.Join();
        _work.Dispose();
    }

    private void Loop()
    {
        torch.set_num_threads(1);
        foreach (Action action in _work.GetConsumingEnumerable()) action();
    }
}
