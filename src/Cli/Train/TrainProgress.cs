using System.Globalization;
using FedPG.Experiments.Runs;
using FedPG.Federation;
using Spectre.Console;

namespace FedPG.Cli.Train;

/// <summary>
/// Progress on stderr: one line that is rewritten on a terminal, a plain line every few seconds elsewhere. Rounds are only noted here; the
/// line is drawn by a timer, so that the terminal never holds the training up.
/// </summary>
internal sealed class TrainProgress : IRoundSink, IDisposable
{
    private static readonly TimeSpan TerminalPeriod = TimeSpan.FromMilliseconds(200), PlainPeriod = TimeSpan.FromSeconds(5);
    private readonly IAnsiConsole? _terminal;
    private readonly bool _quiet;
    private readonly Lock _drawing = new();
    private Timer? _timer;
    private int _rounds, _firstRound;
    private double? _uniformGap;
    private RoundReport? _first, _latest;
    private double? _gap, _objective;

    public TrainProgress(bool quiet)
    {
        _quiet = quiet;
        if (quiet || Console.IsErrorRedirected) return;
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        if (console.Profile.Capabilities.Ansi) _terminal = console;
    }

    /// <summary>Says what is run and starts the line.</summary>
    public void Begin(TrainingRun run)
    {
        if (_quiet) return;
        _rounds = run.Rounds;
        _firstRound = Math.Max(0, run.Federation.RoundsDone);
        _uniformGap = run.Federation.Evaluator.Uniform - run.Federation.Evaluator.Optimal;
        Console.Error.WriteLine(run.Description);
        Console.Error.WriteLine($"writing to {run.Folder}");
        TimeSpan period = _terminal is null ? PlainPeriod : TerminalPeriod;
        _timer = new Timer(_ => Draw(), null, period, period);
    }

    /// <inheritdoc/>
    public void Report(RoundReport report)
    {
        if (report.Evaluation?.Gap is { } gap) _gap = gap;
        if (report.Evaluation is { } evaluation) _objective = evaluation.Objective;
        _first ??= report;
        Volatile.Write(ref _latest, report);
    }

    /// <summary>A remark between two progress lines.</summary>
    public void Note(string text)
    {
        if (_quiet) return;
        lock (_drawing)
        {
            if (_terminal is not null) Console.Error.Write("\r\u001b[K");
            Console.Error.WriteLine(text);
        }
    }

    /// <summary>Draws the last line and leaves it there.</summary>
    public void End()
    {
        _timer?.Dispose();
        _timer = null;
        if (_quiet) return;
        Draw();
        if (_terminal is not null) Console.Error.WriteLine();
    }

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();

    private void Draw()
    {
        if (Volatile.Read(ref _latest) is not { } report || _first is not { } first) return;
        lock (_drawing)
        {
            double seconds = report.Seconds - first.Seconds;
            int done = report.Round - _firstRound;
            double rate = seconds > 0 ? (report.EnvSteps - first.EnvSteps) / seconds : 0;
            string left = done > 0 ? Duration(seconds / done * (_rounds - report.Round)) : "?";
            string gap = _gap is { } g
                ? string.Create(CultureInfo.InvariantCulture, $"gap {g:G4}{(_uniformGap is > 0 ? $" ({100 * g / _uniformGap:F1} % of uniform)" : "")}")
                : _objective is { } objective ? string.Create(CultureInfo.InvariantCulture, $"objective {objective:G5}") : "gap unknown";
            string steps = rate > 0 ? string.Create(CultureInfo.InvariantCulture, $"{rate / 1e6:F1} M env-steps/s") : report.EnvSteps == 0 ? "exact gradients" : "? env-steps/s";
            if (_terminal is null)
            {
                Console.Error.WriteLine($"round {report.Round}/{_rounds}  {gap}  {steps}  {left} left");
                return;
            }
            int width = Math.Clamp(Console.BufferWidth - 90, 10, 40), filled = _rounds == 0 ? width : (int)((long)width * report.Round / _rounds);
            string bar = $"[green]{new string('━', filled)}[/][grey]{new string('━', width - filled)}[/]";
            Console.Error.Write("\r\u001b[K");
            _terminal.Markup($"round {report.Round}/{_rounds} {bar} [bold]{gap.EscapeMarkup()}[/]  {steps}  {left} left");
        }
    }

    private static string Duration(double seconds) => seconds switch
    {
        < 60 => string.Create(CultureInfo.InvariantCulture, $"{seconds:F0} s"),
        < 3600 => string.Create(CultureInfo.InvariantCulture, $"{(int)seconds / 60} min {(int)seconds % 60} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:F1} h"),
    };
}
