using System.Globalization;

namespace FedPG.Envs.Checking;

/// <summary>
/// Steps agree with the list of states. No transition occurs that the list calls impossible, episodes end where the list has terminal
/// states, and frequencies and rewards are as listed. Frequencies are compared by a chi-square test of each row. A row that rejects at 1e-4
/// / rows is sampled anew, and counts as a fault when that rejects at 1e-4 too. So a true list is called faulty with probability 1e-8
/// (nominally; the test's own error far out in the tail, at cells that expect 10 or more, may make it 1e-6).
/// </summary>
internal sealed class TransitionsCheck() : EnvironmentCheck("transitions")
{
    private const double Level = 1e-4, FalseAlarms = 1e-8;
    private const int Resets = 2_000;

    /// <summary>How far apart the seeds of the two samples lie.</summary>
    private const long SecondSample = 1L << 40;

    public override CheckResult Run(CheckSubject subject)
    {
        if (subject.Table is not { } mdp) return Skip("the states are not listed");
        if (subject.Episodes.Any(episode => episode.Thrown is not null)) return Skip("not compared: the environment throws");
        long each = subject.Settings.TransitionSteps / subject.Agents.Count;
        string agents = string.Join(", ", subject.Agents);
        string tried = $"{each:N0} steps and {Resets:N0} resets of agents {agents}, seeds from {subject.Settings.Seed}";
        TransitionTally[] tallies = [.. subject.Agents.Select(agent => new TransitionTally(mdp, agent))];
        foreach (TransitionTally tally in tallies)
        {
            IEnvironment environment = subject.Create(tally.AgentIndex);
            (Space observations, Space actions) = (environment.ObservationSpace, environment.ActionSpace);
            if (!observations.Equals(new Discrete(mdp.States)) || !actions.Equals(new Discrete(mdp.Actions)))
            {
                return Fail(tried,
                    $"the list has {mdp.States} states and {mdp.Actions} actions, and the steps have {observations} and {actions}");
            }
            subject.Steps += each;
            if (tally.Run(environment, subject.Settings.Seed, each, Resets, subject.EpisodeSteps) is { } fault)
                return Fail(tried, fault.What, fault.Place);
        }
        long rows = tallies.Sum(tally => (long)tally.Rows), pairs = rows - tallies.Length, seen = tallies.Sum(tally => tally.VisitedPairs);
        tried = string.Create(CultureInfo.InvariantCulture,
            $"{tried}: {seen:N0} of {pairs:N0} state-action pairs met; chi-square, false-alarm rate 1e-8");
        return tallies.Select(tally => Compare(subject, tally, each, rows)).FirstOrDefault(finding => finding is not null) is { } found
            ? Fail(tried, found)
            : Pass(tried);
    }

    /// <summary>What differs between an agent's steps and its list; null for nothing.</summary>
    private static string? Compare(CheckSubject subject, TransitionTally tally, long steps, long rows)
    {
        for (int row = 0; row < tally.Rows; row++)
        {
            if (RowComparison.Surprise(tally, row) < Level / rows && Confirm(subject, tally, steps, row) is { } confirmed) return confirmed;
            if (row < tally.Rows - 1 && RowComparison.RewardError(tally, row, FalseAlarms / rows) is { } reward) return reward;
        }
        return null;
    }

    /// <summary>The finding of a second sample; null where it finds nothing strange.</summary>
    private static string? Confirm(CheckSubject subject, TransitionTally first, long steps, int row)
    {
        var again = new TransitionTally(first.Mdp, first.AgentIndex);
        long seed = subject.Settings.Seed + SecondSample;
        subject.Steps += steps;
        _ = again.Run(subject.Create(first.AgentIndex), seed, steps, Resets, subject.EpisodeSteps);
        double surprise = RowComparison.Surprise(again, row);
        return surprise < Level
            ? string.Create(CultureInfo.InvariantCulture,
                $"{RowComparison.Worst(again, row)} (seeds from {seed}; p = {surprise:G2}, and p below {Level} in the sample before)")
            : null;
    }
}
