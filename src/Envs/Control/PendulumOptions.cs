using FedPG.Core.Options;
using FedPG.Envs.Episodic;

namespace FedPG.Envs.Control;

/// <summary>The options of <c>Pendulum-v1</c>.</summary>
public sealed record PendulumOptions : EpisodicOptions
{
    /// <summary>g [m/s^2], at least 0.</summary>
    [Option("Gravity g, m/s^2.", Minimum = 0), AgentNumber(SpreadLow = 8, SpreadHigh = 12)]
    public AgentNumbers Gravity { get; init; } = AgentNumbers.Default(10.0);

    /// <summary>m [kg], above 0.</summary>
    [Option("The mass m, kg.", Minimum = 0, OpenMinimum = true), AgentNumber(SpreadLow = 0.8, SpreadHigh = 1.2)]
    public AgentNumbers Mass { get; init; } = AgentNumbers.Default(1.0);

    /// <summary>l [m], above 0.</summary>
    [Option("The length l, m.", Minimum = 0, OpenMinimum = true), AgentNumber(SpreadLow = 0.8, SpreadHigh = 1.2)]
    public AgentNumbers Length { get; init; } = AgentNumbers.Default(1.0);

    /// <summary>The angle that costs nothing [rad], 0 upright, in [-pi, pi].</summary>
    [Option("The goal: the angle that costs nothing, rad from the upright.", Minimum = -Math.PI, Maximum = Math.PI)]
    [AgentNumber(IsGoal = true)]
    public AgentNumbers TargetAngle { get; init; } = AgentNumbers.Default(0);
}
