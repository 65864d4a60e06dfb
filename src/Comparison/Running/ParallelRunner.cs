using FedPG.Federation.Threads;

namespace FedPG.Comparison.Running;

/// <summary>Runs independent pieces of work on several threads, each with one thread of torch. Stateless.</summary>
internal static class ParallelRunner
{
    /// <summary>Does all pieces; the first failure or a cancellation ends it once those under way have ended.</summary>
    /// <param name="threads">Threads, the caller's included.</param>
    /// <param name="count">The pieces.</param>
    /// <param name="work">Does piece k with so many threads of its own: more than one where there are fewer pieces than threads.</param>
    /// <param name="cancellation">Starts no further piece.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static void Run(int threads, int count, Action<int, int> work, CancellationToken cancellation)
    {
        if (count > 0)
        {
            using var pool = new WorkerPool(Math.Min(threads, count));
            int own = Math.Max(1, threads / count);
            try
            {
                pool.Run(count, k =>
                {
                    if (!cancellation.IsCancellationRequested) work(k, own);
                });
            }
            catch (AggregateException e) when (e.InnerExceptions.Count > 0)
            {
                cancellation.ThrowIfCancellationRequested();
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
            }
        }
        cancellation.ThrowIfCancellationRequested();
    }
}
