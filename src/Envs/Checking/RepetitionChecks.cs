namespace FedPG.Envs.Checking;

/// <summary>Checks that run the same episode twice under conditions that must make no difference, and compare every bit.</summary>
internal static class RepetitionChecks
{
    /// <summary>Equal seeds and actions give equal episodes, on a new instance and on a new build of all agents.</summary>
    public static CheckResult Determinism(CheckSubject subject, Func<FederatedEnvironment, Func<int, IEnvironment>> stepsOf)
    {
        const string name = "determinism";
        Func<int, IEnvironment> rebuilt = stepsOf(subject.Build());
        return Compare(subject, name, "again on a new instance of a new build",
            "the same seed and actions give another episode on a new instance", (agent, seed) => subject.Record(rebuilt(agent), agent, seed));
    }

    /// <summary>A reset in mid-episode or after an end leaves nothing of the episode before.</summary>
    public static CheckResult Reset(CheckSubject subject)
    {
        const string name = "reset";
        Dictionary<int, IEnvironment> used = subject.Agents.ToDictionary(agent => agent, subject.Create);
        return Compare(subject, name, "again on an instance that was left in the middle of another episode",
            "something is left of the episode before the reset", (agent, seed) =>
            {
                // An episode of another seed, left halfway.
                IEnvironment environment = used[agent];
                Episode before = subject.Episodes.First(e => e.Agent == agent && e.Seed == subject.Seeds[^1]);
                _ = Episode.Record(environment, agent, subject.Seeds[^1], Math.Max(1, before.Steps / 2), strangeBuffers: false);
                return subject.Record(environment, agent, seed);
            });
    }

    /// <summary>The observation buffer is written in full, and neither kept nor read.</summary>
    public static CheckResult Buffers(CheckSubject subject)
    {
        const string name = "buffers";
        Dictionary<int, IEnvironment> used = subject.Agents.ToDictionary(agent => agent, subject.Create);
        return Compare(subject, name, "again with a new observation buffer without numbers for every call",
            "what the observation buffer held before the call makes a difference, so it was read or not written in full",
            (agent, seed) => subject.Record(used[agent], agent, seed, strangeBuffers: true));
    }

    /// <summary>Instances share nothing that changes: two run step by step in turns give what each gives alone.</summary>
    public static CheckResult Independence(CheckSubject subject)
    {
        const string name = "instances";
        foreach (Episode alone in subject.Episodes.Where(e => e.Thrown is null))
        {
            int otherAgent = subject.Agents[^1];
            IEnvironment one = subject.Create(alone.Agent), two = subject.Create(otherAgent);
            double[] first = new double[one.ObservationSpace.Size], second = new double[two.ObservationSpace.Size], action = new double[two.ActionSpace.Size];
            long otherSeed = alone.Seed + 1;
            var actions = new ActionSource(two.ActionSpace, otherSeed);
            one.Reset(alone.Seed, first);
            two.Reset(otherSeed, second);
            bool otherEnded = false;
            for (int t = 0; t <= alone.Steps; t++)
            {
                if (!first.AsSpan().SequenceEqual(alone.Observations[t]) && first.All(double.IsFinite))
                    return CheckResult.Fail(name, Tried(subject), "an instance is changed by the steps of another one: they share state, perhaps in a static field", alone.At(t));
                if (t == alone.Steps) break;
                actions.Next(action);
                if (otherEnded) two.Reset(++otherSeed, second);
                StepResult other = two.Step(action, second), own = one.Step(alone.Actions[t], first);
                otherEnded = other.Terminated || other.Truncated;
                subject.Steps += 2;
                if (own != alone.Results[t] && double.IsFinite(own.Reward))
                    return CheckResult.Fail(name, Tried(subject), "the step of an instance is changed by the steps of another one: they share state, perhaps in a static field", alone.At(t + 1));
            }
        }
        return CheckResult.Pass(name, Tried(subject));

        static string Tried(CheckSubject subject) => $"{subject.Tried} again, in turns with an instance of agent {subject.Agents[^1]}";
    }

    private static CheckResult Compare(CheckSubject subject, string name, string how, string fault, Func<int, long, Episode> again)
    {
        string tried = $"{subject.Tried} {how}";
        foreach (Episode episode in subject.Episodes)
        {
            if (episode.DifferenceFrom(again(episode.Agent, episode.Seed)) is { } difference)
                return CheckResult.Fail(name, tried, $"{fault}: {difference.What}", episode.At(difference.Step));
        }
        return CheckResult.Pass(name, tried);
    }
}
