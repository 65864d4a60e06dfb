using FedPG.Comparison.Running;
using FedPG.Experiments.Runs;
using FedPG.Experiments.Series;
using FedPG.Federation;

namespace FedPG.Comparison.Sweeps;

/// <summary>Tells how far one run of a sweep is.</summary>
/// <param name="progress">Who hears it.</param>
/// <param name="label">The point.</param>
internal sealed class SweepProgress(IComparisonProgress progress, string label) : ISeriesProgress
{
    private RunProgress? _run;

    /// <inheritdoc/>
    public void Begin(TrainingRun run) => _run = new RunProgress(progress, label, run.Experiment, budget: null);

    /// <inheritdoc/>
    public void Report(RoundReport report) => _run?.Report(report);

    /// <inheritdoc/>
    public void End()
    {
    }

    /// <summary>The run is over, however far it came.</summary>
    public void Finish()
    {
        if (_run is { } run)
        {
            run.End();
            return;
        }
        progress.Advance(label, 1, null);
        progress.Finish(label);
    }
}
