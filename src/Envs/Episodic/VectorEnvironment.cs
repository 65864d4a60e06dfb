using System.Diagnostics.CodeAnalysis;
using FedPG.Core.Streams;

namespace FedPG.Envs.Episodic;

/// <summary>What a vectorised environment does with a lane whose episode has ended.</summary>
internal enum AutoresetMode
{
    /// <summary>
    /// The lane's next step resets it: the action is not looked at, the observation is the first of the new episode, the reward 0 and
    /// neither flag set. So every last observation is seen, and a step that begins an episode earns nothing. As Gymnasium's vector
    /// environments from 1.0 on.
    /// </summary>
    NextStep = 0,

    /// <summary>
    /// Nothing: the lane's observation is left as the caller has it, the reward is 0 and the flags stay as they were, until all lanes are
    /// reset.
    /// </summary>
    Disabled = 1,
}

/// <summary>What a step of B lanes gives, span by span; each is the caller's.</summary>
internal readonly ref struct LaneResults
{
    /// <summary>The observations, [B, size] row by row.</summary>
    public required Span<double> Observations { get; init; }

    /// <summary>The rewards, [B].</summary>
    public required Span<double> Rewards { get; init; }

    /// <summary>Whether each lane's episode came to its own end, [B].</summary>
    public required Span<bool> Terminated { get; init; }

    /// <summary>Whether each lane's episode was cut off, [B].</summary>
    public required Span<bool> Truncated { get; init; }
}

/// <summary>
/// B copies of one agent's environment that are stepped together on one thread, with the environment's limit of steps. Episode k of lane b
/// starts from a seed that follows from (seed, b, k), so a lane is the same however many there are, and the same as its environment stepped
/// alone. A step allocates nothing. Not thread-safe.
/// </summary>
internal sealed class VectorEnvironment
{
    private readonly IEnvironment[] _lanes;
    private readonly int[] _steps, _episodes;
    private readonly bool[] _terminated, _truncated;
    private readonly int _stepLimit;
    private long _seed = -1;

    /// <summary>Creates the copies.</summary>
    /// <param name="environment">The environment.</param>
    /// <param name="agent">The agent's index.</param>
    /// <param name="lanes">B, 1 or more.</param>
    /// <param name="autoreset">What happens to a lane whose episode has ended.</param>
    public VectorEnvironment(EpisodicEnvironment environment, int agent, int lanes, AutoresetMode autoreset = AutoresetMode.NextStep)
    {
        ArgumentNullException.ThrowIfNull(environment);
        ArgumentOutOfRangeException.ThrowIfLessThan(lanes, 1);
        _lanes = new IEnvironment[lanes];
        for (int b = 0; b < lanes; b++) _lanes[b] = environment.Create(agent);
        (_steps, _episodes, _terminated, _truncated) = (new int[lanes], new int[lanes], new bool[lanes], new bool[lanes]);
        (_stepLimit, Autoreset) = (environment.StepLimit ?? int.MaxValue, autoreset);
        (ObservationSpace, ActionSpace) = (environment.ObservationSpace, environment.ActionSpace);
    }

    /// <summary>B, the number of lanes.</summary>
    public int Lanes => _lanes.Length;

    /// <summary>What happens to a lane whose episode has ended.</summary>
    public AutoresetMode Autoreset { get; }

    /// <summary>What one lane's observations look like.</summary>
    public Space ObservationSpace { get; }

    /// <summary>What one lane's actions look like.</summary>
    public Space ActionSpace { get; }

    /// <summary>Begins the first episode of every lane.</summary>
    /// <param name="seed">0 to 2^53 - 1.</param>
    /// <param name="observations">Takes the first observations, [B, size] row by row.</param>
    public void Reset(long seed, Span<double> observations)
    {
        if (seed is < 0 or > EpisodeSeeds.Greatest)
            throw new ArgumentOutOfRangeException(nameof(seed), seed, $"a seed lies in 0 to {EpisodeSeeds.Greatest}");
        _seed = seed;
        Array.Clear(_episodes);
        for (int b = 0; IsPosted && b < _lanes.Length; b++) ((IPostedEnvironment)_lanes[b]).PostReset(EpisodeSeeds.Of(seed, b, 0));
        for (int b = 0; b < _lanes.Length; b++) Begin(b, Row(observations, b, ObservationSpace.Size));
    }

    /// <summary>Takes a step in every lane.</summary>
    /// <param name="actions">The actions, [B, size] row by row; those of lanes that begin a new episode are not looked at.</param>
    /// <param name="results">Takes what it gave.</param>
    /// <exception cref="InvalidOperationException">There was no reset yet.</exception>
    /// <exception cref="ArgumentException">A span has not the length it needs.</exception>
    [SuppressMessage("Naming", "CA1716:Identifiers should not match keywords", Justification = "Step is what the field calls it.")]
    public void Step(ReadOnlySpan<double> actions, in LaneResults results)
    {
        if (_seed < 0) throw new InvalidOperationException("Step was called before the first Reset");
        int lanes = _lanes.Length, size = ObservationSpace.Size, actionSize = ActionSpace.Size;
        bool fits = actions.Length == lanes * actionSize && results.Observations.Length == lanes * size
            && results.Rewards.Length == lanes && results.Terminated.Length == lanes && results.Truncated.Length == lanes;
        if (!fits)
        {
            throw new ArgumentException(
                $"{lanes} lanes need {lanes * actionSize} numbers of actions, {lanes * size} of observations, "
                + $"and {lanes} rewards and flags", nameof(results));
        }
        if (IsPosted) Post(actions, actionSize);
        for (int b = 0; b < lanes; b++)
        {
            Span<double> observation = Row(results.Observations, b, size);
            results.Rewards[b] = _terminated[b] || _truncated[b]
                ? AfterEnd(b, observation)
                : Advance(b, actions.Slice(b * actionSize, actionSize), observation);
            (results.Terminated[b], results.Truncated[b]) = (_terminated[b], _truncated[b]);
        }
    }

    private bool IsPosted => _lanes[0] is IPostedEnvironment { IsPosted: true };

    /// <summary>Hands over what all lanes are asked next, before any is waited for.</summary>
    private void Post(ReadOnlySpan<double> actions, int size)
    {
        for (int b = 0; b < _lanes.Length; b++)
        {
            var lane = (IPostedEnvironment)_lanes[b];
            if (!_terminated[b] && !_truncated[b]) lane.PostStep(actions.Slice(b * size, size));
            else if (Autoreset == AutoresetMode.NextStep) lane.PostReset(EpisodeSeeds.Of(_seed, b, _episodes[b]));
        }
    }

    private double Advance(int lane, ReadOnlySpan<double> action, Span<double> observation)
    {
        StepResult result = _lanes[lane].Step(action, observation);
        (_terminated[lane], _truncated[lane]) = (result.Terminated, result.Truncated || ++_steps[lane] >= _stepLimit);
        return result.Reward;
    }

    private double AfterEnd(int lane, Span<double> observation)
    {
        if (Autoreset == AutoresetMode.NextStep) Begin(lane, observation);
        return 0;
    }

    private void Begin(int lane, Span<double> observation)
    {
        (_steps[lane], _terminated[lane], _truncated[lane]) = (0, false, false);
        _lanes[lane].Reset(EpisodeSeeds.Of(_seed, lane, _episodes[lane]++), observation);
    }

    private static Span<double> Row(Span<double> rows, int lane, int size) => rows.Slice(lane * size, size);
}
