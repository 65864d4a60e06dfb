using FedPG.Core.Metrics;
using FedPG.Envs.Returns;
using FedPG.Experiments.Runs;
using FedPG.Federation;
using FedPG.Federation.Evaluation;
using FedPG.Federation.Metrics;
using Xunit;

namespace FedPG.Tests.Experiments.Runs;

/// <summary>When a run says that correction hurts: the objective rises again while local steps use up the gradients.</summary>
public sealed class CorrectionWatchTests
{
    /// <summary>
    /// Gaps in shares of the uniform policy's, and what was left of gradients, as runs of seed 1 showed them: coordinates of cell and goal,
    /// H = 50, eta = 0.01, where Fast-FedPG loses; and the default job.
    /// </summary>
    [Theory]
    [InlineData(true, new[] { 1, 0.809, 0.80, 0.935, 0.611, 0.445 }, new[] { 0.81, 0.63, 0.65, 0.19, 0.67, 0.79 })]
    [InlineData(false, new[] { 1, 0.606, 0.276, 0.023, 0.012, 0.006 }, new[] { 0.77, 0.90, 0.94, 0.94, 0.62, 0.87 })]
    [InlineData(false, new[] { 1, 0.8, 0.8, 0.935, 0.61 }, new[] { 0.9, 0.9, 0.9, 0.9, 0.9 })]
    [InlineData(false, new[] { 1, 0.8, 0.6, 0.62, 0.4 }, new[] { 0.2, 0.2, 0.2, 0.2, 0.2 })]
    [InlineData(false, new[] { 1, 0.8, 0.6, 0.9, 0.4 }, null)]
    [InlineData(true, new[] { 1, 1.2, 1.5, 1.4 }, new[] { 0.9, 0.3, 0.3, 0.3 })]
    public void A_rise_counts_where_gradients_are_used_up(bool hurts, double[] objectives, double[]? left)
    {
        CorrectionSetback? setback = Watch(objectives, left, error: null);
        Assert.Equal(hurts, setback is not null);
        if (setback is not { } seen) return;
        Assert.True(objectives[seen.To] > objectives[seen.From]);
        Assert.Equal(left![seen.To], seen.GradientLeft);
    }

    [Fact]
    public void A_rise_within_the_errors_of_an_estimate_is_none()
    {
        double[] objectives = [1, 0.5, 0.7, 0.4], left = [0.3, 0.3, 0.3, 0.3];
        Assert.NotNull(Watch(objectives, left, error: 0.04));
        Assert.Null(Watch(objectives, left, error: 0.06));
    }

    private static CorrectionSetback? Watch(double[] objectives, double[]? left, double? error)
    {
        var watch = new CorrectionWatch();
        for (int t = 0; t < objectives.Length; t++)
        {
            var metrics = new RoundMetrics();
            if (left is not null) metrics.Set(MetricNames.GradientLeft, left[t]);
            var evaluation = new EvaluationResult(objectives[t], null, null, [objectives[t]], null, null) { ObjectiveError = error };
            watch.See(new RoundReport(t, metrics, 0, evaluation, 0, 0, 0, default, []));
        }
        return watch.Result;
    }
}
