using System.Diagnostics;
using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace FedPG.Cli.Reproduce;

/// <summary>Progress of claims on stderr: one line that is rewritten on a terminal, a plain line now and then elsewhere.</summary>
internal sealed class ReproduceProgress : IDisposable
{
    private static readonly TimeSpan TerminalPeriod = TimeSpan.FromMilliseconds(250), PlainPeriod = TimeSpan.FromSeconds(15);
    private readonly IAnsiConsole _console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
    private readonly Lock _drawing = new();
    private readonly bool _terminal;
    private Timer? _timer;
    private string _label = "";
    private long _started;
    private int _done, _count;

    public ReproduceProgress() => _terminal = !Console.IsErrorRedirected && _console.Profile.Capabilities.Ansi;

    /// <summary>Starts the line of a claim.</summary>
    public void Begin(string name, int number, int of)
    {
        (_label, _started, _done, _count) = ($"[{number}/{of}] {name}", Stopwatch.GetTimestamp(), 0, 0);
        TimeSpan period = _terminal ? TerminalPeriod : PlainPeriod;
        _timer = new Timer(_ => Draw(), null, _terminal ? TimeSpan.Zero : period, period);
    }

    /// <summary>Notes that so many runs of a step are done.</summary>
    public void Report(int done, int count) => (_done, _count) = (done, count);

    /// <summary>Takes the line away.</summary>
    public void End()
    {
        _timer?.Dispose();
        _timer = null;
        lock (_drawing) Clear();
    }

    /// <summary>A remark.</summary>
    public void Note(string text)
    {
        lock (_drawing)
        {
            Clear();
            Console.Error.WriteLine(text);
        }
    }

    /// <summary>A table.</summary>
    public void Show(IRenderable table) => _console.Write(table);

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();

    private void Clear()
    {
        if (_terminal) Console.Error.Write("\r\u001b[K");
    }

    private void Draw()
    {
        lock (_drawing)
        {
            if (_timer is null) return;
            string runs = _count > 0 ? $"  {_done}/{_count} runs" : "";
            string line = string.Create(CultureInfo.InvariantCulture, $"{_label}{runs}  {Stopwatch.GetElapsedTime(_started).TotalSeconds:F0} s");
            Clear();
            if (_terminal) Console.Error.Write(line);
            else Console.Error.WriteLine(line);
        }
    }
}
