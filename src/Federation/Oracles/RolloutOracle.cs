using System.Numerics;
using FedPG.Envs;
using FedPG.Envs.Sampling;
using FedPG.Envs.Streams;
using FedPG.Federation.Rollouts;
using FedPG.Policies;
using FedPG.Policies.Observations;
using static TorchSharp.torch;

namespace FedPG.Federation.Oracles;

/// <summary>
/// The truncated policy gradient of an environment that is stepped, estimated from B trajectories an agent, Eq. (5) or GPOMDP: the trajectories are played
/// without a graph, then log pi of the pairs met is evaluated with one, for all agents of the block in the same operations, and one backward pass gives
/// all gradients. Pairs are taken in chunks of a fixed size, so an agent's bits do not depend on how many pairs others met.
/// </summary>
public sealed class RolloutOracle : IOracle
{
    /// <summary>Pairs of an agent that are differentiated at once: an evaluation and its backward pass have a fixed cost of some 300 microseconds, and what a last chunk lacks is computed for nothing.</summary>
    private const int LargestChunk = 512;

    private readonly OracleSetup _setup;
    private readonly ObservationPolicy _policy;
    private readonly SamplerSettings _settings;
    private readonly IEnvironment[][] _environments;
    private readonly IDisposable _rollout;
    private readonly Tensor _observations, _actions, _weights;
    private readonly int _chunk, _capacity;
    private readonly int[] _pairs;
    private readonly RolloutStatistics[] _rollouts;

    /// <summary>Creates environments and work arrays for a block.</summary>
    /// <param name="setup">The block.</param>
    /// <param name="settings">How trajectories become weights.</param>
    public RolloutOracle(OracleSetup setup, SamplerSettings settings)
    {
        ArgumentNullException.ThrowIfNull(setup);
        ArgumentNullException.ThrowIfNull(settings);
        (_setup, _policy, _settings) = (setup, (ObservationPolicy)setup.Policy, settings);
        var environment = (SteppedEnvironment)setup.Environment;
        _environments = [.. Enumerable.Range(setup.First, setup.Count).Select(agent => Rollout<float>.Environments(environment, agent, settings.Trajectories))];
        int pairs = settings.Trajectories * settings.Horizon;
        _chunk = Math.Min(LargestChunk, RoundedUp(pairs, 16));
        _capacity = RoundedUp(pairs, _chunk);
        ScalarType dtype = _policy.Format.Dtype;
        _rollout = dtype == ScalarType.Float64
            ? new Rollout<double>(environment, _policy, setup.Objective, settings.Trajectories, settings.Horizon)
            : new Rollout<float>(environment, _policy, setup.Objective, settings.Trajectories, settings.Horizon);
        _observations = zeros(setup.Count, _capacity, _policy.ObservationSize, dtype: dtype).DetachFromDisposeScope();
        _actions = zeros(setup.Count, _capacity, _policy.ActionSize, dtype: dtype).DetachFromDisposeScope();
        _weights = zeros(setup.Count, _capacity, dtype: dtype).DetachFromDisposeScope();
        (_pairs, _rollouts) = (new int[setup.Count], new RolloutStatistics[setup.Count]);
    }

    /// <inheritdoc/>
    public long EnvSteps { get; private set; }

    /// <inheritdoc/>
    public IReadOnlyList<RolloutStatistics> Rollouts => _rollouts;

    /// <inheritdoc/>
    public GradientBatch Batch => new(_settings.Horizon, _settings.Trajectories);

    /// <inheritdoc/>
    public void Directions(Tensor rows, bool sameRows, BatchKey batch, Tensor directions)
    {
        ArgumentNullException.ThrowIfNull(directions);
        Tensor parameters = rows.cpu().contiguous();
        if (_rollout is Rollout<double> precise) Sample(precise, parameters, batch);
        else Sample((Rollout<float>)_rollout, parameters, batch);
        directions.zero_();
        for (int first = 0; first < _pairs.Max(); first += _chunk)
        {
            using IDisposable scope = NewDisposeScope();
            AddDirections(rows, first, directions);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _rollout.Dispose();
        _observations.Dispose();
        _actions.Dispose();
        _weights.Dispose();
    }

    private void Sample<T>(Rollout<T> rollout, Tensor parameters, BatchKey batch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int d, int m, int a) = (_policy.Layout.Length, _capacity * _policy.ObservationSize, _capacity * _policy.ActionSize);
        ReadOnlySpan<T> thetas = parameters.Span<T>();
        Span<T> observations = _observations.Span<T>(), actions = _actions.Span<T>(), weights = _weights.Span<T>();
        double temperature = _setup.Entropy.At(batch.Round);
        for (int i = 0; i < _setup.Count; i++)
        {
            int before = _pairs[i];
            _pairs[i] = 0;
            Span<T> own = weights.Slice(i * _capacity, _capacity);
            if (batch.Has(i))
            {
                int agent = _setup.First + i;
                var key = new StreamKey(_setup.Seed, _setup.Purpose, agent, batch.Round, batch.LocalStep);
                rollout.Play(_environments[i], thetas.Slice(i * d, d), key, 0, temperature != 0, observations.Slice(i * m, m), actions.Slice(i * a, a));
                EpisodeBatch met = rollout.Batch;
                met.ScoreWeights(_settings, temperature, own);
                _pairs[i] = met.Pairs;
                EnvSteps += met.EnvSteps;
                if (batch.Observe) _rollouts[i] = new RolloutStatistics(met.EnvSteps, met.RewardSum, met.Trajectories);
            }
            // What an earlier batch left behind weighs nothing.
            if (before > _pairs[i]) own[_pairs[i]..before].Clear();
        }
    }

    /// <summary>Adds the gradients of one chunk of pairs, of those agents that met so many.</summary>
    private void AddDirections(Tensor rows, int first, Tensor directions)
    {
        Device device = _policy.Format.Device;
        long[] agents = [.. Enumerable.Range(0, _setup.Count).Where(i => _pairs[i] > first).Select(i => (long)i)];
        Tensor? chosen = agents.Length < _setup.Count ? tensor(agents) : null;
        Tensor Chunk(Tensor of) => (chosen is null ? of.narrow(1, first, _chunk) : of.narrow(1, first, _chunk).index_select(0, chosen)).to(device);
        Tensor thetas = chosen is null ? rows : rows.index_select(0, chosen.to(device)), part = empty_like(thetas);
        _policy.Evaluate(thetas, Chunk(_observations), Chunk(_actions)).Backward(Chunk(_weights), part);
        if (chosen is null) directions.Add(part);
        else for (int k = 0; k < agents.Length; k++) directions[agents[k]].Add(part[k]);
    }

    private static int RoundedUp(int number, int multiple) => (number + multiple - 1) / multiple * multiple;
}
