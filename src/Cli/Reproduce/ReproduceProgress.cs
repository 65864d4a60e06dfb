using System.Diagnostics;
using FedPG.Cli.Common;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace FedPG.Cli.Reproduce;

/// <summary>Progress of claims on stderr: one line that is drawn anew on a terminal, a plain line now and then elsewhere.</summary>
internal sealed class ReproduceProgress : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);
    private readonly StatusLine _line = new();
    private readonly Lock _drawing = new();
    private PlainPace _pace = new();
    private Timer? _timer;
    private string _label = "";
    private long _started;
    private int _done, _count;

    /// <summary>Starts the line of a claim.</summary>
    public void Begin(string name, int number, int of)
    {
        (_label, _started, _done, _count, _pace) = ($"[{number}/{of}] {name}", Stopwatch.GetTimestamp(), 0, 0, new PlainPace());
        _timer = new Timer(_ => Tick(), null, TimeSpan.Zero, Period);
    }

    /// <summary>Notes that so many runs of a step are done.</summary>
    public void Report(int done, int count) => (_done, _count) = (done, count);

    /// <summary>Takes the line away.</summary>
    public void End()
    {
        _timer?.Dispose();
        lock (_drawing)
        {
            _timer = null;
            _line.Clear();
        }
    }

    /// <summary>A remark.</summary>
    public void Note(string text)
    {
        lock (_drawing) _line.Note(text);
    }

    /// <summary>A table.</summary>
    public void Show(IRenderable table)
    {
        lock (_drawing)
        {
            _line.Clear();
            AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }).Write(table);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();

    private void Tick()
    {
        lock (_drawing)
        {
            double seconds = Stopwatch.GetElapsedTime(_started).TotalSeconds;
            if (_timer is null || !(_line.IsTerminal || _pace.IsDue(seconds))) return;
            (int done, int count) = (_done, _count);
            string runs = count > 0 ? $"{done}/{count} runs" : "";
            _line.Show(new ProgressLine(_label, count > 0 ? (double)done / count : 0, runs, "", Quantities.Duration(seconds)));
        }
    }
}
