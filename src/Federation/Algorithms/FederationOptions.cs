using FedPG.Federation.Agents;
using FedPG.Federation.Optimizers;
using FedPG.Federation.Schedules;

namespace FedPG.Federation.Algorithms;

/// <summary>
/// The settings that every algorithm has, as they are in one run: those of its options, for N agents and a seed. Immutable.
/// </summary>
/// <param name="Rounds">T, communication rounds.</param>
/// <param name="LocalSteps">H, local steps a round.</param>
/// <param name="LocalStepSize">eta by rounds.</param>
/// <param name="GlobalStepSize">alpha_g in (0, 1].</param>
public sealed record FederationOptions(int Rounds, int LocalSteps, StepSizeSchedule LocalStepSize, double GlobalStepSize)
{
    /// <summary>N; 0 where it is not known, because the environment had errors itself: then nothing can be checked against it.</summary>
    public int Agents { get; init; }

    /// <summary>The experiment's seed.</summary>
    public long Seed { get; init; }

    /// <summary>Who takes part in which round.</summary>
    public Participation Participation { get; init; } = Participation.Everyone;

    /// <summary>How many local steps each agent takes.</summary>
    public LocalStepCounts LocalStepCounts { get; init; } = LocalStepCounts.Same;

    /// <summary>
    /// How the numbers of messages are written. An algorithm whose sides must agree on what was sent keeps
    /// <see cref="MessageFormat.AsSent"/> of it.
    /// </summary>
    public MessageFormat Messages { get; init; }

    /// <summary>How agents train their personal parameters.</summary>
    public PersonalSteps Personal { get; init; } = new();

    /// <summary>Over whom the server averages.</summary>
    public ColumnAveraging Averaging { get; init; }

    /// <summary>What agents make of the directions of their local steps.</summary>
    internal LocalOptimizerSettings LocalOptimizer { get; init; } = LocalOptimizerSettings.Plain;

    /// <summary>
    /// Whether everyone takes part in every round with H plain steps and nothing is rounded on its way,
    /// as the laws of <see cref="LimitLaws"/> suppose.
    /// </summary>
    public bool IsPlain => Participation.IsEveryone && LocalStepCounts.IsSame && !Messages.IsHalf && LocalOptimizer.IsPlain;

    /// <summary>The agents of a round.</summary>
    /// <param name="round">t.</param>
    public Cohort CohortOf(int round) => Participation.CohortOf(Agents, round, Seed);
}
