using FedPG.Federation.Estimators;
using FedPG.Federation.Estimators.Values.Episodic;
using FedPG.Federation.Estimators.Values.Tabular;
using FedPG.Policies.Tabular;

namespace FedPG.Federation.Algorithms;

/// <summary>The options of <see cref="FedQ"/>.</summary>
public sealed record FedQOptions : AveragingOptions
{
    /// <inheritdoc/>
    public override string Algorithm => "fedq";
}

/// <summary>
/// Federated Q-learning along Markov chains, Khodadadian, Sharma, Joshi and Maguluri, "Federated reinforcement learning: linear speedup
/// under Markovian sampling" (ICML 2022): every agent goes on with its own chain, learns from one transition a local step, and after K of
/// them tables (or weights of features) are averaged.
/// <para>
/// It is <see cref="FedAvg"/> along the direction of <see cref="QChainEstimator"/>, whose state is where the chains stand. What is
/// evaluated is the greedy policy of the server's values.
/// </para>
/// <para>Messages for each agent and round: up delta, down theta.</para>
/// </summary>
internal static class FedQ
{
    private static IReadOnlyList<EstimatorDefinition> Estimators => [TabularValueEstimators.QChain, EpisodicValueEstimators.QChain];

    /// <summary>The algorithm as experiment files name it.</summary>
    public static AlgorithmDefinition Definition { get; } = AlgorithmDefinition.For<FedQOptions>(
        "Q-learning along the agents' own chains, and averaging", (options, federation) => new FedAvg(options, federation)) with
    {
        Traits = AlgorithmTraits.PartialParticipation | AlgorithmTraits.OwnLocalSteps,
        Needs = AlgorithmNeeds.OfValues(ActionValues.Kind, Estimators),
        OwnEstimators = Estimators,
    };
}
