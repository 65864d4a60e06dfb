using FedPG.Federation.Agents;
using FedPG.Federation.Schedules;
using FedPG.Federation.States;
using FedPG.Policies;
using static TorchSharp.torch;

namespace FedPG.Federation.Algorithms;

/// <summary>The settings every algorithm has (the experiment's <c>federation</c> section).</summary>
/// <param name="Rounds">T, communication rounds.</param>
/// <param name="LocalSteps">H, local steps a round.</param>
/// <param name="LocalStepSize">eta by rounds.</param>
/// <param name="GlobalStepSize">alpha_g in (0, 1].</param>
public sealed record FederationOptions(int Rounds, int LocalSteps, StepSizeSchedule LocalStepSize, double GlobalStepSize)
{
    /// <summary>N; 0 where it is not known, because the environment had faults itself: then nothing can be checked against it.</summary>
    public int Agents { get; init; }

    /// <summary>Who takes part in which round.</summary>
    public Participation Participation { get; init; } = Participation.Everyone;

    /// <summary>How many local steps each agent takes.</summary>
    public LocalStepCounts LocalStepCounts { get; init; } = LocalStepCounts.Same;

    /// <summary>How the numbers of messages are written. An algorithm whose sides must agree on what was sent keeps <see cref="MessageFormat.AsSent"/> of it.</summary>
    public MessageFormat Messages { get; init; }

    /// <summary>Whether everyone takes part in every round with H steps and nothing is rounded on its way, as the laws of <see cref="LimitLaws"/> suppose.</summary>
    public bool IsPlain => Participation.IsEveryone && LocalStepCounts.IsSame && !Messages.IsHalf;
}

/// <summary>
/// A federated algorithm: what the server does in a round, and the functions agents run. The object itself keeps nothing between calls: the
/// server's state and the agents' are records handed in, so that a run can be stopped, moved and resumed anywhere between rounds.
/// </summary>
public abstract class Algorithm
{
    /// <summary>Names of messages that several algorithms use.</summary>
    public const string Theta = "theta", Delta = "delta";

    /// <summary>The number that the exchange before round 0 goes by, where rounds are counted.</summary>
    public const int StartRound = -1;

    /// <summary>Where the algorithm ends, for the certificate of a run.</summary>
    public virtual LimitLaws Limits => LimitLaws.Unknown;

    /// <summary>The server's state record before round 0; its property <c>Theta</c>, [d], is thetabar.</summary>
    /// <param name="theta">theta_0, [d]; owned by the record from now on.</param>
    public abstract ServerState CreateServer(Tensor theta);

    /// <summary>The state record of a block of agents, rows [n, ...].</summary>
    public virtual object CreateAgents(Policy policy, int count) => NoState.Instance;

    /// <summary>What happens before round 0. The agents know theta_0 already: it is an input, not a message.</summary>
    public virtual void Start(ServerState server, IAgents agents) { }

    /// <summary>
    /// Communication round t. Called within a dispose scope and without gradients being recorded. What it asks of agents, and in which order, follows from
    /// the options and t alone, not from the server's numbers: agents elsewhere find the functions to run by following the round.
    /// </summary>
    public abstract void Round(ServerState server, IAgents agents, int t);
}

/// <summary>What every server keeps.</summary>
/// <param name="Theta">thetabar, [d].</param>
public record ServerState(Tensor Theta)
{
    /// <summary>What the server's optimiser keeps; null for plain averaging, which keeps nothing.</summary>
    public IStateRecord? Optimizer { get; init; }
}
