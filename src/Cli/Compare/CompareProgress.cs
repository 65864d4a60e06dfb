using System.Diagnostics;
using System.Globalization;
using FedPG.Cli.Common;
using FedPG.Comparison.Running;
using Spectre.Console;

namespace FedPG.Cli.Compare;

/// <summary>
/// Progress of a comparison on stderr: on a terminal a line for each algorithm that is drawn anew by a timer, elsewhere one plain line now and then.
/// What the runs report is only noted.
/// </summary>
internal sealed class CompareProgress : IComparisonProgress, IDisposable
{
    private static readonly TimeSpan TerminalPeriod = TimeSpan.FromMilliseconds(250), PlainPeriod = TimeSpan.FromSeconds(10);
    private readonly IAnsiConsole? _terminal;
    private readonly bool _quiet;
    private readonly Lock _drawing = new();
    private readonly Dictionary<string, Line> _lines = [];
    private Timer? _timer;
    private string _stage = "";
    private long _started;
    private int _drawn;

    public CompareProgress(bool quiet)
    {
        _quiet = quiet;
        if (quiet || Console.IsErrorRedirected) return;
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        if (console.Profile.Capabilities.Ansi) _terminal = console;
    }

    /// <inheritdoc/>
    public void Begin(string stage, IReadOnlyList<(string Label, int Runs, int Finished)> work)
    {
        if (_quiet) return;
        lock (_drawing)
        {
            (_stage, _started, _drawn) = (stage, Stopwatch.GetTimestamp(), 0);
            _lines.Clear();
            foreach ((string label, int runs, int finished) in work) _lines[label] = new Line(runs, finished);
            TimeSpan period = _terminal is null ? PlainPeriod : TerminalPeriod;
            _timer = new Timer(_ => Draw(), null, period, period);
        }
    }

    /// <inheritdoc/>
    public void Advance(string label, double share, double? figure)
    {
        if (_quiet) return;
        lock (_drawing)
        {
            Line line = _lines[label];
            line.Share += share;
            line.Figure = figure ?? line.Figure;
        }
    }

    /// <inheritdoc/>
    public void Finish(string label)
    {
        if (_quiet) return;
        lock (_drawing) _lines[label].Done++;
    }

    /// <inheritdoc/>
    public void Complete()
    {
        lock (_drawing)
        {
            _timer?.Dispose();
            if (_timer is not null) DrawNow();
            _timer = null;
            _drawn = 0;
        }
    }

    /// <inheritdoc/>
    public void Note(string text)
    {
        if (_quiet) return;
        lock (_drawing)
        {
            Clear();
            Console.Error.WriteLine(text);
            if (_timer is not null && _terminal is not null) DrawNow();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();

    private void Draw()
    {
        lock (_drawing)
        {
            if (_timer is not null) DrawNow();
        }
    }

    private void DrawNow()
    {
        double share = _lines.Values.Sum(l => l.Share), runs = _lines.Values.Sum(l => l.Runs), seconds = Stopwatch.GetElapsedTime(_started).TotalSeconds;
        int done = _lines.Values.Sum(l => l.Done);
        string left = share > 0 ? Duration(Math.Max(0, seconds / share * (runs - share))) : "?";
        string head = string.Create(CultureInfo.InvariantCulture, $"{_stage}: {done}/{runs:F0} runs, {(runs > 0 ? 100 * share / runs : 100):F0} %, {Duration(seconds)} so far, {left} left");
        if (_terminal is null)
        {
            Console.Error.WriteLine(head);
            return;
        }
        Clear();
        int terminal = _terminal.Profile.Width, widest = _lines.Keys.Max(l => l.Length);
        _terminal.WriteLine(ProgressRow.Cut(head, terminal - 1));
        foreach ((string label, Line line) in _lines)
        {
            string figure = line.Figure is { } f ? string.Create(CultureInfo.InvariantCulture, $"  latest {f:G4}") : "";
            var row = ProgressRow.Of(terminal, widest, label, line.Runs == 0 ? 1 : line.Share / line.Runs, $" {line.Done + line.Before}/{line.Runs + line.Before}{figure}");
            _terminal.MarkupLine($"  {row.Name.EscapeMarkup()} [green]{new string('━', row.Filled)}[/][grey]{new string('━', row.Empty)}[/]{row.Tail.EscapeMarkup()}");
        }
        _drawn = _lines.Count + 1;
    }

    /// <summary>Takes the lines drawn last away.</summary>
    private void Clear()
    {
        if (_terminal is null || _drawn == 0) return;
        Console.Error.Write($"\u001b[{_drawn.ToString(CultureInfo.InvariantCulture)}A\r\u001b[J");
        _drawn = 0;
    }

    private static string Duration(double seconds) => seconds switch
    {
        < 60 => string.Create(CultureInfo.InvariantCulture, $"{seconds:F0} s"),
        < 3600 => string.Create(CultureInfo.InvariantCulture, $"{(int)seconds / 60} min {(int)seconds % 60} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:F1} h"),
    };

    private sealed class Line(int runs, int before)
    {
        public int Runs => runs;

        public int Before => before;

        public int Done { get; set; }

        public double Share { get; set; }

        public double? Figure { get; set; }
    }
}
