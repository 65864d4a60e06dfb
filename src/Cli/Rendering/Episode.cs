using FedPG.Core.Streams;
using FedPG.Envs;
using FedPG.Envs.Episodic;

namespace FedPG.Cli.Rendering;

/// <summary>An episode as it was stepped: T actions and T + 1 states.</summary>
/// <param name="States">The states, each by its numbers; the last observation where the environment shows no state.</param>
/// <param name="Actions">The actions.</param>
/// <param name="Rewards">What each paid.</param>
/// <param name="Terminated">Whether it came to its own end.</param>
public sealed record Episode(IReadOnlyList<double[]> States, IReadOnlyList<double[]> Actions, IReadOnlyList<double> Rewards, bool Terminated)
{
    /// <summary>The steps of an episode that has no limit of its own, unless asked for more.</summary>
    public const int UsualSteps = 200;

    /// <summary>The number of steps T.</summary>
    public int Steps => Actions.Count;

    /// <summary>The sum of rewards up to a step.</summary>
    public double Return(int steps) => Rewards.Take(steps).Sum();

    /// <summary>Steps an episode by the subject's policy; where it has none, by uniformly random actions.</summary>
    /// <param name="subject">What is shown.</param>
    /// <param name="seed">The seed of all that is random, 0 to 2^53 - 1.</param>
    /// <param name="steps">The most steps; null for the environment's own limit, or <see cref="UsualSteps"/>.</param>
    public static Episode Of(Subject subject, long seed, int? steps = null)
    {
        EpisodicEnvironment stepped = EpisodicEnvironment.Of(subject.Instance, subject.StepLimit);
        IEnvironment environment = stepped.Create(subject.Agent);
        var random = new RandomSequence(new StreamKey(seed, StreamPurpose.Rollout, subject.Agent, Round: 0, LocalStep: 0));
        double[] observation = new double[stepped.ObservationSpace.Size];
        List<double[]> states = [], actions = [];
        List<double> rewards = [];
        environment.Reset(seed, observation);
        states.Add(State(environment, observation));
        bool terminated = false;
        int most = Math.Min(steps ?? int.MaxValue, stepped.StepLimit ?? steps ?? UsualSteps);
        while (actions.Count < most && !terminated)
        {
            double[] action = subject.Act is { } act ? act(observation, actions.Count)
                : subject.Policy is null ? Uniform(stepped.ActionSpace, random)
                : [Draw(subject, (int)states[^1][0], random)];
            StepResult result = environment.Step(action, observation);
            actions.Add(action);
            rewards.Add(result.Reward);
            states.Add(State(environment, observation));
            terminated = result.Terminated;
            if (result.Truncated) break;
        }
        return new Episode(states, actions, rewards, terminated);
    }

    private static double[] State(IEnvironment environment, double[] observation)
    {
        if (environment is not IStatefulEnvironment stateful) return [.. observation];
        double[] state = new double[stateful.StateNames.Count];
        stateful.ReadState(state);
        return state;
    }

    private static int Draw(Subject subject, int state, RandomSequence random)
    {
        double left = random.NextDouble();
        int last = 0;
        for (int a = 0; a < subject.Mdp!.Actions; a++)
        {
            double p = subject.Probability(state, a);
            if (p <= 0) continue;
            last = a;
            if ((left -= p) < 0) break;
        }
        return last;
    }

    private static double[] Uniform(Space space, RandomSequence random) => space switch
    {
        Discrete discrete => [(int)(random.NextDouble() * discrete.Count)],
        MultiDiscrete many => [.. many.Counts.Select(count => (double)(int)(random.NextDouble() * count))],
        Box box => [.. box.Low.Zip(box.High, (low, high) => Between(low, high, random.NextDouble()))],
        _ => throw new NotSupportedException($"actions {space} cannot be drawn"),
    };

    /// <summary>Uniform between the ends; where they are infinite, within 1 of 0.</summary>
    private static double Between(double low, double high, double share)
    {
        (double from, double to) = (double.IsFinite(low) ? low : Math.Min(-1, high - 1), double.IsFinite(high) ? high : Math.Max(1, low + 1));
        return from + ((to - from) * share);
    }
}
