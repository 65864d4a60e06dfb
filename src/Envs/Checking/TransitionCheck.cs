using System.Globalization;
using FedPG.Envs.Tabular;

namespace FedPG.Envs.Checking;

/// <summary>
/// Steps agree with the list of states: no transition that the list calls impossible, ends where the list has terminal states, frequencies
/// and rewards as listed. Frequencies are compared by a chi-square test of each row: one that rejects at 1e-4 / rows is sampled anew, and
/// counts as a fault when that rejects at 1e-4 too. So a true list is called faulty with probability 1e-8 (nominally; the test's own error
/// far out in the tail, at cells that expect 10 or more, may make it 1e-6).
/// </summary>
internal static class TransitionCheck
{
    private const string Name = "transitions";
    private const double Level = 1e-4;
    private const int Resets = 2_000;

    /// <summary>How far apart the seeds of the two samples lie.</summary>
    private const long SecondSample = 1L << 40;

    public static CheckResult Run(CheckSubject subject)
    {
        if (subject.Instance is not FiniteMdp mdp) return CheckResult.Skip(Name, "the states are not listed");
        if (subject.Episodes.Any(e => e.Thrown is not null)) return CheckResult.Skip(Name, "not compared: the environment throws");
        long each = subject.Settings.TransitionSteps / subject.Agents.Count;
        TransitionTally[] tallies = [.. subject.Agents.Select(agent => new TransitionTally(mdp, agent))];
        string tried = $"{each:N0} steps and {Resets:N0} resets of agents {string.Join(", ", subject.Agents)}, seeds from {subject.Settings.Seed}";
        foreach (TransitionTally tally in tallies)
        {
            if (subject.Create(tally.AgentIndex) is not { ObservationSpace: Discrete observations, ActionSpace: Discrete actions } environment || (observations.Count, actions.Count) != (mdp.States, mdp.Actions))
                return CheckResult.Fail(Name, tried, $"the list has {mdp.States} states and {mdp.Actions} actions, and the steps have {subject.Create(tally.AgentIndex).ObservationSpace} and {subject.Create(tally.AgentIndex).ActionSpace}");
            subject.Steps += each;
            if (tally.Run(environment, subject.Settings.Seed, each, Resets, subject.EpisodeSteps) is { } fault)
                return CheckResult.Fail(Name, tried, fault.What, fault.Place);
        }
        long rows = tallies.Sum(t => (long)t.Rows), seen = tallies.Sum(t => (long)Enumerable.Range(0, t.Rows - 1).Count(row => t.Visits(row) > 0));
        tried = string.Create(CultureInfo.InvariantCulture, $"{tried}: {seen:N0} of {rows - tallies.Length:N0} state-action pairs met; chi-square, false-alarm rate 1e-8");
        foreach (TransitionTally tally in tallies)
        {
            for (int row = 0; row < tally.Rows; row++)
            {
                if (tally.Surprise(row) < Level / rows && Confirm(subject, mdp, tally.AgentIndex, each, row) is { } confirmed) return CheckResult.Fail(Name, tried, confirmed);
                if (row < tally.Rows - 1 && tally.RewardError(row, 1e-8 / rows) is { } reward) return CheckResult.Fail(Name, tried, reward);
            }
        }
        return CheckResult.Pass(Name, tried);
    }

    /// <summary>The finding of a second sample; null where it finds nothing strange.</summary>
    private static string? Confirm(CheckSubject subject, FiniteMdp mdp, int agent, long steps, int row)
    {
        var again = new TransitionTally(mdp, agent);
        long seed = subject.Settings.Seed + SecondSample;
        subject.Steps += steps;
        _ = again.Run(subject.Create(agent), seed, steps, Resets, subject.EpisodeSteps);
        double surprise = again.Surprise(row);
        return surprise < Level
            ? string.Create(CultureInfo.InvariantCulture, $"{again.Worst(row)} (seeds from {seed}; p = {surprise:G2}, and p below {Level} in the sample before)")
            : null;
    }
}
