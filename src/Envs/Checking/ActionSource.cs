using FedPG.Core.Streams;
using FedPG.Envs.Episodic;

namespace FedPG.Envs.Checking;

/// <summary>
/// Random actions that follow from an episode's seed, by numbers that the environment itself never draws. Not thread-safe.
/// </summary>
internal sealed class ActionSource(Space space, long seed)
{
    /// <summary>Turns a seed into one that no episode of a check has.</summary>
    private const long OwnSeeds = 1L << 52;

    private EpisodeRandom _random = new(seed ^ OwnSeeds);

    /// <summary>Draws the next action.</summary>
    public void Next(Span<double> action) => RandomActions.Draw(space, ref _random, action);
}
