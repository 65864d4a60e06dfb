using FedPG.Core.Metrics;
using FedPG.Federation.Evaluation;
using FedPG.Federation.Metrics;
using FedPG.Federation.Setup;

namespace FedPG.Federation;

/// <summary>Puts what the round loop and the evaluator know of a round among its metrics. Stateless.</summary>
internal static class RoundMeasures
{
    /// <summary>Adds them by name; what is not known has no name.</summary>
    /// <param name="metrics">The metrics of the round.</param>
    /// <param name="report">Its report.</param>
    /// <param name="before">Transitions and seconds at the report before.</param>
    public static void Add(RoundMetrics metrics, RoundReport report, (long EnvSteps, double Seconds) before)
    {
        metrics.Set(MetricNames.Drift, metrics[MetricNames.Drift] ?? 0);
        metrics.Set(MetricNames.CorrectionNorm, metrics[MetricNames.CorrectionNorm] ?? 0);
        metrics.Set(MetricNames.BytesUp, report.BytesUp);
        metrics.Set(MetricNames.BytesDown, report.BytesDown);
        metrics.Set(MetricNames.EnvSteps, report.EnvSteps);
        if (report.Evaluation is { } evaluation) Add(metrics, evaluation);
        if (report.Diagnostics is { } diagnostics) Add(metrics, diagnostics);
        if (report.Rollouts.Episodes > 0)
        {
            metrics.Set(MetricNames.EpisodeReturn, report.Rollouts.RewardSum / report.Rollouts.Episodes);
            metrics.Set(MetricNames.EpisodeLength, (double)report.Rollouts.EnvSteps / report.Rollouts.Episodes);
        }
        if (report.Seconds > before.Seconds && report.EnvSteps > before.EnvSteps)
            metrics.Set(MetricNames.StepsPerSecond, (report.EnvSteps - before.EnvSteps) / (report.Seconds - before.Seconds));
    }

    /// <summary>Adds which stage of a curriculum the latest round was in, from 1; the experiment's own environment is the last.</summary>
    /// <param name="metrics">The metrics of the round.</param>
    /// <param name="stages">The stages before it.</param>
    /// <param name="roundsDone">The rounds that are done.</param>
    public static void AddStage(RoundMetrics metrics, IReadOnlyList<CurriculumStage> stages, int roundsDone)
    {
        if (stages.Count > 0) metrics.Set("curriculum/stage", 1 + stages.Count(stage => roundsDone > stage.UntilRound));
    }

    private static void Add(RoundMetrics metrics, EvaluationResult evaluation)
    {
        metrics.Set(MetricNames.Objective, evaluation.Objective);
        metrics.Set(MetricNames.Gap, evaluation.Gap);
        metrics.Set(MetricNames.OwnGap, evaluation.OwnGap);
        metrics.Set(MetricNames.WorstOwnGap, evaluation.WorstOwnGap);
        metrics.Set(MetricNames.GradientNorm, evaluation.GradientNormSquared is { } squared ? Math.Sqrt(squared) : null);
        metrics.Set(MetricNames.ObjectiveError, evaluation.ObjectiveError);
        metrics.Set(MetricNames.RegularisedObjective, evaluation.RegularisedObjective);
        metrics.Set(MetricNames.RegularisedGap, evaluation.RegularisedGap);
        metrics.Set(MetricNames.SuccessRate, evaluation.SuccessRate);
    }

    private static void Add(RoundMetrics metrics, RoundDiagnostics diagnostics)
    {
        metrics.Set("diagnostics/smoothness", diagnostics.Smoothness);
        metrics.Set("diagnostics/mean_smoothness", diagnostics.MeanSmoothness);
        metrics.Set("diagnostics/trace_sigma", diagnostics.Noise.Trace);
        metrics.Set("diagnostics/truncation", diagnostics.Truncation);
        metrics.Set("diagnostics/mu", diagnostics.Mu);
        metrics.Set("diagnostics/weak_mu", diagnostics.WeakMu);
    }
}
