using System.Numerics;
using FedPG.Core.Metrics;
using FedPG.Core.Streams;
using FedPG.Envs.Returns;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Estimators.Critics;

/// <summary>
/// Policy gradients with a learned critic: <c>actor-critic</c>, whose rollout is good for one update, and <c>ppo</c>, which goes through it
/// several times and clips what ratios may earn (<see cref="CriticLoss"/>). Gradients are of policy and values together, a row each; with
/// one agent's rows they depend on nothing of others.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class CriticEstimator<T> : IRolloutLearner, IHeadLoss<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Steps that are differentiated at once where all of a rollout are.</summary>
    private const int ChunkSize = 512;

    private readonly EstimatorSetup _setup;
    private readonly CriticOptions _options;
    private readonly UpdatePlan _plan;
    private readonly HeadSource<T> _source;
    private readonly RolloutPlayer<T> _player;
    private readonly Minibatches _minibatches;
    private readonly RolloutSequences _sequences;
    private readonly UpdateSums[] _shown;
    private readonly double[] _means;
    private readonly int _pairs;
    private double[] _logs = [], _old = [], _advantages = [], _weights = [], _slopes = [];
    private T[] _actions = [];
    private double _temperature;
    private double? _clip;
    private int _count;

    /// <summary>Makes environments and work arrays for a block.</summary>
    /// <param name="setup">The block.</param>
    /// <param name="settings">What is played and learnt.</param>
    /// <param name="source">The block's policy; disposed with the estimator.</param>
    public CriticEstimator(EstimatorSetup setup, CriticSettings settings, HeadSource<T> source)
    {
        (_setup, _options, _plan, _source, _pairs) = (setup, settings.Options, settings.Options.Plan, source, settings.Pairs);
        _player = new RolloutPlayer<T>(setup, settings, source);
        _sequences = settings.SequencesOf(source.MemorySize > 0);
        _minibatches = new Minibatches(setup.Count, _pairs, _plan, _sequences);
        _shown = [.. Enumerable.Range(0, setup.Count).Select(_ => new UpdateSums())];
        _means = new double[setup.Count];
    }

    /// <inheritdoc/>
    public long EnvSteps => _player.EnvSteps;

    /// <inheritdoc/>
    public IReadOnlyList<RolloutStatistics> Rollouts => _player.Shown;

    /// <inheritdoc/>
    public object State => _player.State;

    /// <inheritdoc/>
    public int Trajectories => _options.Trajectories;

    /// <inheritdoc/>
    public int Updates => _minibatches.Count;

    /// <inheritdoc/>
    public void Play(Tensor rows, BatchKey batch)
    {
        _player.Play(rows, batch);
        foreach (UpdateSums shown in _shown) shown.Clear();
    }

    /// <inheritdoc/>
    public void Directions(Tensor rows, bool sameRows, BatchKey batch, Tensor directions)
    {
        ArgumentNullException.ThrowIfNull(directions);
        Play(rows, batch);
        (_temperature, _clip, _count) = (_setup.Entropy.At(batch.Round), null, _pairs);
        directions.zero_();
        Tensor part = empty_like(directions);
        int size = Math.Max(1, ChunkSize / _sequences.Steps) * _sequences.Steps;
        for (int first = 0; first < _pairs; first += size)
        {
            using IDisposable scope = NewDisposeScope();
            var chosen = new ChosenPairs(null, first, Math.Min(size, _pairs - first), batch.Active) { Sequences = _sequences };
            _source.Gradients(rows, _player.State.Observations, chosen, this, part);
            _ = directions.Add(part);
        }
        foreach (UpdateSums shown in _shown) shown.Clear();
    }

    /// <inheritdoc/>
    public void Gradient(int update, Tensor rows, BatchKey batch, Tensor gradients)
    {
        for (int i = 0; i < _setup.Count; i++)
        {
            var key = new StreamKey(_setup.Seed, _setup.Purpose, _setup.First + i, batch.Round, batch.LocalStep);
            if (batch.Has(i)) _minibatches.Shuffle(update, i, key);
        }
        (_temperature, _clip, _count) = (_setup.Entropy.At(batch.Round), _plan.Clip, _minibatches.SizeOf(update));
        var chosen = new ChosenPairs(_minibatches, update, _count, batch.Active) { Sequences = _sequences };
        _source.Gradients(rows, _player.State.Observations, chosen, this, gradients);
    }

    /// <inheritdoc/>
    public void Adapt(Tensor rows, bool[]? active)
    {
        ArgumentNullException.ThrowIfNull(rows);
        bool isHere = rows.device_type == TorchSharp.DeviceType.CPU && rows.is_contiguous();
        Tensor here = isHere ? rows : rows.cpu().contiguous();
        int d = (int)rows.shape[1], size = _pairs * _source.Seen;
        for (int i = 0; i < _setup.Count; i++)
        {
            if (active is null || active[i])
                _source.Adapt(here.Span<T>().Slice(i * d, d), _player.State.Observations.Span<T>().Slice(i * size, size));
        }
        if (!isHere) rows.copy_(here);
    }

    /// <inheritdoc/>
    public void Report(MetricRecorder metrics, bool[]? active)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        Record("train/clip_fraction", shown => shown.Clipped);
        Record("train/approx_kl", shown => shown.Divergence);
        Record("train/entropy", shown => shown.Entropy);
        Record("train/value_loss", shown => shown.ValueError);

        void Record(string name, Func<UpdateSums, double> sum)
        {
            for (int i = 0; i < _means.Length; i++) _means[i] = sum(_shown[i]) / Math.Max(1, _shown[i].Pairs);
            metrics.Record(name, _means, MetricKind.Mean, active);
        }
    }

    /// <inheritdoc/>
    public void Slopes(int row, ReadOnlySpan<int> pairs, ReadOnlySpan<T> heads, Span<T> slopes)
    {
        (int count, int h, int size) = (pairs.Length, _source.HeadSize, _source.ActionSize);
        MakeRoom(count);
        Tensor done = _player.State.Actions;
        ReadOnlySpan<T> actions = done.Span<T>().Slice(row * _pairs * size, _pairs * size);
        Gather(row, pairs, actions);
        Span<double> logs = _logs.AsSpan(0, count), by = _slopes.AsSpan(0, count), advantages = _advantages.AsSpan(0, count);
        ReadOnlySpan<double> weights = _weights.AsSpan(0, count);
        ReadOnlySpan<T> chosen = _actions.AsSpan(0, count * size);
        if (_options.AdvantageScale == AdvantageScale.Minibatch) Advantages.Normalise(advantages);
        _source.Logs(heads, chosen, logs);
        CriticLoss.PolicySlopes(logs, _old.AsSpan(0, count), advantages, weights, _clip, _count, _shown[row], by);
        _shown[row].Entropy += _source.PolicySlopes(heads, chosen, by, -_temperature / _count, slopes);
        ReadOnlySpan<double> targets = _player.State.Targets.Span<double>().Slice(row * _pairs, _pairs);
        for (int k = 0; k < count; k++)
        {
            int last = ((k + 1) * h) - 1;
            double value = double.CreateTruncating(heads[last]), target = targets[pairs[k]];
            slopes[last] = T.CreateTruncating(CriticLoss.ValueSlope(value, target, weights[k], _options.ValueWeight, _count));
            _shown[row].ValueError += (value - target) * (value - target);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _player.Dispose();

    private void Gather(int row, ReadOnlySpan<int> pairs, ReadOnlySpan<T> actions)
    {
        RolloutState rollout = _player.State;
        (int start, int size) = (row * _pairs, _source.ActionSize);
        ReadOnlySpan<double> logs = rollout.Logs.Span<double>().Slice(start, _pairs);
        ReadOnlySpan<double> advantages = rollout.Advantages.Span<double>().Slice(start, _pairs);
        ReadOnlySpan<double> weights = rollout.Weights.Span<double>().Slice(start, _pairs);
        for (int k = 0; k < pairs.Length; k++)
        {
            int p = pairs[k];
            (_old[k], _advantages[k], _weights[k]) = (logs[p], advantages[p], weights[p]);
            actions.Slice(p * size, size).CopyTo(_actions.AsSpan(k * size));
        }
    }

    private void MakeRoom(int count)
    {
        if (_logs.Length >= count) return;
        (_logs, _old, _advantages) = (new double[count], new double[count], new double[count]);
        (_weights, _slopes, _actions) = (new double[count], new double[count], new T[count * _source.ActionSize]);
    }
}
