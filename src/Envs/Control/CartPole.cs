using FedPG.Core.Options;
using FedPG.Core.Streams;
using FedPG.Envs.Episodic;

namespace FedPG.Envs.Control;

/// <summary>
/// <c>CartPole-v1</c>: a pole on a cart that is pushed left or right (Barto, Sutton and Anderson 1983), as in Gymnasium, in float64. State
/// and observation are the same four numbers: x [m], its velocity [m/s], theta [rad] from the upright, its velocity [rad/s].
/// </summary>
public sealed class CartPole : IStatefulEnvironment
{
    /// <summary>The cart's distance from the middle beyond which an episode ends [m].</summary>
    public const double PositionLimit = 2.4;

    /// <summary>The pole's angle from the upright beyond which an episode ends: 12 degrees [rad].</summary>
    public const double AngleLimit = 12 * 2 * Math.PI / 360;

    internal const string Euler = "euler", SemiImplicit = "semi-implicit-euler";
    private const double StartRange = 0.05;
    private static readonly Box Observations = new(
        [-2 * PositionLimit, double.NegativeInfinity, -2 * AngleLimit, double.NegativeInfinity],
        [2 * PositionLimit, double.PositiveInfinity, 2 * AngleLimit, double.PositiveInfinity]);

    private static readonly Discrete Actions = new(2);
    private static readonly string[] Names = ["x", "xDot", "theta", "thetaDot"];

    private readonly double _gravity, _massPole, _totalMass, _length, _poleMassLength, _force, _tau, _target, _targetShare;
    private readonly bool _suttonBarto, _semiImplicit;
    private double _x, _xDot, _theta, _thetaDot;
    private bool _fallen;

    /// <summary>Creates the environment of one agent. Its numbers are taken as they stand in the options, without draws.</summary>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="agent">The agent's index, for options with one number an agent.</param>
    public CartPole(CartPoleOptions? options = null, int agent = 0)
    {
        options ??= new CartPoleOptions();
        (_gravity, _massPole, _length) = (options.Gravity[agent], options.MassPole[agent], options.Length[agent]);
        (_force, _tau) = (options.ForceMag[agent], options.Tau[agent]);
        (_totalMass, _poleMassLength) = (_massPole + options.MassCart[agent], _massPole * _length);
        (_target, _targetShare) = (options.Target[agent], options.TargetShare[agent]);
        (_suttonBarto, _semiImplicit) = (options.SuttonBartoReward, options.KinematicsIntegrator == SemiImplicit);
    }

    /// <summary>The environment's documentation and maker.</summary>
    public static EnvironmentDefinition Definition { get; } = new EpisodicDefinition<CartPoleOptions>
    {
        Id = "CartPole-v1",
        Drawing = new CartPoleDrawing(),
        Summary = "Gymnasium's cart-pole: keep the pole upright by pushing the cart left or right.",
        Description =
            "A pole stands on a cart that moves without friction; each step pushes the cart with forceMag to the left "
            + "or right for tau seconds. "
            + "Euler's explicit method, velocities after positions (or, with kinematicsIntegrator, before them), in float64.",
        ActionSpace = "Discrete(2): 0 pushes to the left, 1 to the right.",
        ObservationSpace =
            "Box of 4 numbers, which are also the state: x in [-4.8, 4.8] m, its velocity in m/s, theta in [-0.418, "
            + "0.418] rad (24 degrees; "
            + "0 is upright), its velocity in rad/s.",
        StartingState = "All four numbers uniform on [-0.05, 0.05).",
        Rewards =
            "1 for every step, also the one that ends the episode; with a targetShare s above 0, 1 - s min(1, |x - target| / 2.4) of the "
                + "x after the step: target is an agent's goal. With suttonBartoReward 0, and -1 for the step that ends the episode.",
        EpisodeEnd = "Terminated when |x| exceeds 2.4 m or |theta| 12 degrees; truncated after 500 steps.",
        VersionHistory = "v1: as Gymnasium's CartPole-v1 (500 steps), without its rounding of observations to float32.",
        Source =
            "Gymnasium, gymnasium/envs/classic_control/cartpole.py; Barto, Sutton and Anderson (1983). The formulae are Florian's (2007).",
        RewardRange = NumberRange.UnitInterval,
        StepLimit = 500,
        RewardRangeOf = options => options.SuttonBartoReward ? new NumberRange(-1, 0) : null,
        Check = (options, reader, _) =>
        {
            if (options.SuttonBartoReward && reader.Has("targetShare"))
                reader.Reject("targetShare", "does nothing beside \"suttonBartoReward\": true");
        },
        Make = (options, agent) => new CartPole(options, agent),
    }.ToDefinition();

    /// <summary>Makes the environment for N agents.</summary>
    /// <param name="agents">N, 1 or more.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <exception cref="InvalidInputException">Options are not allowed; all errors at once, as for a file.</exception>
    public static EpisodicEnvironment Create(int agents, CartPoleOptions? options = null) =>
        (EpisodicEnvironment)Definition.Create(agents, options ?? new CartPoleOptions());

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
        if (_semiImplicit)
        {
            _xDot += _tau * linear;
            _x += _tau * _xDot;
            _thetaDot += _tau * angular;
            _theta += _tau * _thetaDot;
        }
        else
        {
            _x += _tau * _xDot;
            _xDot += _tau * linear;
            _theta += _tau * _thetaDot;
            _thetaDot += _tau * angular;
        }
        ReadState(observation);
        bool terminated = _x < -PositionLimit || _x > PositionLimit || _theta < -AngleLimit || _theta > AngleLimit;
        // As Gymnasium has it for a caller who goes on after the end: nothing is paid where the pole lies.
        double reward = _suttonBarto ? (terminated ? -1 : 0)
            : terminated && _fallen ? 0 : 1 - (_targetShare * Math.Min(1, Math.Abs(_x - _target) / PositionLimit));
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
