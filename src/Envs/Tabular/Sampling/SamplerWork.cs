using FedPG.Core.Streams;
using FedPG.Envs.Returns;

namespace FedPG.Envs.Tabular.Sampling;

/// <summary>
/// The arrays a thread samples in, made once and used for every batch, so that sampling allocates nothing. Not thread-safe.
/// </summary>
internal sealed class SamplerWork
{
    internal SamplerWork(int states, int actions, SamplerSettings settings)
    {
        int cells = states * PolicyTable.Stride(actions);
        int visits = (settings.Trajectories + PhiloxLanes.Lanes - 1) / PhiloxLanes.Lanes * PhiloxLanes.Lanes * settings.Horizon;
        (Policy, Streams) = (new PolicyTable(states, actions), new PhiloxLanes[TrajectoryKernel.MaxGroups]);
        (Costs, Weights) = (new double[cells], new double[cells]);
        (Cells, Returns, ReturnSums) = (new int[visits], new double[visits], new double[settings.Horizon]);
    }

    internal PhiloxLanes[] Streams { get; }

    internal PolicyTable Policy { get; }

    internal double[] Costs { get; }

    internal double[] Weights { get; }

    internal int[] Cells { get; }

    internal double[] Returns { get; }

    internal double[] ReturnSums { get; }
}
