using FedPG.Core.Options;
using FedPG.Envs.Episodic;

namespace FedPG.Envs.Control;

/// <summary>The options of <c>CartPole-v1</c>.</summary>
public sealed record CartPoleOptions : EpisodicOptions
{
    /// <summary>Gravity [m/s^2], at least 0.</summary>
    [Option("Gravity, m/s^2.", Minimum = 0), AgentNumber(SpreadLow = 7, SpreadHigh = 13)]
    public AgentNumbers Gravity { get; init; } = AgentNumbers.Default(9.8);

    /// <summary>The mass of the cart [kg], above 0.</summary>
    [Option("The mass of the cart, kg.", Minimum = 0, OpenMinimum = true)]
    public AgentNumbers MassCart { get; init; } = AgentNumbers.Default(1.0);

    /// <summary>The mass of the pole [kg], above 0.</summary>
    [Option("The mass of the pole, kg.", Minimum = 0, OpenMinimum = true)]
    public AgentNumbers MassPole { get; init; } = AgentNumbers.Default(0.1);

    /// <summary>Half the length of the pole [m], above 0.</summary>
    [Option("Half the length of the pole, m.", Minimum = 0, OpenMinimum = true), AgentNumber(SpreadLow = 0.3, SpreadHigh = 0.8)]
    public AgentNumbers Length { get; init; } = AgentNumbers.Default(0.5);

    /// <summary>What the cart is pushed with [N], at least 0.</summary>
    [Option("What the cart is pushed with, N.", Minimum = 0)]
    public AgentNumbers ForceMag { get; init; } = AgentNumbers.Default(10.0);

    /// <summary>The time of a step [s], above 0.</summary>
    [Option("The time of a step, s.", Minimum = 0, OpenMinimum = true)]
    public AgentNumbers Tau { get; init; } = AgentNumbers.Default(0.02);

    /// <summary>Where the cart should be [m], in [-2.4, 2.4]; refused while <see cref="TargetShare"/> is 0.</summary>
    [Option("The goal, where targetShare is above 0: where the cart should be, m.",
        Minimum = -CartPole.PositionLimit, Maximum = CartPole.PositionLimit)]
    [AgentNumber(IsGoal = true, Needs = nameof(TargetShare))]
    public AgentNumbers Target { get; init; } = AgentNumbers.Default(0);

    /// <summary>The share of a step's reward that is for being at <see cref="Target"/>, in [0, 1].</summary>
    [Option("The share of a step's reward that is lost 2.4 m and more from the target, and in proportion nearer to it; without it target "
        + "is refused, because it would do nothing.", Minimum = 0, Maximum = 1)]
    [AgentNumber(IsGoal = true)]
    public AgentNumbers TargetShare { get; init; } = AgentNumbers.Default(0);

    /// <summary>Whether rewards are those of Sutton and Barto: 0, and -1 for the step that ends the episode; false by default.</summary>
    [Option("Whether rewards are those of Sutton and Barto: 0 for a step, -1 for the one that ends the episode. Rewards below 0 need "
        + "\"objective\": \"reward\".")]
    public bool SuttonBartoReward { get; init; }

    /// <summary><c>euler</c> (the default), or <c>semi-implicit-euler</c>: velocities before positions.</summary>
    [Option("Euler's explicit method, or the semi-implicit one: velocities before positions.",
        Words = [CartPole.Euler, CartPole.SemiImplicit])]
    public string KinematicsIntegrator { get; init; } = CartPole.Euler;
}
