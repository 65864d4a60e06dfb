using FedPG.Core.Metrics;
using FedPG.Envs.Returns;
using FedPG.Federation.Estimators;
using FedPG.Federation.Optimizers;
using FedPG.Federation.States;
using FedPG.Policies;
using static TorchSharp.torch;

namespace FedPG.Federation.Agents;

/// <summary>
/// n neighbouring agents as rows: their parameters, their state and their gradient estimator. What an agent knows is here: its own rows,
/// and what the server has broadcast. Functions of an algorithm see an <see cref="AgentBlock{TState}"/>. One thread at a time.
/// </summary>
public abstract partial class AgentBlock : IBlockObservations, IDisposable
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

    private static void Keep(Dictionary<string, Tensor> kept, string name, Tensor vector)
    {
        ArgumentNullException.ThrowIfNull(vector);
        if (kept.TryGetValue(name, out Tensor? existing)) existing.copy_(vector);
        else kept[name] = vector.clone().DetachFromDisposeScope();
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
