namespace FedPG.Envs.Checking;

/// <summary>Observations and rewards are finite numbers.</summary>
internal sealed class NumbersCheck() : EnvironmentCheck("numbers")
{
    public override CheckResult Run(CheckSubject subject)
    {
        foreach (Episode episode in subject.Episodes)
        {
            for (int t = 0; t < episode.Observations.Count; t++)
            {
                double[] observation = episode.Observations[t];
                int bad = Array.FindIndex(observation, number => !double.IsFinite(number));
                if (bad >= 0) return Fail(subject.Tried, $"observation[{bad}] is {Episode.Text(observation[bad])}", episode.At(t));
                if (t > 0 && !double.IsFinite(episode.Results[t - 1].Reward))
                    return Fail(subject.Tried, $"the reward is {Episode.Text(episode.Results[t - 1].Reward)}", episode.At(t));
            }
        }
        return Pass(subject.Tried);
    }
}
