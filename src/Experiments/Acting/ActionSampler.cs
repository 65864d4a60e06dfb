using FedPG.Core.Streams;

namespace FedPG.Experiments.Acting;

/// <summary>
/// The random numbers that actions are drawn with, one after another: equal seeds give equal actions for equal observations. Not
/// thread-safe: each thread, or each episode, has its own.
/// </summary>
/// <param name="seed">0 to 2^53.</param>
/// <exception cref="ArgumentOutOfRangeException">The seed is not in that range.</exception>
public sealed class ActionSampler(long seed)
{
    private readonly StreamKey _key = new(InRange(seed), StreamPurpose.Episodes, Agent: 0, Round: 0, LocalStep: 0);

    /// <summary>
    /// The actions drawn so far; it may be set, so that an episode can be continued or repeated from some step. 0 or more.
    /// </summary>
    public int Step
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    }

    /// <summary>The numbers of the next action, by trajectories of so many steps.</summary>
    internal (StreamKey Key, int Trajectory, int Step) Next(int trajectorySteps)
    {
        int step = Step++;
        return (_key, step / trajectorySteps, step % trajectorySteps);
    }

    /// <summary>A number in (0, 1) for the next action.</summary>
    internal double NextUnit()
    {
        (StreamKey key, int trajectory, int step) = Next(StreamKey.MaximumDraw);
        return (key.Draw(trajectory, step).W0 + 0.5) * (1.0 / (1L << 32));
    }

    private static long InRange(long seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(seed);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(seed, Core.Options.OptionReader.LargestSeed);
        return seed;
    }
}
