using FedPG.Envs.Streams;

namespace FedPG.Envs.Sampling;

/// <summary>The arrays a thread samples in, made once and used for every batch, so that sampling allocates nothing. Not thread-safe.</summary>
public sealed class SamplerWork
{
    internal SamplerWork(int cells, int horizon, int trajectories)
    {
        int padded = (trajectories + PhiloxLanes.Lanes - 1) / PhiloxLanes.Lanes * PhiloxLanes.Lanes;
        // Draw 0 gives the start states; each further draw of four words serves two steps.
        Draws = 1 + ((horizon + 1) / 2);
        Words = new uint[Draws * 4 * PhiloxLanes.Lanes];
        Thresholds = new uint[cells];
        Costs = new double[cells];
        Weights = new double[cells];
        Cells = new int[padded * horizon];
        Returns = new double[padded * horizon];
        ReturnSums = new double[horizon];
    }

    internal int Draws { get; }

    internal uint[] Words { get; }

    internal uint[] Thresholds { get; }

    internal double[] Costs { get; }

    internal double[] Weights { get; }

    internal int[] Cells { get; }

    internal double[] Returns { get; }

    internal double[] ReturnSums { get; }
}
