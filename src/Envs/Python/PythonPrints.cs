namespace FedPG.Envs.Python;

/// <summary>What a process prints: passed on where it is to be shown, and the last lines kept. Safe to use from several threads.</summary>
internal sealed class PythonPrints
{
    private const int Kept = 20;
    private readonly Queue<string> _last = new();
    private readonly bool _isShown;
    private Task _reading = Task.CompletedTask;

    private PythonPrints(bool isShown) => _isShown = isShown;

    /// <summary>Follows a stream to its end.</summary>
    /// <param name="stream">What the process prints to.</param>
    /// <param name="isShown">Whether lines are passed on to stderr.</param>
    public static PythonPrints Follow(StreamReader stream, bool isShown)
    {
        var prints = new PythonPrints(isShown);
        prints._reading = Task.Factory.StartNew(
            () => prints.Read(stream), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return prints;
    }

    /// <summary>The last lines.</summary>
    public string Last()
    {
        lock (_last) return string.Join('\n', _last);
    }

    /// <summary>Waits until all that was printed is read.</summary>
    public void WaitForEnd(TimeSpan most) => _reading.Wait(most);

    private void Read(StreamReader stream)
    {
        while (stream.ReadLine() is { } line)
        {
            if (_isShown) Console.Error.WriteLine(line);
            lock (_last)
            {
                if (_last.Count == Kept) _last.Dequeue();
                _last.Enqueue(line);
            }
        }
    }
}
