using FedPG.Federation.Experiment;
using FedPG.Policies;
using FedPG.Policies.Exact;

namespace FedPG.Claims.Laws;

/// <summary>The exactly known objectives of experiments.</summary>
public static class Objectives
{
    /// <summary>The agents' objectives and their mean, with the entropy term of round 0, in double precision. The caller disposes.</summary>
    public static FederatedObjective Of(Experiment experiment)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        return new FederatedObjective(experiment.Mdp, experiment.Objective, Policy(experiment), experiment.Entropy.At(0));
    }

    /// <summary>A policy of the experiment, which runs on listed states, in double precision.</summary>
    public static FinitePolicy Policy(Experiment experiment)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        return (FinitePolicy)experiment.CreatePolicy(TensorFormat.Float64);
    }
}
