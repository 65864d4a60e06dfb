using System.Numerics;
using FedPG.Core.Streams;
using FedPG.Envs.Returns;
using FedPG.Federation.Rollouts;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Estimators.Critics;

/// <summary>Plays rollouts of a block's agents and writes their advantages. One thread at a time; nothing is allocated a step.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class RolloutPlayer<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly EstimatorSetup _setup;
    private readonly CriticOptions _options;
    private readonly HeadSource<T> _source;
    private readonly ContinuingEpisodes _episodes;
    private readonly RolloutStatistics[] _shown;
    private readonly double[] _rewards, _values, _after, _actions, _logs, _powers;
    private readonly StepEnd[] _ends;
    private readonly int[] _numbers, _asked;
    private readonly int _width, _pairs;
    private readonly double _gamma;
    private readonly ExplorationBonus? _bonus;
    private readonly T[] _heads;
    private T[] _last;
    private double _bonusWeight;

    /// <summary>Makes the environments of a block.</summary>
    /// <param name="setup">The block.</param>
    /// <param name="settings">What is played.</param>
    /// <param name="source">The policy.</param>
    public RolloutPlayer(EstimatorSetup setup, CriticSettings settings, HeadSource<T> source)
    {
        (_setup, _options, _source) = (setup, settings.Options, source);
        (_width, _pairs, _gamma) = (_options.Trajectories, settings.Pairs, settings.Environment.Discount);
        _episodes = new ContinuingEpisodes(
            settings.Environment, setup.First, setup.Count, _width, settings.EpisodeSteps, source.ActionSize);
        _bonus = ExplorationBonus.Create(_options.Exploration, settings.Environment.ObservationSpace, setup.Count, setup.Seed);
        State = RolloutState.Create(
            _episodes.State, setup.Count, _width, _pairs, source.Seen, source.ActionSize, setup.Policy.Format, _bonus?.Memory,
            source.MemorySize);
        _shown = new RolloutStatistics[setup.Count];
        (_rewards, _values, _after, _ends) = (new double[_pairs], new double[_pairs], new double[_pairs], new StepEnd[_pairs]);
        (_actions, _logs) = (new double[_width * source.ActionSize], new double[_width]);
        (_numbers, _asked) = ([.. Enumerable.Range(0, _width)], new int[_pairs]);
        (_heads, _last) = (new T[_width * source.HeadSize], new T[_width * source.Seen]);
        _powers = new double[settings.EpisodeSteps + 1];
        for (int t = 0; t < _powers.Length; t++) _powers[t] = Math.Pow(_gamma, t);
    }

    /// <summary>The latest rollout, and where the episodes stand.</summary>
    public RolloutState State { get; }

    /// <summary>Transitions since the start.</summary>
    public long EnvSteps { get; private set; }

    /// <summary>The episodes that ended in each agent's latest observed rollout, [n].</summary>
    public IReadOnlyList<RolloutStatistics> Shown => _shown;

    /// <summary>Plays a rollout.</summary>
    /// <param name="rows">Theta, [n, d].</param>
    /// <param name="batch">Which batch of randomness to use.</param>
    public void Play(Tensor rows, BatchKey batch)
    {
        _source.ActWith(rows.cpu().contiguous());
        _bonusWeight = _options.Exploration.Weight.At(batch.Round);
        for (int i = 0; i < _setup.Count; i++)
        {
            if (!batch.Has(i)) continue;
            _source.ActFor(i);
            RolloutStatistics ended = Play(i, new StreamKey(_setup.Seed, _setup.Purpose, _setup.First + i, batch.Round, batch.LocalStep));
            if (batch.Observe) _shown[i] = ended;
            Judge(i);
            EnvSteps += _pairs;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _source.Dispose();
        States.StateTensors.Dispose(State);
    }

    private Span<double> Of(Tensor tensor, int row) => tensor.Span<double>().Slice(row * _pairs, _pairs);

    private Span<T> Of(Tensor tensor, int row, int size) => tensor.Span<T>().Slice(row * _pairs * size, _pairs * size);

    /// <summary>Plays T steps of B environments, and asks for the values of what follows where episodes were cut.</summary>
    private RolloutStatistics Play(int row, in StreamKey key)
    {
        (int m, int k, int agent) = (_source.Seen, _source.ActionSize, _setup.First + row);
        Span<T> seen = Of(State.Observations, row, m), done = Of(State.Actions, row, k);
        Span<double> logs = Of(State.Logs, row), weights = Of(State.Weights, row);
        (long steps, double sum, long episodes, int begun, int asked) = (0, 0, 0, 0, 0);
        StepWatch.Slot? watch = StepWatch.For(_episodes.Sample);
        for (int b = 0; b < _width; b++)
        {
            watch?.Begin(PlaceOf(key, b), 0);
            _episodes.Return(row, b, TrajectorySeeds.Of(key, b));
            watch?.End();
        }
        for (int t = 0, p = 0; t < _options.Horizon; t++, p += _width)
        {
            for (int b = 0; b < _width; b++) See(row, b, agent, seen.Slice((p + b) * m, m));
            _source.Heads(seen.Slice(p * m, _width * m), _width, _heads);
            Remember(row);
            _source.Draw(_heads.AsSpan(0, _width * _source.HeadSize), key, t, _numbers, _actions, _logs);
            for (int b = 0; b < _width; b++)
            {
                ReadOnlySpan<double> action = _actions.AsSpan(b * k, k);
                for (int j = 0; j < k; j++) done[((p + b) * k) + j] = T.CreateTruncating(action[j]);
                _values[p + b] = double.CreateTruncating(_heads[((b + 1) * _source.HeadSize) - 1]);
                logs[p + b] = _logs[b];
                weights[p + b] = _options.DiscountedWeights ? _powers[_episodes.SoFar(row, b).Steps] : 1;
                watch?.Begin(PlaceOf(key, b), t + 1);
                _rewards[p + b] = _episodes.Step(row, b, action, out StepEnd end);
                watch?.End();
                _ends[p + b] = end;
                if (_bonus is not null) _rewards[p + b] += _bonusWeight * _bonus.Of(row, _episodes.Observation(row, b));
                if (end == StepEnd.Truncated || (end == StepEnd.None && t == _options.Horizon - 1)) Ask(row, b, agent, p + b, ref asked);
                if (end == StepEnd.None) continue;
                (int length, double rewards) = _episodes.SoFar(row, b);
                (steps, sum, episodes) = (steps + length, sum + rewards, episodes + 1);
                // A seed of the stream that no environment has begun from: those from B on belong to episodes begun within the rollout.
                _episodes.Begin(row, b, TrajectorySeeds.Of(key, _width + begun++));
                MemoryOf(row, b).Clear();
            }
        }
        Answer(asked);
        return new RolloutStatistics(steps, sum, episodes);
    }

    private static PromisedNumbers.Place PlaceOf(in StreamKey key, int lane) =>
        new(TrajectorySeeds.Of(key, lane), key.Agent, key.Round, key.Purpose);

    /// <summary>Notes what is seen after a step, whose value is asked for.</summary>
    private void Ask(int row, int b, int agent, int pair, ref int asked)
    {
        int m = _source.Seen;
        if (_last.Length < (asked + 1) * m) Array.Resize(ref _last, 2 * _last.Length);
        See(row, b, agent, _last.AsSpan(asked * m, m));
        _asked[asked++] = pair;
    }

    /// <summary>Writes what is seen where an episode stands.</summary>
    private void See(int row, int b, int agent, Span<T> seen) =>
        _source.See(_episodes.Observation(row, b), agent, _episodes.SoFar(row, b).Steps > 0, MemoryOf(row, b), seen);

    /// <summary>Takes from the heads of a step what is remembered.</summary>
    private void Remember(int row)
    {
        if (State.Memory is null) return;
        int h = _source.HeadSize;
        for (int b = 0; b < _width; b++) _source.MemoryOf(_heads.AsSpan(b * h, h)).CopyTo(MemoryOf(row, b));
    }

    private Span<T> MemoryOf(int row, int b)
    {
        int size = _source.MemorySize;
        return State.Memory is { } memory ? memory.Numbers.Span<T>().Slice(((row * _width) + b) * size, size) : [];
    }

    private void Answer(int asked)
    {
        (int m, int h) = (_source.Seen, _source.HeadSize);
        for (int first = 0; first < asked; first += _width)
        {
            int count = Math.Min(_width, asked - first);
            _source.Heads(_last.AsSpan(first * m, count * m), count, _heads);
            for (int k = 0; k < count; k++) _after[_asked[first + k]] = double.CreateTruncating(_heads[((k + 1) * h) - 1]);
        }
    }

    /// <summary>Advantages and targets of the rollout that was played last.</summary>
    private void Judge(int row)
    {
        if (_options.NormaliseRewards)
        {
            RewardScale.Apply(
                State.Returns.Span<double>().Slice(row * 3, 3), State.Discounted.Span<double>().Slice(row * _width, _width), _ends, _gamma,
                _rewards);
        }
        Span<double> advantages = Of(State.Advantages, row);
        Advantages.Write(_rewards, _values, _ends, _after, _width, _gamma, _options.Lambda, advantages, Of(State.Targets, row));
        if (_options.AdvantageScale == AdvantageScale.Rollout) Advantages.Normalise(advantages);
    }
}
