using FedPG.Core.Options;
using FedPG.Envs.Episodic;

namespace FedPG.Envs.Control;

/// <summary>The options of <c>MountainCarContinuous-v0</c>.</summary>
public sealed record MountainCarContinuousOptions : EpisodicOptions
{
    /// <summary>What the slope takes from the velocity a step, at least 0.</summary>
    [Option("What the slope takes from the velocity a step.", Minimum = 0), AgentNumber(SpreadLow = 0.002, SpreadHigh = 0.003)]
    public AgentNumbers Gravity { get; init; } = AgentNumbers.Default(0.0025);

    /// <summary>What the engine adds to the velocity a step at full force, at least 0.</summary>
    [Option("What the engine adds to the velocity a step at full force.", Minimum = 0)]
    [AgentNumber(SpreadLow = 0.0012, SpreadHigh = 0.0018)]
    public AgentNumbers Power { get; init; } = AgentNumbers.Default(0.0015);

    /// <summary>The least velocity with which the goal counts as reached, at least 0; the same for all agents.</summary>
    [Option("The least velocity with which the goal counts as reached.", Minimum = 0)]
    public double GoalVelocity { get; init; }

    /// <summary>Where the goal begins, in [-0.4, 0.6].</summary>
    [Option("Where the goal begins.", Minimum = -0.4, Maximum = MountainCar.GreatestPosition), AgentNumber(IsGoal = true)]
    public AgentNumbers GoalPosition { get; init; } = AgentNumbers.Default(MountainCarContinuous.Goal);
}
