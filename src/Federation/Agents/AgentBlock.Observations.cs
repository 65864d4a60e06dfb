using FedPG.Core.Metrics;
using FedPG.Federation.Metrics;
using FedPG.Federation.Rows;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Agents;

// What is recorded of the rows for the logs. No agent acts on it.
public abstract partial class AgentBlock
{
    /// <summary>
    /// Records what is left of each agent's gradient after its local steps, min(1, |gradient_i| / |own_i|): near 0 where a softmax has
    /// saturated on the way, so that the correction goes on unopposed.
    /// </summary>
    /// <param name="gradient">The gradients of the last local step, [n, d].</param>
    /// <param name="own">The agents' memories, [n, d].</param>
    /// <param name="step">The step; nothing is recorded before the last.</param>
    /// <param name="localSteps">H.</param>
    public void ObserveSaturation(Tensor gradient, Tensor own, LocalStep step, int localSteps)
    {
        if (Learns || step.Index != localSteps - 1 || step.Index == 0) return;
        Metrics.Record(MetricNames.GradientLeft, ShareOfMemory(gradient, own, step), MetricKind.Mean, step.Active);
    }

    /// <summary>Records a value of each agent that takes part, or that takes a step.</summary>
    /// <param name="name">The name, such as <c>train/clip_share</c>.</param>
    /// <param name="values">The values, [n].</param>
    /// <param name="kind">How the recordings of a round become one number.</param>
    /// <param name="step">The step; null for all agents of the round.</param>
    public void Record(string name, Tensor values, MetricKind kind = MetricKind.Mean, LocalStep? step = null)
    {
        ArgumentNullException.ThrowIfNull(values);
        using IDisposable scope = NewDisposeScope();
        Tensor numbers = values.detach().cpu().to(ScalarType.Float64).contiguous();
        Metrics.Record(name, numbers.Span<double>(), kind, step is { } taken ? taken.Active : Active);
    }

    /// <summary>Records ||theta_i - thetabar||^2 after a local step.</summary>
    /// <param name="serverParameters">thetabar, [d].</param>
    /// <param name="step">The step, so that agents that did not take it do not count; null where all agents of the round did.</param>
    public void ObserveDrift(Tensor serverParameters, LocalStep? step = null)
    {
        bool[]? active = step is { } taken ? taken.Active : Active;
        double[] sums = Metrics.RowsOf(MetricNames.Drift, MetricKind.Mean).CountedSums(active);
        RowNorms.AddSquaredDistances(Theta, serverParameters, sums, active);
    }

    /// <summary>Records the lengths of the corrections, ||mean - own_i||, of the agents that take part.</summary>
    /// <param name="own">Rows, [n, d].</param>
    /// <param name="mean">[d].</param>
    public void ObserveCorrections(Tensor own, Tensor mean)
    {
        RowNorms.Distances(own, mean, _norms, Active);
        Metrics.Record(MetricNames.CorrectionNorm, _norms, MetricKind.Mean, Active);
    }

    /// <summary>min(1, |gradient_i| / |own_i|), [n]; 1 where the memory is zero.</summary>
    private double[] ShareOfMemory(Tensor gradient, Tensor own, LocalStep step)
    {
        using Tensor zero = zeros(gradient.shape[1], dtype: gradient.dtype, device: gradient.device);
        double[] shares = new double[Count];
        RowNorms.Distances(gradient, zero, shares, step.Active);
        RowNorms.Distances(own, zero, _norms, step.Active);
        for (int i = 0; i < Count; i++) shares[i] = shares[i] < _norms[i] ? shares[i] / _norms[i] : 1;
        return shares;
    }
}
