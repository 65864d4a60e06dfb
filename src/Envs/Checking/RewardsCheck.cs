namespace FedPG.Envs.Checking;

/// <summary>Rewards lie in the range that the environment states, by which <c>regret</c> is allowed or refused.</summary>
internal sealed class RewardsCheck() : EnvironmentCheck("rewards")
{
    public override CheckResult Run(CheckSubject subject)
    {
        if (subject.StatedRewards is not { } range)
            return Skip("a list states rewards and no range; they are compared with the steps' by the check of transitions");
        double smallest = double.PositiveInfinity, largest = double.NegativeInfinity;
        foreach (Episode episode in subject.Episodes)
        {
            for (int t = 0; t < episode.Steps; t++)
            {
                double reward = episode.Results[t].Reward;
                if (!double.IsFinite(reward)) continue;
                (smallest, largest) = (Math.Min(smallest, reward), Math.Max(largest, reward));
                if (range.Contains(reward)) continue;
                string finding = $"the reward {Episode.Text(reward)} is not {range}, as the reward range says";
                return Fail(subject.Tried, finding, episode.At(t + 1));
            }
        }
        return Pass($"{subject.Tried}; rewards from {Episode.Text(smallest)} to {Episode.Text(largest)}, stated is {range}");
    }
}
