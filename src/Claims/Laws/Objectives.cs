using FedPG.Experiments;
using FedPG.Policies;
using FedPG.Policies.Tabular;
using FedPG.Policies.Tabular.Exact;

namespace FedPG.Claims.Laws;

/// <summary>The exactly known objectives of experiments.</summary>
internal static class Objectives
{
    /// <summary>
    /// The agents' objectives and their mean, with the entropy term of round 0, in double precision. The caller disposes.
    /// </summary>
    public static FederatedObjective Of(Experiment experiment)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        return new FederatedObjective(experiment.Mdp, experiment.Objective, Policy(experiment), experiment.Entropy.At(0));
    }

    /// <summary>A policy of the experiment, which is tabular, in double precision.</summary>
    public static TabularPolicy Policy(Experiment experiment)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        return (TabularPolicy)experiment.CreatePolicy(TensorFormat.Float64);
    }
}
