using FedPG.Core.Options;
using FedPG.Envs.Episodic;

namespace FedPG.Envs.Control;

/// <summary>
/// <c>MountainCar-v0</c>: a car too weak for the hill has to swing itself up (Moore 1990), as in Gymnasium, in float64. State and
/// observation are the same two numbers: position and velocity a step.
/// </summary>
public sealed class MountainCar : IStatefulEnvironment
{
    /// <summary>The left wall, where the car stops.</summary>
    public const double MinPosition = -1.2;

    /// <summary>The rightmost position.</summary>
    public const double GreatestPosition = 0.6;

    /// <summary>The greatest speed.</summary>
    public const double GreatestSpeed = 0.07;

    /// <summary>Where the goal begins, unless an agent has its own.</summary>
    public const double Goal = 0.5;

    private static readonly Discrete Actions = new(3);

    private readonly double _force;
    private ValleyCar _car;

    /// <summary>Creates the environment of one agent. Its numbers are taken as they stand in the options, without draws.</summary>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="agent">The agent's index, for options with one number an agent.</param>
    public MountainCar(MountainCarOptions? options = null, int agent = 0)
    {
        options ??= new MountainCarOptions();
        _force = options.Force[agent];
        _car = new ValleyCar(options.Gravity[agent], options.GoalPosition[agent], options.GoalVelocity);
    }

    /// <summary>The environment's documentation and maker.</summary>
    public static EnvironmentDefinition Definition { get; } = new EpisodicDefinition<MountainCarOptions>
    {
        Id = "MountainCar-v0",
        Drawing = new MountainCarDrawing(),
        Summary = "Gymnasium's mountain car: swing up a hill that is too steep for the engine.",
        Description =
            "A car in a valley of the shape sin(3x). A step adds (action - 1) force - gravity cos(3 position) to the velocity, clips it to "
            + "[-0.07, 0.07], adds it to the position, and clips that to [-1.2, 0.6]; at the left wall a velocity to the "
            + "left becomes 0. In float64.",
        ActionSpace = "Discrete(3): 0 accelerates to the left, 1 not at all, 2 to the right.",
        ObservationSpace = "Box of 2 numbers, which are also the state: position in [-1.2, 0.6], velocity in [-0.07, 0.07].",
        StartingState = "Position uniform on [-0.6, -0.4), velocity 0.",
        Rewards = "-1 for every step.",
        EpisodeEnd =
            "Terminated when the position is at least goalPosition (0.5) with a velocity of at least goalVelocity; "
                + "truncated after 200 steps.",
        VersionHistory = "v0: as Gymnasium's MountainCar-v0, without its rounding of observations to float32.",
        Source = "Gymnasium, gymnasium/envs/classic_control/mountain_car.py; Moore (1990).",
        RewardRange = new NumberRange(-1, -1),
        StepLimit = 200,
        SuccessAbove = double.NegativeInfinity,
        Make = (options, agent) => new MountainCar(options, agent),
    }.ToDefinition();

    /// <summary>Makes the environment for N agents.</summary>
    /// <param name="agents">N, 1 or more.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <exception cref="InvalidInputException">Options are not allowed; all errors at once, as for a file.</exception>
    public static EpisodicEnvironment Create(int agents, MountainCarOptions? options = null) =>
        (EpisodicEnvironment)Definition.Create(agents, options ?? new MountainCarOptions());

    /// <inheritdoc/>
    public Space ObservationSpace => ValleyCar.Observations;

    /// <inheritdoc/>
    public Space ActionSpace => Actions;

    /// <inheritdoc/>
    public IReadOnlyList<string> StateNames => ValleyCar.Names;

    /// <inheritdoc/>
    public void Reset(long seed, Span<double> observation)
    {
        _car.Begin(seed);
        _car.Read(observation);
    }

    /// <inheritdoc/>
    public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        bool terminated = _car.Move((action[0] - 1) * _force);
        _car.Read(observation);
        return new StepResult(-1, terminated);
    }

    /// <inheritdoc/>
    public void ReadState(Span<double> state) => _car.Read(state);

    /// <inheritdoc/>
    public void WriteState(ReadOnlySpan<double> state, Span<double> observation)
    {
        _car.Write(state);
        _car.Read(observation);
    }
}
