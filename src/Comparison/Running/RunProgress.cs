using FedPG.Comparison.Plan;
using FedPG.Experiments;
using FedPG.Federation;
using FedPG.Federation.Evaluation;
using FedPG.Federation.Families;

namespace FedPG.Comparison.Running;

/// <summary>Tells how far one run is.</summary>
/// <param name="progress">Who hears it.</param>
/// <param name="label">The algorithm.</param>
/// <param name="experiment">What is run.</param>
/// <param name="budget">The budget.</param>
internal sealed class RunProgress(IComparisonProgress progress, string label, Experiment experiment, Budget? budget) : IRoundSink
{
    private readonly bool _isReturn = ProblemFamily.Of(experiment.Environment).ObjectiveKindOf(experiment) == ObjectiveKind.Reward;
    private double _done;

    public void Report(RoundReport report)
    {
        int rounds = Math.Max(experiment.Federation.Rounds, 1);
        double done = budget is { Kind: BudgetKind.Seconds } ? report.Seconds / budget.Amount : (double)report.Round / rounds;
        double share = Math.Clamp(done, 0, 1) - _done;
        _done += share;
        double? objective = _isReturn ? -report.Evaluation?.Objective : report.Evaluation?.Objective;
        progress.Advance(label, share, report.Evaluation?.Gap ?? objective);
    }

    /// <summary>The run is over, however far it came.</summary>
    public void End()
    {
        progress.Advance(label, 1 - _done, null);
        progress.Finish(label);
    }
}
