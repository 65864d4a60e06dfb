using FedPG.Core.Streams;
using FedPG.Policies;

namespace FedPG.Federation.Rollouts;

/// <summary>The seeds that environments are reset with.</summary>
internal static class TrajectorySeeds
{
    /// <summary>The seed of a trajectory: 53 bits of a draw that no action uses.</summary>
    public static long Of(in StreamKey key, int trajectory)
    {
        (uint w0, uint w1, _, _) = key.Draw(trajectory, ActionKey.SeedDraw);
        return (long)((((ulong)w0 << 32) | w1) >> 11);
    }
}
