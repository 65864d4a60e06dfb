using FedPG.Federation.Estimators;
using FedPG.Federation.Estimators.Values.Episodic;
using FedPG.Federation.Estimators.Values.Tabular;
using FedPG.Federation.Evaluation.Tabular;
using FedPG.Policies.Tabular;

namespace FedPG.Federation.Algorithms;

/// <summary>The options of <see cref="FedTd"/>.</summary>
public sealed record FedTdOptions : AveragingOptions
{
    /// <inheritdoc/>
    public override string Algorithm => "fedtd";
}

/// <summary>
/// Federated TD(0) with linear features, Wang, Mitra, Hassani, Pappas and Anderson, "Federated temporal difference learning with linear
/// function approximation under environmental heterogeneity" (2023): every agent follows one fixed policy along its own chain, takes K
/// steps theta_i &lt;- theta_i + eta (c + gamma V(s') - V(s)) f(s), and the weights are averaged.
/// <para>
/// It is <see cref="FedAvg"/> along the direction of <see cref="TdChainEstimator"/> (or of its expectation, <see cref="TdMeanEstimator"/>).
/// It learns values, not a policy: what objective and gap mean then is said at <see cref="ValueErrorEvaluator"/>. The noise floor of the
/// error falls as 1/N; with different kernels or rewards a bias of the order of their differences stays.
/// </para>
/// <para>Messages for each agent and round: up delta, down theta.</para>
/// </summary>
internal static class FedTd
{
    private static IReadOnlyList<EstimatorDefinition> Estimators =>
        [TabularValueEstimators.TdChain, TabularValueEstimators.TdMean, EpisodicValueEstimators.TdChain];

    /// <summary>The algorithm as experiment files name it.</summary>
    public static AlgorithmDefinition Definition { get; } = AlgorithmDefinition.For<FedTdOptions>(
        "TD(0) with linear features along the agents' own chains, and averaging",
        (options, federation) => new FedAvg(options, federation)) with
    {
        Traits = AlgorithmTraits.PartialParticipation | AlgorithmTraits.OwnLocalSteps,
        Needs = AlgorithmNeeds.OfValues(StateValues.Kind, Estimators),
        OwnEstimators = Estimators,
    };
}
