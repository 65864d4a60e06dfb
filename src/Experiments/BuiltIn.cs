using FedPG.Envs;
using FedPG.Envs.Control;
using FedPG.Envs.Counterexamples;
using FedPG.Envs.Exploration;
using FedPG.Envs.GridWorlds;
using FedPG.Envs.LinearQuadratic;
using FedPG.Envs.MiniGrid;
using FedPG.Envs.Python;
using FedPG.Envs.Random;
using FedPG.Envs.ToyText;
using FedPG.Federation.Algorithms;
using FedPG.Federation.Estimators;
using FedPG.Federation.Estimators.Critics;
using FedPG.Federation.Estimators.Episodic;
using FedPG.Federation.Estimators.LinearQuadratic;
using FedPG.Federation.Estimators.Tabular;
using FedPG.Policies;
using FedPG.Policies.Episodic;
using FedPG.Policies.LinearQuadratic;
using FedPG.Policies.Tabular;

namespace FedPG.Experiments;

/// <summary>The list of all that is built in. What is new gets one line here.</summary>
internal static class BuiltIn
{
    /// <summary>The environments.</summary>
    public static IEnumerable<EnvironmentDefinition> Environments() =>
    [
        GridWorld.Definition,
        FrozenLake.Definition,
        FrozenLake8x8.Definition,
        CliffWalking.Definition,
        CliffWalkingSlippery.Definition,
        WindyCliff.Definition,
        FourRooms.Definition,
        RandomMdp.Definition,
        Garnet.Definition,
        QuasiRandomMdp.Definition,
        OppositeKernels.Definition,
        AdversarialPair.Definition,
        Taxi.Definition,
        Blackjack.Definition,
        DeepSea.Definition,
        RiverSwim.Definition,
        LinearQuadraticEnvironment.Definition,
        CartPole.Definition,
        Acrobot.Definition,
        MountainCar.Definition,
        MountainCarContinuous.Definition,
        Pendulum.Definition,
        .. MiniGrids.Definitions,
        PythonEnvironment.Definition,
    ];

    /// <summary>The kinds of policies. The first of a name that fits an environment serves there.</summary>
    public static IEnumerable<PolicyDefinition> Policies() =>
    [
        TabularSoftmax.Definition,
        LogLinear.Definition,
        NeuralSoftmax.Definition,
        LinearPolicy.Definition,
        TabularDirect.Definition,
        ActionValues.Definition,
        StateValues.Definition,
        ObservationSoftmax.Neural,
        ObservationSoftmax.LogLinear,
        GaussianPolicy.Definition,
        ObservationActionValues.Definition,
        ObservationStateValues.Definition,
    ];

    /// <summary>The estimators of gradients.</summary>
    public static IEnumerable<EstimatorDefinition> Estimators() =>
    [
        TabularEstimators.Exact,
        TabularEstimators.Gpomdp,
        TabularEstimators.Reinforce,
        TabularCritics.ActorCritic,
        TabularCritics.Ppo,
        LinearQuadraticEstimators.Exact,
        LinearQuadraticEstimators.Gpomdp,
        LinearQuadraticEstimators.Reinforce,
        EpisodicEstimators.Gpomdp,
        EpisodicEstimators.Reinforce,
        EpisodicCritics.ActorCritic,
        EpisodicCritics.Ppo,
    ];

    /// <summary>The algorithms.</summary>
    public static IEnumerable<AlgorithmDefinition> Algorithms() =>
    [
        FastFedPg.Definition,
        FedAvg.Definition,
        Centralized.Definition,
        Independent.Definition,
        Scaffold.Definition,
        FedLin.Definition,
        FedProx.Definition,
        Ditto.Definition,
        FedKl.Definition,
        Decentralized.Definition,
        PAvg.Definition,
        PolicyMirrorDescent.Definition,
        QAvg.Definition,
        FedQ.Definition,
        FedTd.Definition,
    ];
}
