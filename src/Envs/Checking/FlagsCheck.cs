namespace FedPG.Envs.Checking;

/// <summary>Episodes end by one flag at a time, and can end.</summary>
internal sealed class FlagsCheck() : EnvironmentCheck("flags")
{
    public override CheckResult Run(CheckSubject subject)
    {
        int terminated = 0, truncated = 0;
        foreach (Episode episode in subject.Episodes.Where(episode => episode.Steps > 0))
        {
            StepResult last = episode.Results[^1];
            if (last is { Terminated: true, Truncated: true })
            {
                return Fail(subject.Tried, "terminated and truncated at once: the first says that nothing is earned afterwards, "
                    + "the second that the state reached would have gone on", episode.At(episode.Steps));
            }
            if (last.Terminated) terminated++;
            if (last.Truncated) truncated++;
        }
        int left = subject.Episodes.Count - terminated - truncated;
        string tried = $"{subject.Tried}; {terminated} terminated, {truncated} truncated by the environment, "
            + $"{left} left after {subject.EpisodeSteps} steps";
        if (subject.StepLimit is not null && truncated > 0)
            return Note(tried, $"the environment truncates, and its limit of {subject.StepLimit} steps is kept by the caller already");
        bool isBounded = subject.StepLimit is not null || !subject.IsKnownBySteps || subject.Instance.Discount < 1;
        bool neverEnds = terminated + truncated == 0 && !isBounded;
        return neverEnds
            ? Fail(tried, $"no episode ended within {subject.EpisodeSteps} steps, there is no limit of steps and the discount is 1: "
                + "returns have no end; state a limit of steps or a discount below 1", subject.Episodes[0].At(subject.EpisodeSteps))
            : Pass(tried);
    }
}
