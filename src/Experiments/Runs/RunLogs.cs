using System.Globalization;
using FedPG.Federation;
using FedPG.Federation.Agents;
using FedPG.Federation.Evaluation;
using FedPG.Federation.Metrics;

namespace FedPG.Experiments.Runs;

/// <summary>
/// Writes metrics.csv, agents.csv, exchange.csv and, where it is asked for, diagnostics.csv of a run folder, a row or a group of rows a
/// round. Metrics that an algorithm records itself become columns of metrics.csv after those that every run has.
/// </summary>
internal sealed class RunLogs : IRoundSink, IDisposable
{
    private readonly Csv _metrics, _agents, _exchange;
    private readonly Csv? _diagnostics;
    private readonly string[] _names;
    private readonly int[] _everyone;
    private readonly double[]? _optima;
    private readonly bool _estimated, _regularised, _own;

    public RunLogs(string folder, IEnumerable<string> agentNames, double[]? agentOptima, bool estimated, bool regularised, bool diagnosed)
    {
        (_names, _optima, _estimated, _regularised) = ([.. agentNames.Select(Csv.Text)], agentOptima, estimated, regularised);
        _everyone = [.. Enumerable.Range(0, _names.Length)];
        string metrics = Path.Combine(folder, RunFolder.MetricsFile);
        string header = RunColumns.Header(RunColumns.Metrics, estimated, regularised);
        // A folder that was begun without these columns goes on without them: its rows keep the header they have.
        string withOwn = RunColumns.Header(RunColumns.Metrics, estimated, regularised, known: true);
        _own = agentOptima is not null && (Csv.HeaderOf(metrics) ?? withOwn).StartsWith(withOwn, StringComparison.Ordinal);
        _metrics = new Csv(metrics, _own ? withOwn : header);
        _agents = new Csv(
            Path.Combine(folder, RunFolder.AgentsFile),
            RunColumns.Header(RunColumns.Agents, estimated));
        _exchange = new Csv(Path.Combine(folder, RunFolder.ExchangeFile), RunColumns.Header(RunColumns.Exchange));
        if (diagnosed)
        {
            _diagnostics = new Csv(
                Path.Combine(folder, RunFolder.DiagnosticsFile),
                RunColumns.Header(RunColumns.Diagnostics));
        }
    }

    /// <summary>The length of each file, so that a resumed run can cut off what came after its checkpoint.</summary>
    public IEnumerable<(string File, long Length)> Lengths() =>
        [
            (RunFolder.MetricsFile, _metrics.Length), (RunFolder.AgentsFile, _agents.Length), (RunFolder.ExchangeFile, _exchange.Length),
            .. _diagnostics is null ? [] : new[] { (RunFolder.DiagnosticsFile, _diagnostics.Length) },
        ];

    /// <inheritdoc/>
    public void Report(RoundReport report)
    {
        string round = report.Round.ToString(CultureInfo.InvariantCulture);
        EvaluationResult? e = report.Evaluation;
        if (e is not null)
        {
            for (int i = 0; i < _names.Length; i++)
            {
                string row = $"{round},{_names[i]},{Csv.Number(e.AgentObjectives[i])},{Csv.Number(_optima?[i])}";
                if (_estimated) row += $",{Csv.Number(e.AgentEpisodes?[i].Return)},{Csv.Number(e.AgentEpisodes?[i].Length)}";
                _agents.Add(row);
            }
            _agents.Flush();
        }
        foreach (ExchangeEntry entry in report.Exchanges)
        {
            string direction = entry.Direction == ExchangeDirection.Up ? "up" : "down";
            foreach (int agent in entry.Agents ?? _everyone)
            {
                _exchange.Add(string.Create(
                    CultureInfo.InvariantCulture, $"{round},{_names[agent]},{direction},{entry.Name},{entry.Shape},{entry.Bytes}"));
            }
        }
        _exchange.Flush();
        if (report.Diagnostics is { } d)
        {
            _diagnostics!.Add(string.Join(',', [
                round, Csv.Number(d.Smoothness), Csv.Number(d.MeanSmoothness), Csv.Number(d.Noise.Trace), Csv.Number(d.Noise.TraceError),
                Csv.Number(d.Truncation), Csv.Number(d.Mu), Csv.Number(d.WeakMu),
            ])).Flush();
        }
        var metrics = new List<string>
        {
            round, Whole(report.EnvSteps), Csv.Number(e?.Objective), Csv.Number(e?.Gap), Csv.Number(e?.GradientNormSquared),
            Csv.Number(report.Drift),
            Whole(report.BytesUp), Whole(report.BytesDown), Csv.Number(report.Seconds),
        };
        if (_estimated) metrics.Add(Csv.Number(e?.ObjectiveError));
        if (_regularised) metrics.AddRange([Csv.Number(e?.RegularisedObjective), Csv.Number(e?.RegularisedGap)]);
        if (_own) metrics.AddRange([Csv.Number(e?.OwnGap), Csv.Number(e?.WorstOwnGap)]);
        _metrics.Append(report.Metrics.Names.Where(name => !MetricNames.IsOfEveryRun(name)).Order(StringComparer.Ordinal));
        metrics.AddRange(_metrics.Appended.Select(name => Csv.Number(report.Metrics[name])));
        _metrics.Add(string.Join(',', metrics)).Flush();
    }

    private static string Whole(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public void Dispose()
    {
        _metrics.Dispose();
        _agents.Dispose();
        _exchange.Dispose();
        _diagnostics?.Dispose();
    }
}
