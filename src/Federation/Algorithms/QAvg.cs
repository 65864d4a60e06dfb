using FedPG.Federation.Estimators;
using FedPG.Federation.Estimators.Values.Episodic;
using FedPG.Federation.Estimators.Values.Tabular;
using FedPG.Policies.Tabular;

namespace FedPG.Federation.Algorithms;

/// <summary>The options of <see cref="QAvg"/>.</summary>
public sealed record QAvgOptions : AveragingOptions
{
    /// <inheritdoc/>
    public override string Algorithm => "qavg";
}

/// <summary>
/// QAvg of Jin, Peng, Yang, Wang and Zhang, "Federated reinforcement learning with environment heterogeneity" (AISTATS 2022): E local
/// Q-learning steps on all pairs, Q_i &lt;- (1 - eta) Q_i + eta T_i Q_i with the agent's own Bellman operator, then the mean of the tables.
/// <para>
/// It is <see cref="FedAvg"/> along the direction Q - T_i Q (<see cref="BellmanEstimator"/>, exact or sampled): rows of Theta are tables Q
/// [S, A]. What is evaluated is the greedy policy of the server's table. It converges, for eta in (0, 1], to the fixed point of the
/// averaged operators, which with E = 1 is the optimal Q of the mean kernel and mean cost.
/// </para>
/// <para>Messages for each agent and round: up delta, down theta.</para>
/// </summary>
internal static class QAvg
{
    private static IReadOnlyList<EstimatorDefinition> Estimators =>
        [TabularValueEstimators.SampledBellman, TabularValueEstimators.ExactBellman, EpisodicValueEstimators.QBatch];

    /// <summary>The algorithm as experiment files name it.</summary>
    public static AlgorithmDefinition Definition { get; } = AlgorithmDefinition.For<QAvgOptions>(
        "local Q-learning steps on all pairs, or on batches, and averaging", (options, federation) => new FedAvg(options, federation)) with
    {
        Traits = AlgorithmTraits.PartialParticipation | AlgorithmTraits.OwnLocalSteps,
        Needs = AlgorithmNeeds.OfValues(ActionValues.Kind, Estimators),
        OwnEstimators = Estimators,
    };
}
