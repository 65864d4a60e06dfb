using TorchSharp;

namespace FedPG.Federation.Agents;

/// <summary>
/// A fixed set of threads that run the blocks of a phase; the caller's thread is one of them. Each runs torch with one thread of its own,
/// because torch's own threads spin and fight over the cores.
/// </summary>
public sealed class WorkerPool : IDisposable
{
    private readonly Thread[] _threads;
    private readonly SemaphoreSlim _start = new(0);
    private readonly CountdownEvent _done = new(1);
    private readonly Exception?[] _errors;
    private Action<int>? _body;
    private int _count, _next;
    private volatile bool _stop;

    /// <summary>Starts the threads.</summary>
    /// <param name="threads">1 or more, the caller's included.</param>
    public WorkerPool(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        torch.set_num_threads(1);
        _errors = new Exception?[threads];
        _threads = new Thread[threads - 1];
        for (int k = 0; k < _threads.Length; k++)
        {
            int index = k + 1;
            _threads[k] = new Thread(() => Loop(index)) { IsBackground = true, Name = $"agents-{index}" };
            _threads[k].Start();
        }
    }

    /// <summary>The number of threads, the caller's included.</summary>
    public int Threads => _threads.Length + 1;

    /// <summary>Runs body(0) ... body(count - 1) on all threads and returns when all are done.</summary>
    /// <exception cref="AggregateException">A body threw; the others were run to their end or skipped.</exception>
    public void Run(int count, Action<int> body)
    {
        (_body, _count, _next) = (body, count, 0);
        int helpers = Math.Min(_threads.Length, count - 1);
        _done.Reset(helpers + 1);
        if (helpers > 0) _start.Release(helpers);
        Work(0);
        _done.Wait();
        Exception[] errors = [.. _errors.OfType<Exception>()];
        Array.Clear(_errors);
        if (errors.Length > 0) throw new AggregateException(errors);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop = true;
        _start.Release(Math.Max(1, _threads.Length));
        foreach (Thread thread in _threads) thread.Join();
        _start.Dispose();
        _done.Dispose();
    }

    private void Loop(int index)
    {
        torch.set_num_threads(1);
        while (true)
        {
            _start.Wait();
            if (_stop) return;
            Work(index);
        }
    }

    private void Work(int index)
    {
        try
        {
            for (int item = Interlocked.Increment(ref _next) - 1; item < _count; item = Interlocked.Increment(ref _next) - 1) _body!(item);
        }
        catch (Exception e)
        {
            // Carried to the caller of Run; the other threads take no further items.
            _errors[index] = e;
            Interlocked.Add(ref _next, _count);
        }
        finally
        {
            _done.Signal();
        }
    }
}
