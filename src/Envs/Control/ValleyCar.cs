using FedPG.Core.Streams;

namespace FedPG.Envs.Control;

/// <summary>The car of both mountain cars: where it is, how it moves, where its goal is. A value that its environment keeps.</summary>
/// <param name="gravity">What pulls it down.</param>
/// <param name="goalPosition">Where the goal begins.</param>
/// <param name="goalVelocity">The least velocity that counts there.</param>
internal struct ValleyCar(double gravity, double goalPosition, double goalVelocity)
{
    /// <summary>Position and velocity, which are state and observation.</summary>
    public static readonly Box Observations = new(
        [MountainCar.MinPosition, -MountainCar.GreatestSpeed], [MountainCar.GreatestPosition, MountainCar.GreatestSpeed]);

    /// <summary>The names of the two.</summary>
    public static readonly string[] Names = ["position", "velocity"];

    private double _position, _velocity;

    /// <summary>Begins an episode.</summary>
    public void Begin(long seed) => (_position, _velocity) = (new EpisodeRandom(seed).Uniform(-0.6, -0.4), 0);

    /// <summary>Makes a step; whether the goal is reached.</summary>
    /// <param name="push">What the engine adds to the velocity.</param>
    public bool Move(double push)
    {
        _velocity += push - (gravity * Math.Cos(3 * _position));
        _velocity = Math.Clamp(_velocity, -MountainCar.GreatestSpeed, MountainCar.GreatestSpeed);
        _position = Math.Clamp(_position + _velocity, MountainCar.MinPosition, MountainCar.GreatestPosition);
        if (_position == MountainCar.MinPosition && _velocity < 0) _velocity = 0;
        return _position >= goalPosition && _velocity >= goalVelocity;
    }

    /// <summary>Writes the two numbers.</summary>
    public readonly void Read(Span<double> state) => (state[1], state[0]) = (_velocity, _position);

    /// <summary>Takes the two numbers.</summary>
    public void Write(ReadOnlySpan<double> state) => (_position, _velocity) = (state[0], state[1]);
}
