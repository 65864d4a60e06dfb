using TorchSharp;

namespace FedPG.Federation.Threads;

/// <summary>
/// A fixed set of threads that run the blocks of a phase; the caller's thread is one of them. Each runs torch with one thread of its own,
/// because torch's own threads spin and fight over the cores. Between phases they look out for the next one for a short while before they
/// sleep: phases follow each other within microseconds, and waking a thread takes tens of them.
/// </summary>
internal sealed class WorkerPool : IDisposable
{
    /// <summary>Looks before a thread sleeps, some 50 microseconds together.</summary>
    private const int Looks = 100;

    private const int SpinsBetweenLooks = 20;

    private readonly Thread[] _threads;
    private readonly object _gate = new();
    private readonly Exception?[] _errors;
    private readonly int _looks;
    private Action<int>? _body;
    private int _count, _next, _phase, _working;
    private bool _stop;

    /// <summary>Starts the threads.</summary>
    /// <param name="threads">1 or more, the caller's included.</param>
    public WorkerPool(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        torch.set_num_threads(1);
        // More threads than cores: one that looks takes the core of one that works.
        _looks = threads <= Environment.ProcessorCount ? Looks : 0;
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
        bool isAlone = count <= 1 || _threads.Length == 0;
        (_body, _count, _next) = (body, count, 0);
        if (!isAlone) Begin();
        Work(0);
        if (!isAlone) Await(() => Volatile.Read(ref _working) == 0);
        Exception[] errors = [.. _errors.OfType<Exception>()];
        Array.Clear(_errors);
        if (errors.Length > 0) throw new AggregateException(errors);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop = true;
        Begin();
        foreach (Thread thread in _threads) thread.Join();
    }

    private void Begin()
    {
        _working = _threads.Length;
        lock (_gate)
        {
            Volatile.Write(ref _phase, _phase + 1);
            Monitor.PulseAll(_gate);
        }
    }

    private void Loop(int index)
    {
        torch.set_num_threads(1);
        int seen = 0;
        bool HasBegun() => Volatile.Read(ref _phase) != seen;
        while (true)
        {
            Await(HasBegun);
            if (_stop) return;
            seen++;
            Work(index);
            if (Interlocked.Decrement(ref _working) > 0) continue;
            lock (_gate) Monitor.PulseAll(_gate);
        }
    }

    private void Await(Func<bool> condition)
    {
        for (int look = 0; look < _looks; look++)
        {
            if (condition()) return;
            Thread.SpinWait(SpinsBetweenLooks);
        }
        lock (_gate)
        {
            while (!condition()) Monitor.Wait(_gate);
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
    }
}
