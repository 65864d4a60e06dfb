using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Federation.Rollouts;
using FedPG.Federation.States;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Estimators.Critics;

/// <summary>
/// The environments of a block's agents, B each, which go on from rollout to rollout: an episode ends when it terminates or is cut, not
/// when a rollout does. Where each stands is state, as the seed of its episode and what was done in it since: from a checkpoint the episode
/// is played again. One thread at a time; nothing is allocated a step.
/// </summary>
internal sealed class ContinuingEpisodes : IDisposable
{
    private readonly IEnvironment[] _environments;
    private readonly PromisedNumbers _promised;
    private readonly Box? _bounds;
    private readonly long[] _seeds;
    private readonly int[] _steps;
    private readonly double[] _raw, _clipped, _rewards;
    private readonly int _first, _width, _limit, _rawSize, _actionSize;

    /// <summary>Makes the environments; episodes begin when they are asked for.</summary>
    /// <param name="environment">The environment of all agents.</param>
    /// <param name="first">The first agent of the block.</param>
    /// <param name="count">n.</param>
    /// <param name="width">B.</param>
    /// <param name="limit">The steps after which an episode is cut.</param>
    /// <param name="actionSize">The numbers of an action.</param>
    public ContinuingEpisodes(EpisodicEnvironment environment, int first, int count, int width, int limit, int actionSize)
    {
        (_first, _width, _limit, _actionSize) = (first, width, limit, actionSize);
        (_promised, _bounds) = (new PromisedNumbers(environment), environment.ActionSpace as Box);
        _rawSize = environment.ObservationSpace.Size;
        int all = count * width;
        _environments = [.. Enumerable.Range(0, all).Select(k => environment.CreateAlike(first + (k / width)))];
        (_seeds, _steps, _raw, _clipped) = (new long[all], new int[all], new double[all * _rawSize], new double[actionSize]);
        _rewards = new double[all];
        Array.Fill(_seeds, -1);
        State = new Places(
            zeros(count, width, dtype: ScalarType.Float64).Shift(-1).DetachFromDisposeScope(),
            zeros(count, width, dtype: ScalarType.Float64).DetachFromDisposeScope(),
            zeros([count, width, limit, actionSize], dtype: ScalarType.Float64).DetachFromDisposeScope());
    }

    /// <summary>One of the environments.</summary>
    public IEnvironment Sample => _environments[0];

    /// <summary>Where the episodes stand.</summary>
    /// <param name="Seeds">The seed of each, [n, B], float64; -1 before the first.</param>
    /// <param name="Steps">The steps taken, [n, B], float64.</param>
    /// <param name="Past">What was done in them, [n, B, limit, ActionSize], float64; what stands beyond the steps is of earlier
    /// ones.</param>
    public sealed record Places(Tensor Seeds, Tensor Steps, Tensor Past) : IStateRecord;

    /// <summary>The state.</summary>
    public Places State { get; }

    /// <summary>Brings an episode to where its state says that it stands; begins the first one.</summary>
    /// <param name="row">The agent's row.</param>
    /// <param name="b">Which of its environments.</param>
    /// <param name="seed">The seed of the first episode.</param>
    public void Return(int row, int b, long seed)
    {
        int k = (row * _width) + b;
        long stored = (long)Numbers(State.Seeds)[k];
        int steps = (int)Numbers(State.Steps)[k];
        if (stored < 0)
        {
            Begin(row, b, seed);
            return;
        }
        if (_seeds[k] == stored && _steps[k] == steps) return;
        Begin(row, b, stored);
        ReadOnlySpan<double> past = Past(k);
        for (int t = 0; t < steps; t++) _ = Act(k, past.Slice(t * _actionSize, _actionSize));
        Numbers(State.Steps)[k] = steps;
    }

    /// <summary>Begins an episode.</summary>
    /// <param name="row">The agent's row.</param>
    /// <param name="b">Which of its environments.</param>
    /// <param name="seed">Its seed.</param>
    public void Begin(int row, int b, long seed)
    {
        int k = (row * _width) + b;
        _environments[k].Reset(seed, Raw(k));
        _promised.CheckReset(Raw(k), new PromisedNumbers.Place(seed, _first + row));
        (_seeds[k], _steps[k], _rewards[k]) = (seed, 0, 0);
        (Numbers(State.Seeds)[k], Numbers(State.Steps)[k]) = (seed, 0);
    }

    /// <summary>Takes a step; the episode is begun anew by the caller where it ended.</summary>
    /// <param name="row">The agent's row.</param>
    /// <param name="b">Which of its environments.</param>
    /// <param name="action">What is done, before it is clipped.</param>
    /// <param name="end">How it ended.</param>
    /// <returns>The reward.</returns>
    public double Step(int row, int b, ReadOnlySpan<double> action, out StepEnd end)
    {
        int k = (row * _width) + b;
        action.CopyTo(Past(k)[(_steps[k] * _actionSize)..]);
        StepResult result = Act(k, action);
        Numbers(State.Steps)[k] = _steps[k];
        end = result.Terminated ? StepEnd.Terminated : result.Truncated || _steps[k] >= _limit ? StepEnd.Truncated : StepEnd.None;
        return result.Reward;
    }

    /// <summary>What is observed where an episode stands.</summary>
    /// <param name="row">The agent's row.</param>
    /// <param name="b">Which of its environments.</param>
    public ReadOnlySpan<double> Observation(int row, int b) => Raw((row * _width) + b);

    /// <summary>The steps taken in an episode, and the sum of its rewards.</summary>
    /// <param name="row">The agent's row.</param>
    /// <param name="b">Which of its environments.</param>
    public (int Steps, double Rewards) SoFar(int row, int b) => (_steps[(row * _width) + b], _rewards[(row * _width) + b]);

    /// <inheritdoc/>
    public void Dispose() => StateTensors.Dispose(State);

    private static Span<double> Numbers(Tensor tensor) => FedPG.Policies.Torch.TensorSpans.Span<double>(tensor);

    private StepResult Act(int k, ReadOnlySpan<double> action)
    {
        ReadOnlySpan<double> within = action;
        if (_bounds is not null)
        {
            for (int j = 0; j < action.Length; j++) _clipped[j] = Math.Clamp(action[j], _bounds.Low[j], _bounds.High[j]);
            within = _clipped;
        }
        StepResult result = _environments[k].Step(within, Raw(k));
        _steps[k]++;
        _rewards[k] += result.Reward;
        if (!_promised.Hold(result, Raw(k)))
            _promised.CheckStep(result, Raw(k), action, new PromisedNumbers.Place(_seeds[k], _first + (k / _width)), _steps[k]);
        return result;
    }

    private Span<double> Raw(int k) => _raw.AsSpan(k * _rawSize, _rawSize);

    private Span<double> Past(int k) => Numbers(State.Past).Slice(k * _limit * _actionSize, _limit * _actionSize);
}
