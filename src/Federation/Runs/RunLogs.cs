using System.Globalization;
using FedPG.Federation.Agents;

namespace FedPG.Federation.Runs;

/// <summary>Writes metrics.csv, agents.csv and exchange.csv of a run folder, a row or a group of rows a round.</summary>
internal sealed class RunLogs : IRoundSink, IDisposable
{
    private readonly Csv _metrics, _agents, _exchange;
    private readonly string[] _names;
    private readonly double[]? _optima;
    private readonly bool _regularised;

    public RunLogs(string folder, IEnumerable<string> agentNames, double[]? agentOptima, bool regularised)
    {
        (_names, _optima, _regularised) = ([.. agentNames.Select(Csv.Text)], agentOptima, regularised);
        _metrics = new Csv(Path.Combine(folder, RunFolder.MetricsFile),
            "round,env_steps,objective,gap,grad_norm_sq,drift,bytes_up,bytes_down,seconds" + (regularised ? ",regularized_objective,regularized_gap" : ""));
        _agents = new Csv(Path.Combine(folder, RunFolder.AgentsFile), "round,agent,objective,optimum");
        _exchange = new Csv(Path.Combine(folder, RunFolder.ExchangeFile), "round,agent,direction,name,shape,bytes");
    }

    /// <summary>The length of each file, so that a resumed run can cut off what came after its checkpoint.</summary>
    public IEnumerable<(string File, long Length)> Lengths() =>
        [(RunFolder.MetricsFile, _metrics.Length), (RunFolder.AgentsFile, _agents.Length), (RunFolder.ExchangeFile, _exchange.Length)];

    /// <inheritdoc/>
    public void Report(RoundReport report)
    {
        string round = report.Round.ToString(CultureInfo.InvariantCulture);
        Evaluation.Evaluation? e = report.Evaluation;
        if (e is not null)
        {
            for (int i = 0; i < _names.Length; i++)
                _agents.Add($"{round},{_names[i]},{Csv.Number(e.AgentObjectives[i])},{Csv.Number(_optima?[i])}");
            _agents.Flush();
        }
        foreach (ExchangeEntry entry in report.Exchanges)
        {
            string direction = entry.Direction == ExchangeDirection.Up ? "up" : "down";
            foreach (string name in _names)
                _exchange.Add(string.Create(CultureInfo.InvariantCulture, $"{round},{name},{direction},{entry.Name},{entry.Shape},{entry.Bytes}"));
        }
        _exchange.Flush();
        string row = string.Create(CultureInfo.InvariantCulture,
            $"{round},{report.EnvSteps},{Csv.Number(e?.Objective)},{Csv.Number(e?.Gap)},{Csv.Number(e?.GradientNormSquared)},{Csv.Number(report.Drift)},{report.BytesUp},{report.BytesDown},{Csv.Number(report.Seconds)}");
        if (_regularised) row += $",{Csv.Number(e?.RegularisedObjective)},{Csv.Number(e?.RegularisedGap)}";
        _metrics.Add(row).Flush();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _metrics.Dispose();
        _agents.Dispose();
        _exchange.Dispose();
    }
}
