using FedPG.Core.Metrics;
using FedPG.Federation.Estimators;
using FedPG.Federation.Metrics;
using FedPG.Federation.Rows;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Agents;

// What a local step does to the rows: along a gradient, corrected or not, for those that take it.
public abstract partial class AgentBlock
{
    /// <summary>The local steps of the round, as many as the busiest agent of the block takes.</summary>
    /// <param name="localSteps">H, what an agent takes that has no number of its own.</param>
    public IEnumerable<LocalStep> Steps(int localSteps)
    {
        int most = _ownSteps?.Max() ?? localSteps;
        Optimizer.BeginRound(Active);
        for (int l = 0; l < most; l++)
        {
            if (_ownSteps is null)
            {
                yield return new LocalStep(l, Active);
                continue;
            }
            for (int i = 0; i < Count; i++) _stepping[i] = l < _ownSteps[i];
            yield return new LocalStep(l, Array.TrueForAll(_stepping, s => s) ? null : _stepping);
        }
    }

    /// <summary>The local steps that each agent takes in the round, [n]; 0 for those that do not take part.</summary>
    /// <param name="localSteps">H.</param>
    public int[] StepCounts(int localSteps) =>
        _ownSteps ?? [.. Enumerable.Range(0, Count).Select(i => Active is null || Active[i] ? localSteps : 0)];

    /// <summary>Theta &lt;- Theta - eta direction, for the agents that take the step. The direction may be overwritten.</summary>
    public void Descend(Tensor direction, double eta, LocalStep step)
    {
        ArgumentNullException.ThrowIfNull(direction);
        if (!Optimizer.Settings.IsPlain)
        {
            Optimizer.Step(Theta, direction, eta, step.Active);
            return;
        }
        if (step.Active is null && RowSteps.Descend(Theta, direction, null, null, eta)) return;
        Theta.sub_(Masked(direction.Scale(eta), step.Active));
    }

    /// <summary>
    /// Theta &lt;- Theta - eta (gradient - own + mean), for the agents that take the step. The gradient may be overwritten.
    /// </summary>
    /// <param name="gradient">[n, d].</param>
    /// <param name="own">What each agent's gradient is corrected by, [n, d].</param>
    /// <param name="mean">What takes its place, [d].</param>
    /// <param name="eta">The step size.</param>
    /// <param name="step">The step.</param>
    public void Descend(Tensor gradient, Tensor own, Tensor mean, double eta, LocalStep step)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        if (Optimizer.Settings.IsPlain && step.Active is null && RowSteps.Descend(Theta, gradient, own, mean, eta)) return;
        Descend(gradient.sub_(own).Add(mean), eta, step);
    }

    /// <summary>
    /// One local step of the agents that take it: a gradient at Theta, its correction, and what the local optimiser makes of it. Where the
    /// estimator learns from rollouts (<see cref="IRolloutLearner"/>) it is one rollout at Theta with all its updates, each corrected and
    /// taken in the same way.
    /// </summary>
    /// <param name="step">The step.</param>
    /// <param name="round">t.</param>
    /// <param name="eta">The step size.</param>
    /// <param name="correct">Changes a gradient [n, d] into what is descended along; null for the gradient itself.</param>
    /// <param name="fromEqualRows">Whether all rows are equal in step 0.</param>
    /// <param name="again">Whether the rollout is the latest one, again: that of a gradient at the same parameters.</param>
    internal void Advance(
        LocalStep step, int round, double eta, Func<Tensor, Tensor>? correct = null, bool fromEqualRows = true, bool again = false)
    {
        if (_estimator is not IRolloutLearner learner)
        {
            Tensor gradient = Gradient(Theta, step, round, fromEqualRows);
            Descend(correct is null ? gradient : correct(gradient), eta, step);
            return;
        }
        var batch = new BatchKey(round, step.Index, Observe: step.Index == 0, step.Active);
        if (!again)
        {
            using IDisposable scope = NewDisposeScope();
            if (Personal is null) learner.Play(Theta, batch);
            else Personal.Play(learner, Theta, batch, StepCounts);
            CountTrajectories(batch);
        }
        for (int u = 0; u < learner.Updates; u++)
        {
            using IDisposable scope = NewDisposeScope();
            if (Personal is null) learner.Gradient(u, Theta, batch, _direction);
            else Personal.Update(learner, u, Theta, batch, _direction);
            Descend(correct is null ? _direction : correct(_direction), eta, step);
        }
        learner.Adapt(Theta, step.Active);
        learner.Report(Metrics, step.Active);
    }

    /// <summary>One local step along gradient - own + mean.</summary>
    /// <param name="step">The step.</param>
    /// <param name="round">t.</param>
    /// <param name="eta">The step size.</param>
    /// <param name="own">What each agent's gradient is corrected by, [n, d].</param>
    /// <param name="mean">What takes its place, [d].</param>
    /// <param name="again">Whether the rollout is the latest one, again.</param>
    /// <param name="guarded">Whether the correction is held back (<see cref="Guarded"/>).</param>
    /// <param name="localSteps">H, to record what the last step leaves of gradients.</param>
    internal void Advance(
        LocalStep step, int round, double eta, Tensor own, Tensor mean, bool again = false, bool guarded = false, int localSteps = 0)
    {
        if (Learns)
        {
            Advance(step, round, eta, g => guarded ? Guarded(g, own, mean, step) : g.sub_(own).Add(mean), again: again);
            return;
        }
        Tensor gradient = Gradient(Theta, step, round);
        ObserveSaturation(gradient, own, step, localSteps);
        if (guarded) Descend(Guarded(gradient, own, mean, step), eta, step);
        else Descend(gradient, own, mean, eta, step);
    }

    /// <summary>
    /// The direction gradient - s_i (own - mean) with s_i = min(1, |gradient_i| / |own_i|): a correction never outweighs a gradient that
    /// has become smaller than the memory of it. Records s_i.
    /// </summary>
    /// <param name="gradient">[n, d]; overwritten.</param>
    /// <param name="own">What each agent's gradient is corrected by, [n, d].</param>
    /// <param name="mean">What takes its place, [d].</param>
    /// <param name="step">The step.</param>
    public Tensor Guarded(Tensor gradient, Tensor own, Tensor mean, LocalStep step)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        double[] scales = ShareOfMemory(gradient, own, step);
        Metrics.Record(MetricNames.CorrectionScale, scales, MetricKind.Mean, step.Active);
        Tensor scale = tensor(scales, dtype: gradient.dtype, device: gradient.device).unsqueeze(1);
        return gradient.Add((mean - own).mul_(scale));
    }

    /// <summary>
    /// Brings Theta back to what the policy allows, for the agents that take the step. One that waits is left alone: projected again, it
    /// would move by a rounding, as often as others in its block are still busy.
    /// </summary>
    public void Project(LocalStep step)
    {
        if (step.Active is null)
        {
            Policy.Project(Theta);
            return;
        }
        Tensor projected = Theta.clone();
        Policy.Project(projected);
        Theta.copy_(where(MaskOf(step.Active, Theta), projected, Theta));
    }

    /// <summary>Writes rows into a state, for the agents that take part; the others' state stays.</summary>
    /// <param name="state">[n, ...].</param>
    /// <param name="rows">[n, ...].</param>
    /// <returns>The state.</returns>
    public Tensor Keep(Tensor state, Tensor rows)
    {
        ArgumentNullException.ThrowIfNull(state);
        return Active is null ? state.copy_(rows) : state.copy_(where(MaskOf(Active, state), rows, state));
    }

    /// <summary>Rows with zeros in the place of those that are not active, [n, ...].</summary>
    public static Tensor Masked(Tensor rows, bool[]? active)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return active is null ? rows : where(MaskOf(active, rows), rows, zeros_like(rows));
    }

    private static Tensor MaskOf(bool[] active, Tensor rows)
    {
        Tensor mask = tensor(active, device: rows.device);
        return rows.dim() == 1 ? mask : mask.view([active.Length, .. Enumerable.Repeat(1L, (int)rows.dim() - 1)]);
    }
}
