using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core.Statistics;
using FedPG.Federation;

namespace FedPG.Experiments.TensorBoard;

/// <summary>
/// The curves of a run for TensorBoard, one event a round; its options as hyperparameters and as text. One thread at a time.
/// </summary>
internal sealed class TensorBoardLog : IRoundSink, IDisposable
{
    /// <summary>With more agents than this, quantiles over agents take the place of a curve an agent.</summary>
    public const int MaxAgentCurves = 64;

    /// <summary>How long events may wait for others before the file has them.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>The share of the time since the file was begun that went into it until the round before.</summary>
    private const string Share = "time/logging_share";

    private static readonly (string Name, double Share)[] Quantiles = [("min", 0), ("p10", 0.1), ("median", 0.5), ("p90", 0.9), ("max", 1)];

    private readonly TimeProvider _time;
    private readonly EventWriter _events;
    private readonly string[] _names;
    private readonly PolicyEvents? _policy;
    private readonly long _opened;
    private TimeSpan _spent;
    private long _flushed;
    private bool _ended;

    /// <summary>Begins a file.</summary>
    /// <param name="folder">The run folder.</param>
    /// <param name="agentNames">The agents' names, [N].</param>
    /// <param name="experiment">The resolved experiment.</param>
    /// <param name="format">How it is written as text.</param>
    /// <param name="resumedAt">The first round that follows where a run goes on from a checkpoint; null for a new run.</param>
    /// <param name="time">The clock.</param>
    /// <param name="policy">Writes of the policy; null for nothing.</param>
    public TensorBoardLog(
        string folder, IEnumerable<string> agentNames, JsonObject experiment, JsonSerializerOptions format, int? resumedAt,
        TimeProvider time, PolicyEvents? policy = null)
    {
        (_names, _time, _policy) = (AgentTags.Of(agentNames), time, policy);
        _opened = _flushed = time.GetTimestamp();
        _events = new EventWriter(folder, time);
        if (resumedAt is { } round)
        {
            _events.GoOn(round);
        }
        else
        {
            // Indented by four blanks, Markdown shows it as it is.
            _events.WriteText("experiment/text_summary", "    " + experiment.ToJsonString(format).ReplaceLineEndings("\n    "));
            HyperParameters.WriteStart(_events, experiment);
        }
        _events.Flush();
    }

    /// <inheritdoc/>
    public void Report(RoundReport report)
    {
        long began = _time.GetTimestamp();
        foreach (string name in report.Metrics.Names) _events.Add(name, report.Metrics[name]);
        if (report.Evaluation is { } evaluation)
        {
            AddAgents("return", i => evaluation.AgentEpisodes?[i].Return);
            AddAgents("objective", i => evaluation.AgentObjectives[i]);
        }
        foreach (string name in report.Metrics.AgentNames)
        {
            IReadOnlyList<double?> values = report.Metrics.PerAgent(name)!;
            AddAgents(name, i => values[i]);
        }
        if (_spent > TimeSpan.Zero) _events.Add(Share, _spent / _time.GetElapsedTime(_opened));
        _policy?.Write(_events, report.Round);
        _events.WriteScalars(report.Round);
        if (_time.GetElapsedTime(_flushed) >= Patience) Flush();
        _spent += _time.GetElapsedTime(began);
    }

    /// <summary>Puts everything reported into the file.</summary>
    public void Flush()
    {
        _events.Flush();
        _flushed = _time.GetTimestamp();
    }

    /// <summary>Notes that the run ended, once.</summary>
    /// <param name="success">Whether all rounds were run; false for a run that diverged.</param>
    public void End(bool success)
    {
        if (_ended) return;
        _ended = true;
        _policy?.End(_events);
        HyperParameters.WriteEnd(_events, success);
        Flush();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _policy?.End(_events);
        _events.Dispose();
    }

    private void AddAgents(string curve, Func<int, double?> value)
    {
        if (_names.Length <= MaxAgentCurves)
        {
            for (int i = 0; i < _names.Length; i++) _events.Add($"agents/{_names[i]}/{curve}", value(i));
            return;
        }
        double[] known = [.. Enumerable.Range(0, _names.Length).Select(value).OfType<double>()];
        if (known.Length == 0) return;
        foreach ((string name, double share) in Quantiles) _events.Add($"agents/{name}/{curve}", Intervals.Quantile(known, share));
    }
}
