using FedPG.Core.Options;
using FedPG.Core.Streams;
using FedPG.Envs.Episodic;

namespace FedPG.Envs.Control;

/// <summary>
/// <c>CartPole-v1</c>: a pole on a cart that is pushed left or right (Barto, Sutton and Anderson 1983), as in Gymnasium, in float64. State and
/// observation are the same four numbers: x [m], its velocity [m/s], theta [rad] from the upright, its velocity [rad/s].
/// </summary>
public sealed class CartPole : IStatefulEnvironment
{
    /// <summary>The cart's distance from the middle beyond which an episode ends [m].</summary>
    public const double PositionLimit = 2.4;

    /// <summary>The pole's angle from the upright beyond which an episode ends: 12 degrees [rad].</summary>
    public const double AngleLimit = 12 * 2 * Math.PI / 360;

    private const double StartRange = 0.05;
    private static readonly Box Observations = new(
        [-2 * PositionLimit, double.NegativeInfinity, -2 * AngleLimit, double.NegativeInfinity],
        [2 * PositionLimit, double.PositiveInfinity, 2 * AngleLimit, double.PositiveInfinity]);

    private static readonly Discrete Actions = new(2);
    private static readonly string[] Names = ["x", "xDot", "theta", "thetaDot"];

    private readonly double _gravity, _massPole, _totalMass, _length, _poleMassLength, _force, _tau, _target, _targetShare;
    private double _x, _xDot, _theta, _thetaDot;
    private bool _fallen;

    /// <summary>Creates the environment.</summary>
    /// <param name="gravity">[m/s^2].</param>
    /// <param name="massCart">[kg].</param>
    /// <param name="massPole">[kg].</param>
    /// <param name="length">Half the length of the pole [m].</param>
    /// <param name="force">What the cart is pushed with [N].</param>
    /// <param name="tau">The time of a step [s].</param>
    /// <param name="target">Where the cart should be [m].</param>
    /// <param name="targetShare">The share of a step's reward that is for being there, in [0, 1].</param>
    public CartPole(
        double gravity = 9.8, double massCart = 1.0, double massPole = 0.1, double length = 0.5, double force = 10.0, double tau = 0.02, double target = 0, double targetShare = 0)
    {
        (_gravity, _massPole, _length, _force, _tau) = (gravity, massPole, length, force, tau);
        (_totalMass, _poleMassLength, _target, _targetShare) = (massPole + massCart, massPole * length, target, targetShare);
    }

    /// <summary>The environment's documentation and maker.</summary>
    public static EnvironmentDefinition Definition { get; } = new EpisodicDefinition
    {
        Id = "CartPole-v1",
        Drawing = new CartPoleDrawing(),
        Differing = (["target", "targetShare"], ["gravity", "massCart", "massPole", "length", "forceMag", "tau"]),
        Summary = "Gymnasium's cart-pole: keep the pole upright by pushing the cart left or right.",
        Description = "A pole stands on a cart that moves without friction; each step pushes the cart with forceMag to the left or right for tau seconds. "
            + "Euler's explicit method, velocities after positions, in float64.",
        ActionSpace = "Discrete(2): 0 pushes to the left, 1 to the right.",
        ObservationSpace = "Box of 4 numbers, which are also the state: x in [-4.8, 4.8] m, its velocity in m/s, theta in [-0.418, 0.418] rad (24 degrees; "
            + "0 is upright), its velocity in rad/s.",
        StartingState = "All four numbers uniform on [-0.05, 0.05).",
        Rewards = "1 for every step, also the one that ends the episode; with a targetShare s above 0, 1 - s min(1, |x - target| / 2.4) of the x after the step: target is an agent's goal.",
        EpisodeEnd = "Terminated when |x| exceeds 2.4 m or |theta| 12 degrees; truncated after 500 steps.",
        Heterogeneity = EpisodicDefinition.HeterogeneityRule,
        VersionHistory = "v1: as Gymnasium's CartPole-v1 (500 steps), without its rounding of observations to float32.",
        Source = "Gymnasium, gymnasium/envs/classic_control/cartpole.py; Barto, Sutton and Anderson (1983). The formulae are Florian's (2007).",
        RewardRange = NumberRange.UnitInterval,
        StepLimit = 500,
        Make = parameters =>
        {
            AgentNumbers gravity = parameters.Number("gravity", 9.8, NumberRange.NonNegative, "Gravity, m/s^2.", (7, 13));
            AgentNumbers massCart = parameters.Number("massCart", 1.0, NumberRange.Positive, "The mass of the cart, kg.");
            AgentNumbers massPole = parameters.Number("massPole", 0.1, NumberRange.Positive, "The mass of the pole, kg.");
            AgentNumbers length = parameters.Number("length", 0.5, NumberRange.Positive, "Half the length of the pole, m.", (0.3, 0.8));
            AgentNumbers force = parameters.Number("forceMag", 10.0, NumberRange.NonNegative, "What the cart is pushed with, N.");
            AgentNumbers tau = parameters.Number("tau", 0.02, NumberRange.Positive, "The time of a step, s.");
            AgentNumbers target = parameters.Number("target", 0, new NumberRange(-PositionLimit, PositionLimit), "The goal, where targetShare is above 0: where the cart should be, m.");
            AgentNumbers share = parameters.Number("targetShare", 0, NumberRange.UnitInterval, "The share of a step's reward that is lost 2.4 m and more from the target, and in proportion nearer to it; without it target is refused, because it would do nothing.");
            parameters.Needs(target, share);
            return i => new CartPole(gravity[i], massCart[i], massPole[i], length[i], force[i], tau[i], target[i], share[i]);
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
        _x = random.Uniform(-StartRange, StartRange);
        _xDot = random.Uniform(-StartRange, StartRange);
        _theta = random.Uniform(-StartRange, StartRange);
        _thetaDot = random.Uniform(-StartRange, StartRange);
        _fallen = false;
        ReadState(observation);
    }

    /// <inheritdoc/>
    public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        double force = action[0] == 1 ? _force : -_force;
        (double sine, double cosine) = Math.SinCos(_theta);
        double push = (force + (_poleMassLength * (_thetaDot * _thetaDot) * sine)) / _totalMass;
        double angular = ((_gravity * sine) - (cosine * push)) / (_length * ((4.0 / 3.0) - (_massPole * (cosine * cosine) / _totalMass)));
        double linear = push - (_poleMassLength * angular * cosine / _totalMass);
        _x += _tau * _xDot;
        _xDot += _tau * linear;
        _theta += _tau * _thetaDot;
        _thetaDot += _tau * angular;
        ReadState(observation);
        bool terminated = _x < -PositionLimit || _x > PositionLimit || _theta < -AngleLimit || _theta > AngleLimit;
        // As Gymnasium has it for a caller who goes on after the end: nothing is paid where the pole lies.
        double reward = terminated && _fallen ? 0 : 1 - (_targetShare * Math.Min(1, Math.Abs(_x - _target) / PositionLimit));
        _fallen |= terminated;
        return new StepResult(reward, terminated);
    }

    /// <inheritdoc/>
    public void ReadState(Span<double> state)
    {
        // The last index first: one check of bounds for all four.
        state[3] = _thetaDot;
        state[2] = _theta;
        state[1] = _xDot;
        state[0] = _x;
    }

    /// <inheritdoc/>
    public void WriteState(ReadOnlySpan<double> state, Span<double> observation)
    {
        (_x, _xDot, _theta, _thetaDot, _fallen) = (state[0], state[1], state[2], state[3], false);
        ReadState(observation);
    }
}
