using System.Runtime.CompilerServices;
using FedPG.Core.Options;
using FedPG.Core.Streams;
using FedPG.Envs.Episodic;

namespace FedPG.Envs.Control;

/// <summary>
/// <c>Pendulum-v1</c>: swing a pendulum up and hold it there with a torque that is too small to lift it, as in Gymnasium, in float64. The
/// state is theta [rad] from the upright, which counts turns, and its velocity [rad/s]; observed are cos theta, sin theta and the velocity.
/// </summary>
public sealed class Pendulum : IStatefulEnvironment
{
    /// <summary>The greatest speed [rad/s].</summary>
    public const double GreatestSpeed = 8;

    /// <summary>The greatest torque [N m]; more is clipped.</summary>
    public const double GreatestTorque = 2;

    private const double TimeStep = 0.05;
    private static readonly Box Observations = new([-1, -1, -GreatestSpeed], [1, 1, GreatestSpeed]);
    private static readonly Box Actions = Box.Of(1, -GreatestTorque, GreatestTorque);
    private static readonly string[] Names = ["theta", "thetaDot"];

    private readonly double _byGravity, _byTorque, _target;
    private double _theta, _thetaDot, _sine;

    /// <summary>Creates the environment of one agent. Its numbers are taken as they stand in the options, without draws.</summary>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="agent">The agent's index, for options with one number an agent.</param>
    public Pendulum(PendulumOptions? options = null, int agent = 0)
    {
        options ??= new PendulumOptions();
        double length = options.Length[agent];
        (_byGravity, _byTorque) = (3 * options.Gravity[agent] / (2 * length), 3.0 / (options.Mass[agent] * (length * length)));
        _target = options.TargetAngle[agent];
    }

    /// <summary>The environment's documentation and maker.</summary>
    public static EnvironmentDefinition Definition { get; } = new EpisodicDefinition<PendulumOptions>
    {
        Id = "Pendulum-v1",
        Drawing = new PendulumDrawing(),
        Summary = "Gymnasium's pendulum: swing up and balance with a small torque, a continuous action.",
        Description =
            "A rod that turns about one end. A step adds (3 g / (2 l) sin theta + 3 / (m l^2) u) dt to the velocity, clips "
            + "it to [-8, 8] rad/s, and "
            + "adds the new velocity times dt to theta; dt is 0.05 s. In float64.",
        ActionSpace = "Box of 1 number: the torque u in [-2, 2] N m; what lies beyond is clipped.",
        ObservationSpace =
            "Box of 3 numbers: cos theta, sin theta, and theta's velocity in [-8, 8] rad/s. The state is theta in rad, "
            + "0 upright, which counts "
            + "whole turns, and its velocity.",
        StartingState = "theta uniform on [-pi, pi), its velocity uniform on [-1, 1).",
        Rewards =
            "-((theta - targetAngle)^2 + 0.1 velocity^2 + 0.001 u^2), with the difference, brought into [-pi, pi), and velocity as they "
                + "are before the step, and the clipped u. targetAngle, 0 unless given, is an agent's goal.",
        EpisodeEnd = "Never terminated; truncated after 200 steps.",
        VersionHistory = "v1: as Gymnasium's Pendulum-v1, without its rounding of observations to float32.",
        Source = "Gymnasium, gymnasium/envs/classic_control/pendulum.py.",
        RewardRange =
            new NumberRange(-((Math.PI * Math.PI) + (0.1 * GreatestSpeed * GreatestSpeed) + (0.001 * GreatestTorque * GreatestTorque)), 0),
        StepLimit = 200,
        Make = (options, agent) => new Pendulum(options, agent),
    }.ToDefinition();

    /// <summary>Makes the environment for N agents.</summary>
    /// <param name="agents">N, 1 or more.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <exception cref="InvalidInputException">Options are not allowed; all errors at once, as for a file.</exception>
    public static EpisodicEnvironment Create(int agents, PendulumOptions? options = null) =>
        (EpisodicEnvironment)Definition.Create(agents, options ?? new PendulumOptions());

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
        _theta = random.Uniform(-Math.PI, Math.PI);
        _thetaDot = random.Uniform(-1, 1);
        Observe(observation);
    }

    /// <inheritdoc/>
    public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        double torque = Math.Clamp(action[0], -GreatestTorque, GreatestTorque);
        double angle = Normalised(_theta - _target);
        double cost = (angle * angle) + (0.1 * (_thetaDot * _thetaDot)) + (0.001 * (torque * torque));
        // sin theta is known from the last observation.
        double velocity = _thetaDot + (((_byGravity * _sine) + (_byTorque * torque)) * TimeStep);
        _thetaDot = Math.Clamp(velocity, -GreatestSpeed, GreatestSpeed);
        _theta += _thetaDot * TimeStep;
        Observe(observation);
        return new StepResult(-cost, false);
    }

    /// <inheritdoc/>
    public void ReadState(Span<double> state) => (state[0], state[1]) = (_theta, _thetaDot);

    /// <inheritdoc/>
    public void WriteState(ReadOnlySpan<double> state, Span<double> observation)
    {
        (_theta, _thetaDot) = (state[0], state[1]);
        Observe(observation);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Observe(Span<double> observation)
    {
        (_sine, double cosine) = Math.SinCos(_theta);
        observation[2] = _thetaDot;
        observation[1] = _sine;
        observation[0] = cosine;
    }

    /// <summary>The angle in [-pi, pi), by the remainder that has the divisor's sign.</summary>
    private static double Normalised(double angle)
    {
        double shifted = angle + Math.PI;
        if (!(shifted >= 0 && shifted < 2 * Math.PI))
        {
            shifted %= 2 * Math.PI;
            if (shifted < 0) shifted += 2 * Math.PI;
        }
        return shifted - Math.PI;
    }
}
