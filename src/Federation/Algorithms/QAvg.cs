using FedPG.Core.Options;
using FedPG.Core.Streams;
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

    /// <summary>Whether a round begins with a full step, Q &lt;- T_i Q, before the damped ones; false by default.</summary>
    [Option("whether a round begins with a full step, Q <- T_i Q, before the damped ones: the update of the authors' public code")]
    public bool FullBackup { get; init; }

    /// <summary>
    /// What globalStepSize is multiplied by after a round over which the norm of the mean change has not fallen by
    /// <see cref="PlateauFall"/>, in (0, 1]; 1 (the default) for never.
    /// </summary>
    [Option("what globalStepSize is multiplied by after a round over which the norm of the mean change has not fallen by plateauFall",
        Minimum = 0, Maximum = 1, OpenMinimum = true)]
    public double PlateauRatio { get; init; } = 1;

    /// <summary>The share by which the norm of the mean change has to fall over a round, in [0, 1]; 0.001 by default.</summary>
    [Option("the share by which the norm of the mean change has to fall over a round, where plateauRatio is below 1",
        Minimum = 0, Maximum = 1)]
    public double PlateauFall { get; init; } = 0.001;
}

/// <summary>
/// QAvg of Jin, Peng, Yang, Wang and Zhang, "Federated reinforcement learning with environment heterogeneity" (AISTATS 2022): E local
/// Q-learning steps on all pairs, Q_i &lt;- (1 - eta) Q_i + eta T_i Q_i with the agent's own Bellman operator, then the mean of the tables.
/// <para>
/// It is <see cref="FedAvg"/> along the direction Q - T_i Q (<see cref="BellmanEstimator"/>, exact or sampled): rows of Theta are tables Q
/// [S, A]. What is evaluated is the greedy policy of the server's table. It converges, for eta in (0, 1], to the fixed point of the
/// averaged operators, which with E = 1 is the optimal Q of the mean kernel and mean cost.
/// </para>
/// <para>
/// The authors' public code keeps values of states in a round: V_i = min over a of Q, E times V_i &lt;- (1 - eta) V_i + eta min over a of
/// (c_i + gamma P_i V_i), and Q_i = c_i + gamma P_i V_i at the end. As P_i is linear, Q after each of these is (1 - eta) Q + eta T_i Q of
/// the one before, from T_i Q on: the same E steps behind a full one, which is <see cref="QAvgOptions.FullBackup"/>.
/// </para>
/// <para>Messages for each agent and round: up delta, down theta.</para>
/// </summary>
internal static class QAvg
{
    private static IReadOnlyList<EstimatorDefinition> Estimators =>
        [TabularValueEstimators.SampledBellman, TabularValueEstimators.ExactBellman, EpisodicValueEstimators.QBatch];

    /// <summary>The algorithm as experiment files name it.</summary>
    public static AlgorithmDefinition Definition { get; } = AlgorithmDefinition.For<QAvgOptions>(
        "local Q-learning steps on all pairs, or on batches, and averaging",
        (options, federation) => new FedAvg(
            options, federation, options.FullBackup, new Plateau(options.PlateauRatio, options.PlateauFall)), Check) with
    {
        Traits = AlgorithmTraits.PartialParticipation | AlgorithmTraits.OwnLocalSteps,
        Needs = AlgorithmNeeds.OfValues(ActionValues.Kind, Estimators),
        OwnEstimators = Estimators,
    };

    private static void Check(QAvgOptions options, FederationOptions federation, OptionReader reader)
    {
        const string key = "fullBackup";
        if (!options.FullBackup) return;
        if (!federation.LocalStepCounts.IsSame) reader.Reject(key, "needs the same number of local steps for all agents");
        if (!federation.LocalOptimizer.IsPlain) reader.Reject(key, "needs \"localOptimizer\": \"sgd\" without localMaxNorm");
        if (options.LocalSteps >= StreamKey.MaximumLocalStep) reader.Reject(key, "is one more step: localSteps is at its limit");
    }
}
