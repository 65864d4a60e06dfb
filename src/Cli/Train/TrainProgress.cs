using System.Diagnostics;
using System.Globalization;
using FedPG.Cli.Common;
using FedPG.Experiments.Runs;
using FedPG.Experiments.Series;
using FedPG.Federation;
using FedPG.Federation.Evaluation;

namespace FedPG.Cli.Train;

/// <summary>
/// Progress on stderr: one line that is drawn anew on a terminal, a plain line now and then elsewhere. Rounds are only noted here; the line
/// is drawn by a timer, so that the terminal never holds the training up.
/// </summary>
internal sealed class TrainProgress(bool quiet) : ISeriesProgress, IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(200);
    private readonly StatusLine _line = new(quiet);
    private readonly PlainPace _pace = new();
    private readonly Lock _drawing = new();
    private Timer? _timer;
    private long _started;
    private int _rounds, _firstRound, _said = -1;
    private double? _uniformGap;
    private bool _isReturn;
    private RoundReport? _first, _latest;
    private double? _gap, _objective;
    private string? _stage;
    private long _stageStarted;

    /// <summary>Says what is run and starts the line.</summary>
    public void Begin(TrainingRun run)
    {
        if (_line.IsQuiet) return;
        // Of several runs, one after another, each begins anew.
        (_first, _latest, _gap, _objective, _said) = (null, null, null, null, -1);
        _line.Note(run.Description);
        _line.Note($"writing to {ShownPath.Of(run.Folder!)}");
        (_rounds, _firstRound, _isReturn) = (run.Rounds, Math.Max(0, run.Federation.RoundsDone), run.Minimised == ObjectiveKind.Reward);
        _started = Stopwatch.GetTimestamp();
        Stage("optimum");
        _timer = new Timer(_ => Tick(), null, Period, Period);
        Evaluator evaluator = run.Federation.Evaluator;
        lock (_drawing) _uniformGap = evaluator.Uniform - evaluator.Optimal;
        Stage("first evaluation");
    }

    /// <inheritdoc/>
    public void Stage(string what)
    {
        lock (_drawing) (_stage, _stageStarted) = (what, Stopwatch.GetTimestamp());
    }

    /// <inheritdoc/>
    public void Report(RoundReport report)
    {
        if (report.Evaluation?.Gap is { } gap) _gap = gap;
        if (report.Evaluation is { } evaluation) _objective = evaluation.Objective;
        if (_first is null || report.Round < _rounds) _stage = null;
        _first ??= report;
        Volatile.Write(ref _latest, report);
    }

    /// <summary>A remark between two progress lines.</summary>
    public void Note(string text)
    {
        lock (_drawing) _line.Note(text);
    }

    /// <summary>Draws the last line and leaves it there.</summary>
    public void End()
    {
        _timer?.Dispose();
        _timer = null;
        lock (_drawing)
        {
            if (_line.IsTerminal || _latest?.Round != _said) Draw();
            _line.Keep();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();

    private void Tick()
    {
        lock (_drawing)
        {
            if (_timer is not null && (_line.IsTerminal || _pace.IsDue(Stopwatch.GetElapsedTime(_started).TotalSeconds))) Draw();
        }
    }

    private void Draw()
    {
        string stage = _stage is { } what
            ? $"{what}, {Quantities.Duration(Stopwatch.GetElapsedTime(_stageStarted).TotalSeconds)}"
            : "finishing";
        if (Volatile.Read(ref _latest) is not { } report || _first is not { } first)
        {
            _line.Show(new ProgressLine($"round {_firstRound}/{_rounds}", _rounds == 0 ? 0 : (double)_firstRound / _rounds, "", "", stage));
            return;
        }
        double seconds = report.Seconds - first.Seconds;
        int done = report.Round - _firstRound;
        double rate = seconds > 0 ? (report.EnvSteps - first.EnvSteps) / seconds : 0;
        string left = report.Round >= _rounds ? _timer is null ? "" : stage
            : done > 0 ? $"{Quantities.Duration(seconds / done * (_rounds - report.Round))} left" : "";
        string speed = rate > 0 ? Quantities.Rate(rate) : report.EnvSteps == 0 ? "exact gradients" : "";
        double share = _rounds == 0 ? 1 : (double)report.Round / _rounds;
        _line.Show(new ProgressLine($"round {report.Round}/{_rounds}", share, Figure(), speed, left));
        _said = report.Round;
    }

    private string Figure()
    {
        if (_gap is { } gap)
        {
            string of = Quantities.Percent(gap, _uniformGap, _objective ?? 0) is { } percent
                ? string.Create(CultureInfo.InvariantCulture, $" ({percent:F1} % of uniform)") : "";
            return string.Create(CultureInfo.InvariantCulture, $"gap {gap:G4}{of}");
        }
        if (_objective is not { } objective) return "gap unknown";
        return _isReturn
            ? string.Create(CultureInfo.InvariantCulture, $"return {-objective:G5}")
            : string.Create(CultureInfo.InvariantCulture, $"objective {objective:G5}");
    }
}
