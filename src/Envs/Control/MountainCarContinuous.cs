using FedPG.Core.Options;
using FedPG.Envs.Episodic;

namespace FedPG.Envs.Control;

/// <summary>
/// <c>MountainCarContinuous-v0</c>: the car of <see cref="MountainCar"/> with a force to choose, which costs its square, as in Gymnasium,
/// in float64. State and observation are the same two numbers: position and velocity a step.
/// </summary>
internal sealed class MountainCarContinuous : IStatefulEnvironment
{
    /// <summary>Where the goal begins, unless an agent has its own.</summary>
    internal const double Goal = 0.45;

    private const double Prize = 100, Cost = 0.1;
    private static readonly Box Actions = Box.Of(1, -1, 1);

    private readonly double _power;
    private ValleyCar _car;

    /// <summary>Creates the environment of one agent. Its numbers are taken as they stand in the options, without draws.</summary>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="agent">The agent's index, for options with one number an agent.</param>
    public MountainCarContinuous(MountainCarContinuousOptions? options = null, int agent = 0)
    {
        options ??= new MountainCarContinuousOptions();
        _power = options.Power[agent];
        _car = new ValleyCar(options.Gravity[agent], options.GoalPosition[agent], options.GoalVelocity);
    }

    /// <summary>The environment's documentation and maker.</summary>
    public static EnvironmentDefinition Definition { get; } = new EpisodicDefinition<MountainCarContinuousOptions>
    {
        Id = "MountainCarContinuous-v0",
        Drawing = new MountainCarDrawing(continuous: true),
        Summary = "Gymnasium's mountain car with a force to choose, a continuous action that costs its square.",
        Description =
            "A car in a valley of the shape sin(3x). A step adds force power - gravity cos(3 position) to the velocity, clips it to "
            + "[-0.07, 0.07], adds it to the position, and clips that to [-1.2, 0.6]; at the left wall a velocity to the "
            + "left becomes 0. In float64.",
        ActionSpace = "Box of 1 number: the force in [-1, 1]; what lies beyond is clipped.",
        ObservationSpace = "Box of 2 numbers, which are also the state: position in [-1.2, 0.6], velocity in [-0.07, 0.07].",
        StartingState = "Position uniform on [-0.6, -0.4), velocity 0.",
        Rewards =
            "-0.1 force^2 for every step, with the clipped force (the public environment charges what lies beyond too), and 100 "
                + "for the one that reaches the goal.",
        EpisodeEnd =
            "Terminated when the position is at least goalPosition (0.45) with a velocity of at least goalVelocity; "
                + "truncated after 999 steps.",
        VersionHistory = "v0: as Gymnasium's MountainCarContinuous-v0, without its rounding of states to float32.",
        Source = "Gymnasium, gymnasium/envs/classic_control/continuous_mountain_car.py; Moore (1990).",
        RewardRange = new NumberRange(-Cost, Prize),
        StepLimit = 999,
        SuccessAbove = double.NegativeInfinity,
        Make = (options, agent) => new MountainCarContinuous(options, agent),
    }.ToDefinition();

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
        double force = Math.Clamp(action[0], -1, 1);
        bool terminated = _car.Move(force * _power);
        _car.Read(observation);
        return new StepResult((terminated ? Prize : 0) - (Cost * (force * force)), terminated);
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
