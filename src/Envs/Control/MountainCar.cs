using FedPG.Core.Options;
using FedPG.Core.Streams;
using FedPG.Envs.Episodic;

namespace FedPG.Envs.Control;

/// <summary>
/// <c>MountainCar-v0</c>: a car too weak for the hill has to swing itself up (Moore 1990), as in Gymnasium, in float64. State and observation are
/// the same two numbers: position and velocity a step.
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

    private static readonly Box Observations = new([MinPosition, -GreatestSpeed], [GreatestPosition, GreatestSpeed]);
    private static readonly Discrete Actions = new(3);
    private static readonly string[] Names = ["position", "velocity"];

    private readonly double _gravity, _force, _goalVelocity, _goalPosition;
    private double _position, _velocity;

    /// <summary>Creates the environment.</summary>
    /// <param name="gravity">What the slope takes a step.</param>
    /// <param name="force">What the engine gives a step.</param>
    /// <param name="goalVelocity">The least velocity with which the goal counts as reached.</param>
    /// <param name="goalPosition">Where the goal begins.</param>
    public MountainCar(double gravity = 0.0025, double force = 0.001, double goalVelocity = 0, double goalPosition = Goal) =>
        (_gravity, _force, _goalVelocity, _goalPosition) = (gravity, force, goalVelocity, goalPosition);

    /// <summary>The environment's documentation and maker.</summary>
    public static EnvironmentDefinition Definition { get; } = new EpisodicDefinition
    {
        Id = "MountainCar-v0",
        Drawing = new MountainCarDrawing(),
        Differing = (["goalPosition"], ["gravity", "force"]),
        Summary = "Gymnasium's mountain car: swing up a hill that is too steep for the engine.",
        Description = "A car in a valley of the shape sin(3x). A step adds (action - 1) force - gravity cos(3 position) to the velocity, clips it to "
            + "[-0.07, 0.07], adds it to the position, and clips that to [-1.2, 0.6]; at the left wall a velocity to the left becomes 0. In float64.",
        ActionSpace = "Discrete(3): 0 accelerates to the left, 1 not at all, 2 to the right.",
        ObservationSpace = "Box of 2 numbers, which are also the state: position in [-1.2, 0.6], velocity in [-0.07, 0.07].",
        StartingState = "Position uniform on [-0.6, -0.4), velocity 0.",
        Rewards = "-1 for every step.",
        EpisodeEnd = "Terminated when the position is at least goalPosition (0.5) with a velocity of at least goalVelocity; truncated after 200 steps.",
        Heterogeneity = EpisodicDefinition.HeterogeneityRule,
        VersionHistory = "v0: as Gymnasium's MountainCar-v0, without its rounding of observations to float32.",
        Source = "Gymnasium, gymnasium/envs/classic_control/mountain_car.py; Moore (1990).",
        RewardRange = new NumberRange(-1, -1),
        StepLimit = 200,
        Make = parameters =>
        {
            AgentNumbers gravity = parameters.Number("gravity", 0.0025, NumberRange.NonNegative, "What the slope takes from the velocity a step.", (0.002, 0.003));
            AgentNumbers force = parameters.Number("force", 0.001, NumberRange.NonNegative, "What the engine adds to the velocity a step.", (0.0008, 0.0012));
            double goalVelocity = parameters.Options.Number("goalVelocity", 0, NumberRange.NonNegative, "The least velocity with which the goal counts as reached.");
            AgentNumbers goal = parameters.Number("goalPosition", Goal, new NumberRange(-0.4, GreatestPosition), "Where the goal begins.");
            return i => new MountainCar(gravity[i], force[i], goalVelocity, goal[i]);
        },
    }.ToDefinition();

    /// <inheritdoc/>
    public Space ObservationSpace => Observations;

    /// <inheritdoc/>
    public Space ActionSpace => Actions;

    /// <inheritdoc/>
    public IReadOnlyList<string> StateNames => Names;

    /// <inheritdoc/>
    public void Reset(long seed, Span<double> observation)
    {
        var random = new EpisodeRandom(seed);
        (_position, _velocity) = (random.Uniform(-0.6, -0.4), 0);
        ReadState(observation);
    }

    /// <inheritdoc/>
    public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        _velocity += ((action[0] - 1) * _force) + (Math.Cos(3 * _position) * -_gravity);
        _velocity = Math.Clamp(_velocity, -GreatestSpeed, GreatestSpeed);
        _position = Math.Clamp(_position + _velocity, MinPosition, GreatestPosition);
        if (_position == MinPosition && _velocity < 0) _velocity = 0;
        ReadState(observation);
        return new StepResult(-1, _position >= _goalPosition && _velocity >= _goalVelocity);
    }

    /// <inheritdoc/>
    public void ReadState(Span<double> state)
    {
        state[1] = _velocity;
        state[0] = _position;
    }

    /// <inheritdoc/>
    public void WriteState(ReadOnlySpan<double> state, Span<double> observation)
    {
        (_position, _velocity) = (state[0], state[1]);
        ReadState(observation);
    }
}
