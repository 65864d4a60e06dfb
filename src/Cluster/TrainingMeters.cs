using System.Diagnostics.Metrics;
using FedPG.Federation;
using FedPG.Federation.Metrics;

namespace FedPG.Cluster;

/// <summary>What can be watched of a run from outside, by any collector that reads .NET's meters. One thread at a time.</summary>
internal sealed class TrainingMeters : IRoundSink, IDisposable
{
    /// <summary>The name of the meter.</summary>
    public const string Name = "FedPG.Training";

    private readonly Meter _meter = new(Name);
    private readonly Counter<long> _rounds, _steps, _bytes;
    private readonly Gauge<double> _objective, _gap, _ownGap, _worst;
    private long _stepsBefore, _bytesBefore;

    /// <summary>Begins to count.</summary>
    public TrainingMeters()
    {
        _rounds = _meter.CreateCounter<long>("fedpg.training.rounds", "{round}", "Rounds that are done.");
        _steps = _meter.CreateCounter<long>("fedpg.training.env_steps", "{step}", "Transitions sampled.");
        _bytes = _meter.CreateCounter<long>("fedpg.training.bytes", "By", "Bytes between agents and server, both directions.");
        _objective = _meter.CreateGauge<double>("fedpg.training.objective", null, "The mean objective over agents.");
        _gap = _meter.CreateGauge<double>("fedpg.training.gap", null, "The objective minus its optimum.");
        _ownGap = _meter.CreateGauge<double>("fedpg.training.own_gap", null, "The mean over agents of J_i minus the agent's own optimum.");
        _worst = _meter.CreateGauge<double>("fedpg.training.worst_own_gap", null, "The largest share of its uniform own gap of an agent.");
    }

    /// <inheritdoc/>
    public void Report(RoundReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        long bytes = report.BytesUp + report.BytesDown;
        if (report.Round > 0) _rounds.Add(1);
        _steps.Add(report.EnvSteps - _stepsBefore);
        _bytes.Add(bytes - _bytesBefore);
        (_stepsBefore, _bytesBefore) = (report.EnvSteps, bytes);
        Note(_objective, MetricNames.Objective);
        Note(_gap, MetricNames.Gap);
        Note(_ownGap, MetricNames.OwnGap);
        Note(_worst, MetricNames.WorstOwnGap);

        void Note(Gauge<double> gauge, string metric)
        {
            if (report.Metrics[metric] is { } value) gauge.Record(value);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
