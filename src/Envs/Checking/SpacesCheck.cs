namespace FedPG.Envs.Checking;

/// <summary>All agents have the same spaces, the spaces stay what they are, and observations lie in theirs.</summary>
internal sealed class SpacesCheck() : EnvironmentCheck("spaces")
{
    public override CheckResult Run(CheckSubject subject)
    {
        IEnvironment first = subject.Create(0);
        (Space observations, Space actions) = (first.ObservationSpace, first.ActionSpace);
        string tried = $"{subject.Episodes.Sum(episode => (long)episode.Observations.Count):N0} observations of {subject.Episodes.Count} "
            + $"episodes; spaces of agents {string.Join(", ", subject.Agents)}";
        foreach (int agent in subject.Agents)
        {
            IEnvironment other = subject.Create(agent);
            if (other.ObservationSpace.Equals(observations) && other.ActionSpace.Equals(actions)) continue;
            string finding = $"has {other.ObservationSpace} and {other.ActionSpace}, and agent 0 has {observations} and {actions}; "
                + "all agents must have the same";
            return Fail(tried, finding, new CheckPlace(agent, subject.Seeds[0], 0));
        }
        foreach (Episode episode in subject.Episodes)
        {
            (Space last, Space lastActions) = episode.Spaces;
            if (!last.Equals(observations) || !lastActions.Equals(actions))
            {
                string finding = $"has {last} and {lastActions} by the end of an episode, and had {observations} and {actions} before; "
                    + "spaces must stay what they are";
                return Fail(tried, finding, episode.At(episode.Steps));
            }
            for (int t = 0; t < episode.Observations.Count; t++)
            {
                double[] observation = episode.Observations[t];
                // What is not a number is a fault of its own, which another check reports.
                if (observations.Contains(observation) || !observation.All(double.IsFinite)) continue;
                string numbers = string.Join(", ", observation.Select(Episode.Text));
                return Fail(tried, $"observation [{numbers}] is not in {observations}", episode.At(t));
            }
        }
        return Pass(tried);
    }
}
