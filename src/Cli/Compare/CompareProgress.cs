using System.Diagnostics;
using System.Globalization;
using FedPG.Cli.Common;
using FedPG.Comparison.Running;
using Spectre.Console;

namespace FedPG.Cli.Compare;

/// <summary>
/// Progress of a comparison on stderr: on a terminal a line for each algorithm that is drawn anew by a timer, elsewhere one plain line now
/// and then. What the runs report is only noted.
/// </summary>
internal sealed class CompareProgress : IComparisonProgress, IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);
    private readonly IAnsiConsole? _terminal;
    private readonly bool _quiet;
    private readonly Lock _drawing = new();
    private readonly Dictionary<string, Line> _lines = [];
    private PlainPace _pace = new();
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
            _pace = new PlainPace();
            _timer = new Timer(_ => Draw(), null, Period, Period);
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
            if (_timer is not null && (_terminal is not null || _pace.IsDue(Stopwatch.GetElapsedTime(_started).TotalSeconds))) DrawNow();
        }
    }

    private void DrawNow()
    {
        double share = _lines.Values.Sum(l => l.Share), runs = _lines.Values.Sum(l => l.Runs);
        double seconds = Stopwatch.GetElapsedTime(_started).TotalSeconds, percent = runs > 0 ? 100 * share / runs : 100;
        int done = _lines.Values.Sum(l => l.Done);
        string left = share > 0 ? Quantities.Duration(Math.Max(0, seconds / share * (runs - share))) : "?";
        string head = string.Create(
            CultureInfo.InvariantCulture,
            $"{_stage}: {done}/{runs:F0} runs, {percent:F0} %, {Quantities.Duration(seconds)} so far, {left} left");
        if (_terminal is null)
        {
            Console.Error.WriteLine(head);
            return;
        }
        Clear();
        int terminal = StatusLine.Columns, widest = _lines.Keys.Max(l => l.Length);
        _terminal.WriteLine(ProgressRow.Cut(head, terminal - 1));
        // What scrolls out of the terminal cannot be drawn anew.
        (string Label, Line Line)[] shown = [.. _lines.Select(l => (l.Key, l.Value)).Take(Math.Max(1, StatusLine.Rows - 3))];
        foreach ((string label, Line line) in shown) _terminal.MarkupLine(Markup(terminal, widest, label, line));
        _drawn = shown.Length + 1;
    }

    private static string Markup(int terminal, int widest, string label, Line line)
    {
        string figure = line.Figure is { } f ? string.Create(CultureInfo.InvariantCulture, $"  latest {f:G4}") : "";
        double share = line.Runs == 0 ? 1 : line.Share / line.Runs;
        var row = ProgressRow.Of(terminal, widest, label, share, $" {line.Done + line.Before}/{line.Runs + line.Before}{figure}");
        string bar = $"[green]{new string('━', row.Filled)}[/][grey]{new string('─', row.Empty)}[/]";
        return $"  {row.Name.EscapeMarkup()} {bar}{row.Tail.EscapeMarkup()}";
    }

    /// <summary>Takes the lines drawn last away.</summary>
    private void Clear()
    {
        if (_terminal is null || _drawn == 0) return;
        Console.Error.Write($"\u001b[{_drawn.ToString(CultureInfo.InvariantCulture)}A\r\u001b[J");
        _drawn = 0;
    }

    private sealed class Line(int runs, int before)
    {
        public int Runs => runs;

        public int Before => before;

        public int Done { get; set; }

        public double Share { get; set; }

        public double? Figure { get; set; }
    }
}
