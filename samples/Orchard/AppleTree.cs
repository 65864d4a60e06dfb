using FedPG.Core.Options;
using FedPG.Core.Streams;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Envs.Tabular;

namespace Orchard;

/// <summary>
/// An environment that lists its states beside taking steps: apples ripen one stage a day with some probability and may be eaten by birds;
/// waiting costs nothing, picking pays by the stage and by each agent's own taste. From the list
/// follow exact optima and gradients, and the fast sampler.
/// </summary>
public sealed class AppleTree(int stages, double ripening, double birds, double taste) : ITabularEnvironment
{
    private const int Wait = 0, Pick = 1;
    private EpisodeRandom _random;
    private int _stage;

    public static EpisodicDefinition Definition { get; } = new()
    {
        Id = "AppleTree-v0",
        Summary = "Pick the apple late enough, and before the birds do.",
        RewardRange = NumberRange.UnitInterval,
        Discount = 0.95,
        Make = parameters =>
        {
            int stages = parameters.Options.Integer("stages", 5, 2, 100, "How often an apple ripens.");
            double ripening = parameters.Options.Number("ripening", 0.5, NumberRange.UnitInterval,
                "The probability that it ripens in a day.");
            double birds = parameters.Options.Number("birds", 0.05, NumberRange.UnitInterval,
                "The probability that birds eat it in a day.");
            AgentNumbers taste = parameters.Number("taste", 0.5, NumberRange.UnitInterval,
                "1: only ripe apples are worth something; 0: all are worth the same.", spread: (0, 1));
            return agent => new AppleTree(stages, ripening, birds, taste[agent]);
        },
    };

    /// <summary>The stages 0 to stages - 1, and the tree without the apple.</summary>
    public Space ObservationSpace { get; } = new Discrete(stages + 1);

    public Space ActionSpace { get; } = new Discrete(2);

    public IEnumerable<(int State, double Probability)> Starts() => [(0, 1)];

    public IEnumerable<TabularOutcome> Outcomes(int state, int action)
    {
        if (action == Pick) return [new TabularOutcome(stages, 1, Worth(state), Terminated: true)];
        int riper = Math.Min(state + 1, stages - 1);
        return
        [
            new TabularOutcome(stages, birds, 0, Terminated: true),
            new TabularOutcome(riper, (1 - birds) * ripening, 0),
            new TabularOutcome(state, (1 - birds) * (1 - ripening), 0),
        ];
    }

    public void Reset(long seed, Span<double> observation)
    {
        _random = new EpisodeRandom(seed);
        observation[0] = _stage = 0;
    }

    public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        double reward = action[0] == Wait ? 0 : Worth(_stage);
        bool gone = action[0] == Pick || _random.NextDouble() < birds;
        if (gone) _stage = stages;
        else if (_random.NextDouble() < ripening) _stage = Math.Min(_stage + 1, stages - 1);
        observation[0] = _stage;
        return new StepResult(reward, Terminated: gone);
    }

    private double Worth(int stage) => 1 - (taste * (1 - ((double)stage / (stages - 1))));
}
