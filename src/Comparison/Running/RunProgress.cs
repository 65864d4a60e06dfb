using FedPG.Comparison.Plan;
using FedPG.Federation;

namespace FedPG.Comparison.Running;

/// <summary>Tells how far one run is.</summary>
/// <param name="progress">Who hears it.</param>
/// <param name="label">The algorithm.</param>
/// <param name="rounds">T.</param>
/// <param name="budget">The budget.</param>
internal sealed class RunProgress(IComparisonProgress progress, string label, int rounds, Budget? budget) : IRoundSink
{
    private double _done;

    public void Report(RoundReport report)
    {
        double done = budget is { Kind: BudgetKind.Seconds } ? report.Seconds / budget.Amount : (double)report.Round / Math.Max(rounds, 1);
        double share = Math.Clamp(done, 0, 1) - _done;
        _done += share;
        progress.Advance(label, share, report.Evaluation is { } evaluation ? evaluation.Gap ?? evaluation.Objective : null);
    }

    /// <summary>The run is over, however far it came.</summary>
    public void End()
    {
        progress.Advance(label, 1 - _done, null);
        progress.Finish(label);
    }
}
