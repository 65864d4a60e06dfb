using FedPG.Core.Options;
using FedPG.Core.Streams;
using FedPG.Envs;
using FedPG.Envs.Episodic;

namespace Orchard;

/// <summary>
/// An environment that is known by its steps only: a glider is to be kept in the middle of a valley by turning left, not at all, or right,
/// against a wind that differs from agent to agent. Paid 1 in the middle, less the farther away;
/// the episode ends where the glider touches a slope.
/// </summary>
public sealed class Glider(double wind, double gusts) : IEnvironment
{
    private const double Slope = 5, Turn = 0.3, Step = 0.2;
    private EpisodeRandom _random;
    private double _place, _velocity;

    public static EpisodicDefinition Definition { get; } = new()
    {
        Id = "Glider-v0",
        Summary = "Keep a glider in the middle of a valley, against a wind of each agent's own.",
        RewardRange = NumberRange.UnitInterval,
        StepLimit = 100,
        Make = parameters =>
        {
            AgentNumbers wind = parameters.Number("wind", 0, new NumberRange(-0.2, 0.2), "What the wind adds to the velocity each step.",
                spread: (-0.2, 0.2));
            double gusts = parameters.Options.Number("gusts", 0.1, new NumberRange(0, 1), "The standard deviation of what a gust adds.");
            return agent => new Glider(wind[agent], gusts);
        },
    };

    public Space ObservationSpace { get; } = Box.Of(2);

    public Space ActionSpace { get; } = new Discrete(3);

    public void Reset(long seed, Span<double> observation)
    {
        _random = new EpisodeRandom(seed);
        (_place, _velocity) = (_random.Uniform(-1, 1), 0);
        Observe(observation);
    }

    StepResult IEnvironment.Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        _velocity += (Turn * (action[0] - 1)) + wind + (gusts * _random.Normal());
        _place += Step * _velocity;
        Observe(observation);
        bool touched = Math.Abs(_place) > Slope;
        return new StepResult(touched ? 0 : 1 - (Math.Abs(_place) / Slope), Terminated: touched);
    }

    private void Observe(Span<double> observation) => (observation[0], observation[1]) = (_place, _velocity);
}
