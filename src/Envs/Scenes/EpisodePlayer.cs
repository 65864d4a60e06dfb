using FedPG.Core.Streams;
using FedPG.Envs.Episodic;

namespace FedPG.Envs.Scenes;

/// <summary>Plays the episode that a picture shows.</summary>
internal static class EpisodePlayer
{
    /// <summary>Plays an episode by the subject's policy; where it has none, by uniformly random actions.</summary>
    /// <param name="subject">What is shown.</param>
    /// <param name="seed">The seed of all that is random, 0 to 2^53 - 1.</param>
    /// <param name="steps">The maximum of steps; null for the environment's limit, or <see cref="SceneSubject.DefaultSteps"/>.</param>
    public static PlayedEpisode Play(SceneSubject subject, long seed, int? steps)
    {
        EpisodicEnvironment episodic = EpisodicEnvironment.Of(subject.Environment, subject.Definition?.StepLimit);
        IEnvironment environment = episodic.Create(subject.Agent);
        var random = new RandomSequence(new StreamKey(seed, StreamPurpose.Rollout, subject.Agent, Round: 0, LocalStep: 0));
        double[] observation = new double[episodic.ObservationSpace.Size];
        List<double[]> states = [], actions = [];
        List<double> rewards = [];
        environment.Reset(seed, observation);
        states.Add(State(environment, observation));
        bool terminated = false;
        int maximum = Math.Min(steps ?? int.MaxValue, episodic.StepLimit ?? steps ?? SceneSubject.DefaultSteps);
        while (actions.Count < maximum && !terminated)
        {
            double[] action = subject.Act is { } act ? act(observation, actions.Count)
                : subject.Policy is { } policy ? [Draw(policy, (int)states[^1][0], ((Discrete)episodic.ActionSpace).Count, random)]
                : Uniform(episodic.ActionSpace, random);
            StepResult result = environment.Step(action, observation);
            actions.Add(action);
            rewards.Add(result.Reward);
            states.Add(State(environment, observation));
            terminated = result.Terminated;
            if (result.Truncated) break;
        }
        return new PlayedEpisode(states, actions, rewards, terminated, (environment as IStatefulEnvironment)?.StateNames);
    }

    private static double[] State(IEnvironment environment, double[] observation)
    {
        if (environment is not IStatefulEnvironment stateful) return [.. observation];
        double[] state = new double[stateful.StateNames.Count];
        stateful.ReadState(state);
        return state;
    }

    private static int Draw(double[] policy, int state, int actions, RandomSequence random)
    {
        double left = random.NextDouble();
        int last = 0;
        for (int a = 0; a < actions; a++)
        {
            double p = policy[(state * actions) + a];
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
        (double from, double to) = (double.IsFinite(low) ? low : Math.Min(-1, high - 1), double.IsFinite(high)
            ? high : Math.Max(1, low + 1));
        return from + ((to - from) * share);
    }
}
