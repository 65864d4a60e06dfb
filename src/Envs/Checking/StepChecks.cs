using FedPG.Core.Options;
using FedPG.Envs.Episodic;
using FedPG.Envs.Tabular;

namespace FedPG.Envs.Checking;

/// <summary>Checks of single steps, each a walk over the recorded episodes.</summary>
internal static class StepChecks
{
    /// <summary>Nothing throws, for actions of the action space and a reset after the end.</summary>
    public static CheckResult Exceptions(CheckSubject subject)
    {
        const string name = "exceptions";
        string tried = $"{subject.Tried} of random actions; after each end a reset";
        Episode? bad = subject.Episodes.FirstOrDefault(e => e.Thrown is not null);
        if (bad is null) return CheckResult.Pass(name, tried);
        string after = bad.Observations.Count == 0 && bad.Seed != subject.Seeds[0] ? " at a reset after an episode" : "";
        return CheckResult.Fail(name, tried, $"threw {bad.Thrown!.GetType().Name}{after}: {bad.Thrown.Message}", bad.At(bad.Observations.Count));
    }

    /// <summary>Observations lie in the space that is declared.</summary>
    public static CheckResult Spaces(CheckSubject subject)
    {
        const string name = "spaces";
        IEnvironment first = subject.Create(0);
        (Space space, Space actions) = (first.ObservationSpace, first.ActionSpace);
        string tried = $"{subject.Episodes.Sum(e => (long)e.Observations.Count):N0} observations of {subject.Episodes.Count} episodes; spaces of agents {string.Join(", ", subject.Agents)}";
        foreach (int agent in subject.Agents)
        {
            IEnvironment other = subject.Create(agent);
            if (!other.ObservationSpace.Equals(space) || !other.ActionSpace.Equals(actions))
                return CheckResult.Fail(name, tried, $"has {other.ObservationSpace} and {other.ActionSpace}, and agent 0 has {space} and {actions}; all agents must have the same", new CheckPlace(agent, subject.Seeds[0], 0));
        }
        foreach (Episode episode in subject.Episodes)
        {
            if (!episode.Spaces.Observation.Equals(space) || !episode.Spaces.Action.Equals(actions))
                return CheckResult.Fail(name, tried, $"has {episode.Spaces.Observation} and {episode.Spaces.Action} by the end of an episode, and had {space} and {actions} before; spaces must stay what they are", episode.At(episode.Steps));
            for (int t = 0; t < episode.Observations.Count; t++)
            {
                double[] observation = episode.Observations[t];
                // What is no number is a fault of its own, and said by its own check.
                if (!space.Contains(observation) && observation.All(double.IsFinite))
                    return CheckResult.Fail(name, tried, $"observation [{string.Join(", ", observation.Select(Episode.Text))}] is not in {space}", episode.At(t));
            }
        }
        return CheckResult.Pass(name, tried);
    }

    /// <summary>Observations and rewards are finite numbers.</summary>
    public static CheckResult Numbers(CheckSubject subject)
    {
        const string name = "numbers";
        foreach (Episode episode in subject.Episodes)
        {
            for (int t = 0; t < episode.Observations.Count; t++)
            {
                int bad = Array.FindIndex(episode.Observations[t], x => !double.IsFinite(x));
                if (bad >= 0) return CheckResult.Fail(name, subject.Tried, $"observation[{bad}] is {Episode.Text(episode.Observations[t][bad])}", episode.At(t));
                if (t > 0 && !double.IsFinite(episode.Results[t - 1].Reward))
                    return CheckResult.Fail(name, subject.Tried, $"the reward is {Episode.Text(episode.Results[t - 1].Reward)}", episode.At(t));
            }
        }
        return CheckResult.Pass(name, subject.Tried);
    }

    /// <summary>Rewards lie in the range that the instance states, by which <c>regret</c> is allowed or refused.</summary>
    public static CheckResult Rewards(CheckSubject subject)
    {
        const string name = "rewards";
        if (subject.Instance is FiniteMdp { OwnSteps: not null }) return CheckResult.Skip(name, "a list states rewards and no range; they are compared with the steps' by the check of transitions");
        NumberRange range = (subject.Instance as FiniteMdp)?.StepRewardRange ?? subject.Instance.RewardRange;
        double least = double.PositiveInfinity, most = double.NegativeInfinity;
        foreach (Episode episode in subject.Episodes)
        {
            for (int t = 0; t < episode.Steps; t++)
            {
                double reward = episode.Results[t].Reward;
                if (!double.IsFinite(reward)) continue;
                (least, most) = (Math.Min(least, reward), Math.Max(most, reward));
                if (!range.Contains(reward)) return CheckResult.Fail(name, subject.Tried, $"the reward {Episode.Text(reward)} is not {range}, as the reward range says", episode.At(t + 1));
            }
        }
        return CheckResult.Pass(name, $"{subject.Tried}; rewards from {Episode.Text(least)} to {Episode.Text(most)}, stated is {range}");
    }

    /// <summary>Episodes end by one flag at a time, and can end.</summary>
    public static CheckResult Flags(CheckSubject subject)
    {
        const string name = "flags";
        int terminated = 0, truncated = 0;
        foreach (Episode episode in subject.Episodes.Where(e => e.Steps > 0))
        {
            StepResult last = episode.Results[^1];
            if (last is { Terminated: true, Truncated: true })
            {
                return CheckResult.Fail(name, subject.Tried,
                    "terminated and truncated at once: the first says that nothing is earned afterwards, the second that the state reached would have gone on", episode.At(episode.Steps));
            }
            if (last.Terminated) terminated++;
            if (last.Truncated) truncated++;
        }
        string tried = $"{subject.Tried}; {terminated} terminated, {truncated} truncated by the environment, {subject.Episodes.Count - terminated - truncated} left after {subject.EpisodeSteps} steps";
        if (subject.StepLimit is not null && truncated > 0)
            return CheckResult.Note(name, tried, $"the environment truncates, and its limit of {subject.StepLimit} steps is kept by the caller already");
        bool endless = terminated + truncated == 0 && subject.StepLimit is null && subject.Instance is EpisodicEnvironment && subject.Instance.Discount >= 1;
        return endless
            ? CheckResult.Fail(name, tried, $"no episode ended within {subject.EpisodeSteps} steps, there is no limit of steps and the discount is 1: returns have no end; state a limit of steps or a discount below 1", subject.Episodes[0].At(subject.EpisodeSteps))
            : CheckResult.Pass(name, tried);
    }
}
