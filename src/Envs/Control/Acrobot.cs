using System.Runtime.CompilerServices;
using FedPG.Core.Options;
using FedPG.Core.Streams;
using FedPG.Envs.Episodic;

namespace FedPG.Envs.Control;

/// <summary>
/// <c>Acrobot-v1</c>: two links hang from a fixed joint, a torque at the joint between them has to swing the tip up (Sutton 1996), as in
/// Gymnasium with the equations of Sutton and Barto's book, in float64. The state is theta1 [rad] from hanging down, theta2 [rad] relative
/// to the first link, and their velocities [rad/s].
/// </summary>
public sealed class Acrobot : IStatefulEnvironment
{
    /// <summary>The greatest speed of the first joint, 4 pi rad/s.</summary>
    public const double GreatestSpeed1 = 4 * Math.PI;

    /// <summary>The greatest speed of the second joint, 9 pi rad/s.</summary>
    public const double GreatestSpeed2 = 9 * Math.PI;

    internal const string Book = "book", Nips = "nips";
    private const double TimeStep = 0.2, StartRange = 0.1;
    private static readonly Box Observations = new(
        [-1, -1, -1, -1, -GreatestSpeed1, -GreatestSpeed2], [1, 1, 1, 1, GreatestSpeed1, GreatestSpeed2]);

    private static readonly Discrete Actions = new(3);
    private static readonly string[] Names = ["theta1", "theta2", "thetaDot1", "thetaDot2"];

    private readonly Body _body;
    private readonly double _torque, _torqueNoise, _goalHeight;
    private EpisodeRandom _random;
    private State _state;

    /// <summary>Creates the environment of one agent. Its numbers are taken as they stand in the options, without draws.</summary>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="agent">The agent's index, for options with one number an agent.</param>
    public Acrobot(AcrobotOptions? options = null, int agent = 0)
    {
        options ??= new AcrobotOptions();
        _body = new Body(
            options.Gravity[agent], options.LinkLength1[agent], options.LinkMass1[agent], options.LinkMass2[agent],
            options.LinkCentre1[agent], options.LinkCentre2[agent], options.LinkInertia[agent], options.BookOrNips == Nips);
        (_torque, _torqueNoise, _goalHeight) = (options.Torque[agent], options.TorqueNoise[agent], options.GoalHeight[agent]);
    }

    /// <summary>The environment's documentation and maker.</summary>
    public static EnvironmentDefinition Definition { get; } = new EpisodicDefinition<AcrobotOptions>
    {
        Id = "Acrobot-v1",
        Drawing = new AcrobotDrawing(),
        Summary = "Gymnasium's acrobot: swing the tip of two links above the bar by a torque between them.",
        Description =
            "Two links, the first hanging from a fixed joint, with a motor at the joint between them. Equations of motion of "
            + "Sutton and Barto's book (or, with bookOrNips, of Sutton's paper of 1996, without the term of the first link's speed), "
            + "integrated over 0.2 s by one step of the Runge-Kutta method of fourth order; then angles are wrapped into [-pi, pi], and "
            + "velocities clipped. In float64.",
        ActionSpace = "Discrete(3): the torque on the joint between the links is -torque, 0, torque.",
        ObservationSpace =
            "Box of 6 numbers: cos theta1, sin theta1, cos theta2, sin theta2, and the velocities within 4 pi and 9 pi rad/s. "
            + "The state is theta1 (0: "
            + "hanging down), theta2 (relative to the first link), both in rad, and their velocities.",
        StartingState = "All four numbers of the state uniform on [-0.1, 0.1).",
        Rewards = "-1 for every step, 0 for the one that reaches the goal.",
        EpisodeEnd = "Terminated when -cos theta1 - cos(theta1 + theta2) exceeds goalHeight (1); truncated after 500 steps.",
        VersionHistory =
            "v1: as Gymnasium's Acrobot-v1, without its rounding of observations and of the first state to float32.",
        Source =
            "Gymnasium, gymnasium/envs/classic_control/acrobot.py; Sutton (1996); Sutton and Barto, \"Reinforcement "
                + "Learning: An Introduction\".",
        RewardRange = new NumberRange(-1, 0),
        StepLimit = 500,
        SuccessAbove = double.NegativeInfinity,
        Make = (options, agent) => new Acrobot(options, agent),
    }.ToDefinition();

    /// <summary>Makes the environment for N agents.</summary>
    /// <param name="agents">N, 1 or more.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <exception cref="InvalidInputException">Options are not allowed; all errors at once, as for a file.</exception>
    public static EpisodicEnvironment Create(int agents, AcrobotOptions? options = null) =>
        (EpisodicEnvironment)Definition.Create(agents, options ?? new AcrobotOptions());

    /// <inheritdoc/>
    public Space ObservationSpace => Observations;

    /// <inheritdoc/>
    public Space ActionSpace => Actions;

    /// <inheritdoc/>
    public IReadOnlyList<string> StateNames => Names;

    /// <inheritdoc/>
    public void Reset(long seed, Span<double> observation)
    {
        _random = new EpisodeRandom(seed);
        double angle1 = _random.Uniform(-StartRange, StartRange), angle2 = _random.Uniform(-StartRange, StartRange);
        double speed1 = _random.Uniform(-StartRange, StartRange), speed2 = _random.Uniform(-StartRange, StartRange);
        _state = new State(angle1, angle2, speed1, speed2);
        Observe(observation);
    }

    /// <inheritdoc/>
    public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        double torque = (action[0] - 1) * _torque;
        if (_torqueNoise > 0) torque += _random.Uniform(-_torqueNoise, _torqueNoise);
        State next = RungeKutta(torque);
        _state = new State(
            Wrapped(next.Theta1), Wrapped(next.Theta2),
            Math.Clamp(next.Dot1, -GreatestSpeed1, GreatestSpeed1), Math.Clamp(next.Dot2, -GreatestSpeed2, GreatestSpeed2));
        double cosine1 = Observe(observation);
        bool terminated = -cosine1 - Math.Cos(_state.Theta2 + _state.Theta1) > _goalHeight;
        return new StepResult(terminated ? 0 : -1, terminated);
    }

    /// <inheritdoc/>
    public void ReadState(Span<double> state)
    {
        state[3] = _state.Dot2;
        state[2] = _state.Dot1;
        state[1] = _state.Theta2;
        state[0] = _state.Theta1;
    }

    /// <inheritdoc/>
    public void WriteState(ReadOnlySpan<double> state, Span<double> observation)
    {
        _state = new State(state[0], state[1], state[2], state[3]);
        Observe(observation);
    }

    /// <summary>Writes what is observed; returns cos theta1.</summary>
    private double Observe(Span<double> observation)
    {
        observation[5] = _state.Dot2;
        observation[4] = _state.Dot1;
        (observation[3], observation[2]) = Math.SinCos(_state.Theta2);
        (observation[1], double cosine1) = Math.SinCos(_state.Theta1);
        return observation[0] = cosine1;
    }

    /// <summary>One step of the classical method of fourth order.</summary>
    private State RungeKutta(double torque)
    {
        const double half = TimeStep / 2;
        State y = _state;
        State k1 = _body.Derivative(y, torque);
        State k2 = _body.Derivative(y.Plus(half, k1), torque);
        State k3 = _body.Derivative(y.Plus(half, k2), torque);
        State k4 = _body.Derivative(y.Plus(TimeStep, k3), torque);
        return y.Plus(TimeStep / 6, new State(
            k1.Theta1 + (2 * k2.Theta1) + (2 * k3.Theta1) + k4.Theta1,
            k1.Theta2 + (2 * k2.Theta2) + (2 * k3.Theta2) + k4.Theta2,
            k1.Dot1 + (2 * k2.Dot1) + (2 * k3.Dot1) + k4.Dot1,
            k1.Dot2 + (2 * k2.Dot2) + (2 * k3.Dot2) + k4.Dot2));
    }

    /// <summary>The angle in [-pi, pi].</summary>
    private static double Wrapped(double angle)
    {
        // From far away, where a user may set a state, turn by turn would take for ever.
        const double far = 1000;
        if (Math.Abs(angle) > far) return Math.IEEERemainder(angle, 2 * Math.PI);
        while (angle > Math.PI) angle -= 2 * Math.PI;
        while (angle < -Math.PI) angle += 2 * Math.PI;
        return angle;
    }

    /// <summary>A state, or its derivative by time.</summary>
    private readonly record struct State(double Theta1, double Theta2, double Dot1, double Dot2)
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public State Plus(double time, in State rate) =>
            new(Theta1 + (time * rate.Theta1), Theta2 + (time * rate.Theta2), Dot1 + (time * rate.Dot1), Dot2 + (time * rate.Dot2));
    }

    /// <summary>
    /// The equations of motion, with the constants that Gymnasium's expressions begin with multiplied out in their order, so that numbers
    /// agree to the last bit where sines and cosines do.
    /// </summary>
    private readonly struct Body(double g, double l1, double m1, double m2, double lc1, double lc2, double inertia, bool paper)
    {
        private readonly double _ownInertia1 = m1 * (lc1 * lc1), _mass2 = m2, _squares = (l1 * l1) + (lc2 * lc2), _twice = 2 * l1 * lc2;
        private readonly double _inertia = inertia, _square2 = lc2 * lc2, _product = l1 * lc2;
        // The term that the paper lacks.
        private readonly double _centrifugal = paper ? 0 : m2 * l1 * lc2;
        private readonly double _coupling = m2 * l1 * lc2, _doubleCoupling = 2 * m2 * l1 * lc2, _weight2 = m2 * lc2 * g;
        private readonly double _weights = ((m1 * lc1) + (m2 * l1)) * g, _ownInertia2 = (m2 * (lc2 * lc2)) + inertia;

        public State Derivative(in State s, double torque)
        {
            (double sine2, double cosine2) = Math.SinCos(s.Theta2);
            double d1 = _ownInertia1 + (_mass2 * (_squares + (_twice * cosine2))) + _inertia + _inertia;
            double d2 = (_mass2 * (_square2 + (_product * cosine2))) + _inertia;
            double phi2 = _weight2 * Math.Cos(s.Theta1 + s.Theta2 - (Math.PI / 2));
            double phi1 = (-_coupling * (s.Dot2 * s.Dot2) * sine2) - (_doubleCoupling * s.Dot2 * s.Dot1 * sine2)
                + (_weights * Math.Cos(s.Theta1 - (Math.PI / 2))) + phi2;
            double acceleration2 = (torque + (d2 / d1 * phi1) - (_centrifugal * (s.Dot1 * s.Dot1) * sine2) - phi2)
                / (_ownInertia2 - (d2 * d2 / d1));
            double acceleration1 = -((d2 * acceleration2) + phi1) / d1;
            return new State(s.Dot1, s.Dot2, acceleration1, acceleration2);
        }
    }
}
