namespace FedPG.Reporting.Report;

/// <summary>The agents of a group at the end of its runs, over seeds.</summary>
/// <param name="Names">The agents.</param>
/// <param name="Mean">The mean objective of each.</param>
/// <param name="Min">The least of the runs.</param>
/// <param name="Max">The most.</param>
/// <param name="Optimum">Each agent's own optimum; NaN where unknown.</param>
/// <param name="Return">The mean return of episodes; NaN where there are none.</param>
internal sealed record AgentFigures(
    List<string> Names, IReadOnlyList<double> Mean, IReadOnlyList<double> Min, IReadOnlyList<double> Max, IReadOnlyList<double> Optimum,
    IReadOnlyList<double> Return)
{
    /// <summary>Adds up the runs of a group that have ended; the furthest of them, where not all have finished.</summary>
    public static AgentFigures Of(RunGroup group)
    {
        ReportedRun[] ended = [.. group.Runs.Where(run => run.Summary is not null)];
        if (group.Round is not null && ended.Length > 0) ended = [.. ended.Where(run => run.Rounds >= ended.Max(other => other.Rounds))];
        var agents = ended.SelectMany(run => run.Agents).GroupBy(agent => agent.Name).ToArray();
        return new AgentFigures(
            [.. agents.Select(a => a.Key)], [.. agents.Select(a => a.Average(r => r.Objective))],
            [.. agents.Select(a => a.Min(r => r.Objective))],
            [.. agents.Select(a => a.Max(r => r.Objective))], [.. agents.Select(a => a.First().Optimum)],
            [.. agents.Select(a => a.Average(r => r.Return))]);
    }
}
