using FedPG.Core.Metrics;
using FedPG.Envs.Returns;
using FedPG.Federation.Estimators;
using FedPG.Federation.Metrics;
using FedPG.Federation.Optimizers;
using FedPG.Federation.Rows;
using FedPG.Federation.States;
using FedPG.Policies;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Agents;

/// <summary>
/// n neighbouring agents as rows: their parameters, their state and their gradient estimator. What an agent knows is here: its own rows,
/// and what the server has broadcast. Functions of an algorithm see an <see cref="AgentBlock{TState}"/>. One thread at a time.
/// </summary>
public abstract class AgentBlock : IBlockObservations, IDisposable
{
    private readonly IGradientEstimator _estimator;
    private readonly Tensor _direction;
    private readonly Dictionary<string, Tensor> _received = [], _seen = [];
    private readonly double[] _norms;
    private readonly bool[] _stepping;
    private int[]? _ownSteps;

    private protected AgentBlock(int first, int count, Policy policy, IGradientEstimator estimator)
    {
        (First, Count, Policy, _estimator) = (first, count, policy, estimator);
        Theta = Rows(policy, count);
        _direction = Rows(policy, count);
        _stepping = new bool[count];
        _norms = new double[count];
        Metrics = new MetricRecorder(count);
        Optimizer = new LocalOptimizer(LocalOptimizerSettings.Plain, Theta);
    }

    /// <summary>The index of the first agent.</summary>
    public int First { get; }

    /// <summary>n, the number of agents.</summary>
    public int Count { get; }

    /// <summary>How the numbers of messages are written.</summary>
    public MessageFormat Messages { get; internal set; }

    /// <summary>The policy, evaluated for all rows at once.</summary>
    public Policy Policy { get; }

    /// <summary>
    /// theta_i, [n, d]: the rows that local steps change. Of a policy with personal parameters these are the shared ones; here and in all
    /// that an algorithm sees, d is their number (<see cref="ParameterLayout.SharedLength"/>). The personal ones are the block's own
    /// affair.
    /// </summary>
    public Tensor Theta { get; }

    /// <summary>The agents' personal parameters; null where a policy has none.</summary>
    internal PersonalRows? Personal
    {
        get;
        set
        {
            field = value;
            field?.Sampled = batch => CountTrajectories(batch);
        }
    }

    /// <summary>
    /// Which parameters each agent's policy depends on, 1 or 0 in [n, d], where means are over those that touch a parameter; else null.
    /// </summary>
    internal Tensor? Touched { get; set; }

    /// <summary>The algorithm's state record of these agents, whatever its type.</summary>
    internal abstract object StateRecord { get; }

    /// <summary>What the estimator keeps of these agents, rows [n, ...].</summary>
    internal object EstimatorState => _estimator.State;

    /// <summary>What the agents make of the directions of their steps.</summary>
    internal LocalOptimizer Optimizer { get; private set; }

    /// <summary>
    /// Whether a local step is a rollout with several updates (<see cref="IRolloutLearner"/>), which <c>Advance</c> takes together.
    /// </summary>
    internal bool Learns => _estimator is IRolloutLearner;

    /// <summary>Which agents take part in the round, [n]; null when all do. An algorithm leaves the state of the others as it is.</summary>
    public bool[]? Active { get; private set; }

    /// <summary>Takes what these agents record for the logs; no agent acts on it.</summary>
    public MetricRecorder Metrics { get; }

    /// <inheritdoc/>
    IEnumerable<MetricRows> IBlockObservations.Recorded => Metrics.Recorded;

    /// <inheritdoc/>
    public long EnvSteps => _estimator.EnvSteps;

    /// <inheritdoc/>
    public long Trajectories { get; private set; }

    /// <inheritdoc/>
    public IReadOnlyList<RolloutStatistics> Rollouts => _estimator.Rollouts;

    /// <summary>Everything received from the server, by name.</summary>
    public IReadOnlyDictionary<string, Tensor> Received => _received;

    /// <summary>What the block may look at for its observations, by name (<see cref="IAgents.Show"/>).</summary>
    public IReadOnlyDictionary<string, Tensor> Seen => _seen;

    /// <summary>Why the latest gradient of a row is no finite number, where the estimator knows; else null.</summary>
    public string? ErrorOf(int row) => _estimator.ErrorOf(row);

    /// <summary>A new matrix of zeros for rows of agents, [n, d] of shared parameters.</summary>
    public static Tensor Rows(Policy policy, int count)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return zeros(count, policy.Layout.SharedLength, dtype: policy.Format.Dtype, device: policy.Format.Device).DetachFromDisposeScope();
    }

    /// <summary>Keeps a copy of what the server sent, [d].</summary>
    public void Receive(string name, Tensor vector) => Keep(_received, name, vector);

    /// <summary>Keeps a copy of what the block may look at, [d].</summary>
    public void See(string name, Tensor vector) => Keep(_seen, name, vector);

    /// <summary>
    /// The agents' directions at rows [n, d]. The result is the block's own buffer, overwritten by the next call; copy what must last.
    /// </summary>
    public Tensor Gradient(Tensor rows, bool sameRows, BatchKey batch)
    {
        using IDisposable scope = NewDisposeScope();
        if (Personal is null) _estimator.Directions(rows, sameRows, batch, _direction);
        else Personal.Directions(rows, batch, StepCounts, _direction);
        CountTrajectories(batch);
        return _direction;
    }

    /// <summary>
    /// A batch of the agents' at rows [n, d], for several steps, good until the next batch or
    /// gradient is asked for; the caller disposes it.
    /// </summary>
    /// <param name="rows">Theta, [n, d].</param>
    /// <param name="server">thetabar in every row, [n, d].</param>
    /// <param name="sameRows">Whether all rows are known to be the server's.</param>
    /// <param name="batch">Which batch of randomness to use.</param>
    /// <exception cref="InvalidOperationException">The estimator keeps no batches
    /// (<see cref="EstimatorDefinition.OffersBatches"/>).</exception>
    internal SurrogateBatch Collect(Tensor rows, Tensor server, bool sameRows, BatchKey batch)
    {
        if (_estimator is not IBatchEstimator estimator)
            throw new InvalidOperationException($"{_estimator.GetType().Name} keeps no batches");
        using IDisposable scope = NewDisposeScope();
        SurrogateBatch collected = Personal is null
            ? estimator.Collect(rows, server, sameRows, batch)
            : PersonalBatch.Collect(estimator, Personal, rows, server, batch, StepCounts);
        CountTrajectories(batch);
        return collected;
    }

    /// <summary>
    /// The agents' gradients in a local step that started from equal rows: the batch of that step, observed if it is the first.
    /// </summary>
    /// <param name="rows">Theta, [n, d].</param>
    /// <param name="step">The step.</param>
    /// <param name="round">t.</param>
    /// <param name="fromEqualRows">Whether all rows are equal in step 0.</param>
    public Tensor Gradient(Tensor rows, LocalStep step, int round, bool fromEqualRows = true) =>
        Gradient(rows, sameRows: fromEqualRows && step.Index == 0, new BatchKey(round, step.Index, Observe: step.Index == 0, step.Active));

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

    /// <summary>
    /// Sets who takes part in what follows, and how many steps each takes. For those that run blocks; algorithms do not call it.
    /// </summary>
    /// <param name="active">Which agents take part, [n]; null for all.</param>
    /// <param name="steps">The local steps of each agent of the block, [n]; null for H each.</param>
    public void Enter(bool[]? active, ReadOnlySpan<int> steps)
    {
        Active = active;
        _ownSteps = steps.IsEmpty ? null : steps.ToArray();
        for (int i = 0; active is not null && _ownSteps is not null && i < Count; i++)
        {
            if (!active[i]) _ownSteps[i] = 0;
        }
    }

    /// <summary>Sets the local optimiser, before the first round. For those that make blocks; algorithms do not call it.</summary>
    /// <param name="settings">Which one.</param>
    internal void UseOptimizer(LocalOptimizerSettings settings)
    {
        Optimizer.Dispose();
        Optimizer = new LocalOptimizer(settings, Theta);
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

    private static void Keep(Dictionary<string, Tensor> kept, string name, Tensor vector)
    {
        ArgumentNullException.ThrowIfNull(vector);
        if (kept.TryGetValue(name, out Tensor? existing)) existing.copy_(vector);
        else kept[name] = vector.clone().DetachFromDisposeScope();
    }

    private static Tensor MaskOf(bool[] active, Tensor rows)
    {
        Tensor mask = tensor(active, device: rows.device);
        return rows.dim() == 1 ? mask : mask.view([active.Length, .. Enumerable.Repeat(1L, (int)rows.dim() - 1)]);
    }

    private void CountTrajectories(in BatchKey batch)
    {
        for (int i = 0; i < Count; i++) Trajectories += batch.Has(i) ? _estimator.Trajectories : 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        Theta.Dispose();
        _direction.Dispose();
        _estimator.Dispose();
        Personal?.Dispose();
        Touched?.Dispose();
        Optimizer.Dispose();
        Policy.Dispose();
        StateTensors.Dispose(StateRecord);
        foreach (Tensor tensor in _received.Values.Concat(_seen.Values)) tensor.Dispose();
    }
}
