using System.Numerics;
using FedPG.Core.Streams;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Envs.Returns;
using FedPG.Policies;
using FedPG.Policies.Episodic;

namespace FedPG.Federation.Rollouts;

/// <summary>
/// Plays a batch of trajectories of one agent side by side: at each step the policy sees the observations of all that still run, and those
/// that have ended cost nothing more. Seeds of environments and the numbers behind actions come from the batch's stream, so a trajectory is
/// a function of its key, the parameters and the agent. One thread at a time; nothing is allocated a step.
/// </summary>
internal sealed class Rollout<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly EpisodicPolicy _policy;
    private readonly IActor<T> _actor;
    private readonly Box? _bounds;
    private readonly Objective _objective;
    private readonly PromisedNumbers _promised;
    private readonly double[] _raw, _actions, _logs, _clipped;
    private readonly int _rawSize, _actionSize;
    private readonly T[] _heads, _memory;
    private readonly int[] _running, _numbers;
    private readonly bool[] _terminal;
    private StepWatch.Slot? _watch;

    /// <summary>Creates the arrays.</summary>
    /// <param name="environment">The environment of all agents.</param>
    /// <param name="policy">The policy.</param>
    /// <param name="objective">How rewards become costs.</param>
    /// <param name="trajectories">B.</param>
    /// <param name="horizon">K.</param>
    public Rollout(EpisodicEnvironment environment, EpisodicPolicy policy, Objective objective, int trajectories, int horizon)
    {
        (_policy, _actor, _objective, _bounds) = (policy, policy.CreateActor<T>(), objective, environment.ActionSpace as Box);
        _promised = new PromisedNumbers(environment);
        Batch = new EpisodeBatch(trajectories, horizon, environment.Discount);
        _rawSize = environment.ObservationSpace.Size;
        _actionSize = policy.ActionSize;
        (_raw, _actions, _clipped) = (new double[trajectories * _rawSize], new double[trajectories * _actionSize], new double[_actionSize]);
        (_heads, _running, _numbers) = (new T[trajectories * policy.HeadSize], new int[trajectories], new int[trajectories]);
        (_logs, _terminal) = (new double[trajectories], new bool[trajectories]);
        _memory = new T[trajectories * policy.MemorySize];
    }

    /// <summary>Whether the most likely action is taken, in the place of one that is drawn.</summary>
    public bool Greedy { get; set; }

    /// <summary>The latest batch.</summary>
    public EpisodeBatch Batch { get; }

    /// <summary>New environments for an agent, one a trajectory.</summary>
    public static IEnvironment[] Environments(EpisodicEnvironment environment, int agent, int trajectories) =>
        [.. Enumerable.Range(0, trajectories).Select(_ => environment.CreateAlike(agent))];

    /// <summary>Plays one batch.</summary>
    /// <param name="environments">The agent's environments, one a trajectory.</param>
    /// <param name="agent">The agent, in the environment that the policy was made for.</param>
    /// <param name="theta">The agent's parameters, [d].</param>
    /// <param name="key">The stream.</param>
    /// <param name="firstTrajectory">The number of the first trajectory in the stream.</param>
    /// <param name="entropy">Whether an entropy term is in use, so that terminal states are looked at too.</param>
    /// <param name="observations">Takes what was seen, a pair after the other, [B K, m].</param>
    /// <param name="actions">Takes what was done, [B K, ActionSize]; empty where nobody asks.</param>
    /// <exception cref="EnvironmentContractException">The environment gave an observation or a reward that it does not promise.</exception>
    public void Play(
        IEnvironment[] environments, int agent, ReadOnlySpan<T> theta, in StreamKey key, int firstTrajectory, bool entropy,
        Span<T> observations, Span<T> actions)
    {
        (int size, int head) = (_policy.ObservationSize, _policy.HeadSize);
        int running = environments.Length;
        _watch = StepWatch.For(environments[0]);
        Batch.Clear();
        Array.Clear(_terminal);
        Array.Clear(_memory);
        _actor.SetParameters(theta);
        bool posted = environments[0] is IPostedEnvironment { IsPosted: true };
        for (int b = 0; posted && b < running; b++) ((IPostedEnvironment)environments[b]).PostReset(SeedOf(key, firstTrajectory + b));
        for (int b = 0; b < running; b++)
        {
            _running[b] = b;
            long seed = SeedOf(key, firstTrajectory + b);
            _watch?.Begin(PlaceOf(key, seed), 0);
            environments[b].Reset(seed, Raw(b));
            _watch?.End();
            _promised.CheckReset(Raw(b), PlaceOf(key, seed));
        }
        for (int t = 0; t < Batch.Horizon && running > 0; t++)
        {
            int first = Batch.Pairs;
            for (int k = 0; k < running; k++)
                _policy.See<T>(Raw(_running[k]), agent, t > 0, Memory(_running[k]), observations.Slice((first + k) * size, size));
            _actor.Heads(observations.Slice(first * size, running * size), running, _heads);
            Remember(running, head);
            Batch.BeginStep();
            for (int k = 0; k < running; k++) _numbers[k] = firstTrajectory + _running[k];
            // log pi counts where entropy does, and costs a logarithm an action.
            if (Greedy) Choose(running, head);
            else _policy.Draw<T>(_heads.AsSpan(0, running * head), key, t, _numbers.AsSpan(0, running), _actions, entropy ? _logs : []);
            if (!actions.IsEmpty) Write(_actions.AsSpan(0, running * _actionSize), actions[(first * _actionSize)..]);
            for (int k = 0; posted && k < running; k++)
            {
                int b = _running[k];
                if (!_terminal[b]) ((IPostedEnvironment)environments[b]).PostStep(Clipped(_actions.AsSpan(k * _actionSize, _actionSize)));
            }
            int left = 0;
            for (int k = 0; k < running; k++)
            {
                int b = _running[k];
                ReadOnlySpan<double> action = _actions.AsSpan(k * _actionSize, _actionSize);
                if (_terminal[b]) Batch.AddTerminalAction(b, _logs[k], _policy.MeanLog<T>(_heads.AsSpan(k * head, head)));
                else if (Step(environments[b], b, t, action, _logs[k], entropy, key, firstTrajectory)) _running[left++] = b;
            }
            running = left;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _actor.Dispose();

    /// <summary>Makes a step; whether the trajectory is to be looked at again.</summary>
    private bool Step(
        IEnvironment environment, int b, int t, ReadOnlySpan<double> action, double log, bool entropy, in StreamKey key,
        int firstTrajectory)
    {
        _watch?.Begin(PlaceOf(key, SeedOf(key, firstTrajectory + b)), t + 1);
        StepResult result = environment.Step(Clipped(action), Raw(b));
        _watch?.End();
        if (!_promised.Hold(result, Raw(b)))
            _promised.CheckStep(result, Raw(b), action, PlaceOf(key, SeedOf(key, firstTrajectory + b)), t + 1);
        Batch.AddTransition(b, result.Reward, _objective.Cost(result.Reward), log);
        if (!result.Terminated) return !result.Truncated;
        Batch.Terminate(b, _objective.Cost(0));
        return _terminal[b] = entropy;
    }

    /// <summary>Takes from the heads of a step what is remembered.</summary>
    private void Remember(int running, int head)
    {
        if (_memory.Length == 0) return;
        for (int k = 0; k < running; k++) _policy.MemoryOf<T>(_heads.AsSpan(k * head, head)).CopyTo(Memory(_running[k]));
    }

    private Span<T> Memory(int trajectory) => _memory.AsSpan(trajectory * _policy.MemorySize, _policy.MemorySize);

    /// <summary>The most likely actions.</summary>
    private void Choose(int running, int head)
    {
        for (int k = 0; k < running; k++)
            _policy.Mode<T>(_heads.AsSpan(k * head, head), _actions.AsSpan(k * _actionSize, _actionSize));
    }

    /// <summary>The action within the action space.</summary>
    private ReadOnlySpan<double> Clipped(ReadOnlySpan<double> action)
    {
        if (_bounds is null) return action;
        for (int k = 0; k < action.Length; k++) _clipped[k] = Math.Clamp(action[k], _bounds.Low[k], _bounds.High[k]);
        return _clipped;
    }

    private static void Write(ReadOnlySpan<double> from, Span<T> to)
    {
        for (int k = 0; k < from.Length; k++) to[k] = T.CreateTruncating(from[k]);
    }

    private Span<double> Raw(int trajectory) => _raw.AsSpan(trajectory * _rawSize, _rawSize);

    private static PromisedNumbers.Place PlaceOf(in StreamKey key, long seed) => new(seed, key.Agent, key.Round, key.Purpose);

    private static long SeedOf(in StreamKey key, int trajectory) => TrajectorySeeds.Of(key, trajectory);
}
