namespace FedPG.Core.Streams;

/// <summary>
/// The seeds of many episodes that follow from one: a function of the seed, the lane and the number of the episode in it.
/// </summary>
internal static class EpisodeSeeds
{
    /// <summary>The greatest seed of an episode, 2^53 - 1.</summary>
    public const long Greatest = (1L << 53) - 1;

    /// <summary>The seed of one episode.</summary>
    /// <param name="seed">0 to <see cref="Greatest"/>.</param>
    /// <param name="lane">The lane, or agent, 0 or more.</param>
    /// <param name="episode">The number of the episode in the lane, 0 or more.</param>
    public static long Of(long seed, int lane, int episode)
    {
        (uint high, uint low, _, _) = new StreamKey(seed, StreamPurpose.Episode, lane, episode, 1).Draw(0, 0);
        return (long)((((ulong)high << 32) | low) >> 11);
    }
}
