using FedPG.Core.Streams;

namespace FedPG.Policies;

/// <summary>Names the random numbers behind one action.</summary>
/// <param name="Stream">The stream of the batch.</param>
/// <param name="Trajectory">The trajectory.</param>
/// <param name="Step">The step t.</param>
public readonly record struct ActionKey(StreamKey Stream, int Trajectory, int Step)
{
    /// <summary>The draw of a trajectory that its environment's seed comes from; actions have those after it.</summary>
    public const int SeedDraw = 0;
}
