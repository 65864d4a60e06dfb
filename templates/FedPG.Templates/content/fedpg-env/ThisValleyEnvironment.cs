using FedPG.Core.Options;
using FedPG.Core.Streams;
using FedPG.Envs;
using FedPG.Envs.Episodic;

namespace MyValley;

/// <summary>
/// A ball is to be kept at the bottom of a valley by pushing it left, not at all, or right; each agent has a wind of its own.
/// </summary>
public sealed class ThisValleyEnvironment(double wind) : IEnvironment
{
    // All that changes. Random numbers follow from the seed of the reset, so that equal seeds and actions give equal episodes.
    private EpisodeRandom _random;
    private double _place, _velocity;

    public static EpisodicDefinition Definition { get; } = new()
    {
        Id = "MyValley-v0",
        Summary = "Keep a ball at the bottom of a valley, against a wind of each agent's own.",
        RewardRange = NumberRange.UnitInterval,
        StepLimit = 100,
        Make = parameters =>
        {
            // An option of the environment, which may differ from agent to agent: one number, a list, or drawn from the spread.
            AgentNumbers wind = parameters.Number("wind", 0, new NumberRange(-0.5, 0.5), "What the wind adds to the velocity each step.",
                spread: (-0.1, 0.1));
            return agent => new ThisValleyEnvironment(wind[agent]);
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

    public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        double push = 0.3 * (action[0] - 1);
        _velocity += push + wind - (0.05 * _place) + (0.1 * _random.Normal());
        _place += 0.2 * _velocity;
        Observe(observation);
        bool lost = Math.Abs(_place) > 5;
        return new StepResult(lost ? 0 : 1 - (Math.Abs(_place) / 5), Terminated: lost);
    }

    private void Observe(Span<double> observation) => (observation[0], observation[1]) = (_place, _velocity);
}
