using FedPG.Core.Options;
using FedPG.Envs.Episodic;

namespace FedPG.Envs.Control;

/// <summary>The options of <c>Acrobot-v1</c>.</summary>
public sealed record AcrobotOptions : EpisodicOptions
{
    /// <summary>g [m/s^2], at least 0.</summary>
    [Option("Gravity, m/s^2.", Minimum = 0), AgentNumber(SpreadLow = 8, SpreadHigh = 11)]
    public AgentNumbers Gravity { get; init; } = AgentNumbers.Default(9.8);

    /// <summary>The length of the first link [m], above 0.</summary>
    [Option("The length of the first link, m (that of the second moves nothing).", Minimum = 0, OpenMinimum = true)]
    public AgentNumbers LinkLength1 { get; init; } = AgentNumbers.Default(1.0);

    /// <summary>The mass of the first link [kg], above 0.</summary>
    [Option("The mass of the first link, kg.", Minimum = 0, OpenMinimum = true), AgentNumber(SpreadLow = 0.8, SpreadHigh = 1.2)]
    public AgentNumbers LinkMass1 { get; init; } = AgentNumbers.Default(1.0);

    /// <summary>The mass of the second link [kg], above 0.</summary>
    [Option("The mass of the second link, kg.", Minimum = 0, OpenMinimum = true), AgentNumber(SpreadLow = 0.8, SpreadHigh = 1.2)]
    public AgentNumbers LinkMass2 { get; init; } = AgentNumbers.Default(1.0);

    /// <summary>Where the first link's centre of mass is, from its upper end [m], above 0.</summary>
    [Option("The first link's centre of mass, m from its upper end.", Minimum = 0, OpenMinimum = true)]
    public AgentNumbers LinkCentre1 { get; init; } = AgentNumbers.Default(0.5);

    /// <summary>Where the second link's centre of mass is, from its upper end [m], above 0.</summary>
    [Option("The second link's centre of mass, m from its upper end.", Minimum = 0, OpenMinimum = true)]
    public AgentNumbers LinkCentre2 { get; init; } = AgentNumbers.Default(0.5);

    /// <summary>The moment of inertia of either link [kg m^2], above 0.</summary>
    [Option("The moment of inertia of either link, kg m^2.", Minimum = 0, OpenMinimum = true)]
    public AgentNumbers LinkInertia { get; init; } = AgentNumbers.Default(1.0);

    /// <summary>The torque of the actions [N m], at least 0.</summary>
    [Option("The torque of the actions, N m.", Minimum = 0)]
    public AgentNumbers Torque { get; init; } = AgentNumbers.Default(1.0);

    /// <summary>Half the width of the uniform noise of the torque [N m], at least 0.</summary>
    [Option("Uniform noise of up to so much is added to the torque, N m.", Minimum = 0)]
    public AgentNumbers TorqueNoise { get; init; } = AgentNumbers.Default(0);

    /// <summary>How far above the upper end the tip has to come, in lengths of a link, in [-2, 2).</summary>
    [Option("The goal: how far above the upper end the tip has to come, in lengths of a link.",
        Minimum = -2, Maximum = 2, OpenMaximum = true)]
    [AgentNumber(IsGoal = true)]
    public AgentNumbers GoalHeight { get; init; } = AgentNumbers.Default(1);

    /// <summary><c>book</c> (the default) or <c>nips</c>: whose equations of motion.</summary>
    [Option("Whose equations of motion: those of Sutton and Barto's book, or those printed in Sutton's paper, which lack a term.",
        Words = [Acrobot.Book, Acrobot.Nips])]
    public string BookOrNips { get; init; } = Acrobot.Book;
}
