namespace FedPG.Envs.Checking;

/// <summary>Instances share nothing that changes: two that are stepped in turns give what each gives alone.</summary>
internal sealed class InstancesCheck() : EnvironmentCheck("instances")
{
    private const string SharedState = "by the steps of another one: they share state, perhaps in a static field";

    public override CheckResult Run(CheckSubject subject)
    {
        string tried = $"{subject.Tried} again, in turns with an instance of agent {subject.Agents[^1]}";
        foreach (Episode alone in subject.Episodes.Where(episode => episode.Thrown is null))
        {
            if (Disturbed(subject, alone) is not { } found) continue;
            string what = found.Reward ? "the step of an instance" : "an instance";
            return Fail(tried, $"{what} is changed {SharedState}", alone.At(found.Step));
        }
        return Pass(tried);
    }

    /// <summary>Steps through an episode in turns with another instance.</summary>
    /// <returns>The first step that differs, and whether the reward shows it; null where none does.</returns>
    private static (int Step, bool Reward)? Disturbed(CheckSubject subject, Episode alone)
    {
        IEnvironment one = subject.Create(alone.Agent);
        double[] observation = new double[one.ObservationSpace.Size];
        var other = new Companion(subject.Create(subject.Agents[^1]), alone.Seed + 1);
        one.Reset(alone.Seed, observation);
        other.Begin();
        for (int t = 0; t <= alone.Steps; t++)
        {
            if (!observation.AsSpan().SequenceEqual(alone.Observations[t]) && observation.All(double.IsFinite)) return (t, Reward: false);
            if (t == alone.Steps) break;
            other.Step();
            StepResult own = one.Step(alone.Actions[t], observation);
            subject.Steps += 2;
            if (own != alone.Results[t] && double.IsFinite(own.Reward)) return (t + 1, Reward: true);
        }
        return null;
    }

    /// <summary>Another instance that is stepped on with random actions, episode after episode.</summary>
    private sealed class Companion(IEnvironment environment, long seed)
    {
        private readonly double[] _observation = new double[environment.ObservationSpace.Size];
        private readonly double[] _action = new double[environment.ActionSpace.Size];
        private readonly ActionSource _actions = new(environment.ActionSpace, seed);
        private long _seed = seed;
        private bool _ended;

        public void Begin() => environment.Reset(_seed, _observation);

        public void Step()
        {
            _actions.Next(_action);
            if (_ended) environment.Reset(++_seed, _observation);
            StepResult result = environment.Step(_action, _observation);
            _ended = result.Terminated || result.Truncated;
        }
    }
}
