using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Envs.LinearQuadratic;
using FedPG.Envs.Tabular;
using FedPG.Experiments.Runs;
using FedPG.Policies;
using FedPG.Policies.Episodic;
using FedPG.Policies.LinearQuadratic;
using static TorchSharp.torch;

namespace FedPG.Experiments.Acting;

/// <summary>Makes what acts by a stored policy. Stateless.</summary>
internal static class PolicyActors
{
    /// <summary>What acts by a policy.</summary>
    /// <param name="stored">The policy.</param>
    /// <exception cref="NotSupportedException">The environment is of a kind that cannot be stepped, so nothing acts in it.</exception>
    public static PolicyActor Of(StoredPolicy stored)
    {
        Experiment experiment = stored.Experiment;
        EpisodicEnvironment episodic = EpisodicEnvironment.Of(experiment.Environment);
        (Space observations, Space actions) = (episodic.ObservationSpace, episodic.ActionSpace);
        if (FiniteMdp.Find(experiment.Environment) is { } mdp)
        {
            return new TableActor([.. Enumerable.Range(0, stored.ToldAgents() ?? 1).Select(stored.Probabilities)], mdp.Actions)
            {
                Observations = observations, Actions = actions,
            };
        }
        if (LinearQuadraticProblem.Find(experiment.Environment) is not null)
            return new GainActor(stored.ParametersOf, DeviationOf(experiment)) { Observations = observations, Actions = actions };
        return experiment.Dtype == ScalarType.Float64 ? Network<double>() : Network<float>();

        NetworkActor<T> Network<T>()
            where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> =>
            new(() => (EpisodicPolicy)experiment.CreatePolicy(new TensorFormat(experiment.Dtype, CPU)), stored.ParametersOf,
                (string?)experiment.Resolved["policy"]?["activation"] ?? "tanh")
            {
                Observations = observations,
                Actions = actions,
            };
    }

    /// <summary>
    /// What turns the number of a combination into the combination, where the environment's actions are several whole numbers; else null.
    /// </summary>
    /// <param name="environment">The environment.</param>
    public static FlatActions? CombinationsOf(FederatedEnvironment environment) =>
        EpisodicEnvironment.Find(environment)?.Create(0) as FlatActions;

    private static double DeviationOf(Experiment experiment)
    {
        using var policy = (LinearPolicy)experiment.CreatePolicy(new TensorFormat(experiment.Dtype, CPU));
        return policy.StandardDeviation;
    }
}
