namespace FedPG.Reporting.Report;

/// <summary>The section of a page that tells how the policy serves each agent. Stateless.</summary>
internal static class AgentSection
{
    /// <summary>Writes the table, where any run has agents to show.</summary>
    /// <param name="page">The page.</param>
    /// <param name="groups">The settings.</param>
    public static void Write(HtmlPage page, IReadOnlyList<RunGroup> groups)
    {
        AgentFigures[] agents = [.. groups.Select(AgentFigures.Of)];
        if (agents.All(a => a.Names.Count == 0)) return;
        page.Line("<h2>Agents</h2>");
        bool returns = agents.Any(a => a.Return.Any(double.IsFinite));
        List<string> head = ["setting", "agents", "mean objective", "best agent", "worst agent"];
        if (returns) head.Add("mean return, worst to best");
        page.Table(head, groups.Select((group, k) => (group, k)).Where(g => agents[g.k].Names.Count > 0).Select(g =>
        {
            AgentFigures of = agents[g.k];
            int[] order = Order(of);
            List<string> cells = [HtmlPage.Swatch(g.group.Style) + HtmlPage.Text(g.group.Label), HtmlPage.Whole(of.Names.Count),
                HtmlPage.Number(of.Mean.Average()), Agent(of, order[0]), Agent(of, order[^1])];
            if (returns)
                cells.Add(of.Return.All(double.IsFinite)
                    ? $"{HtmlPage.Number(of.Return.Min())} to {HtmlPage.Number(of.Return.Max())}" : "");
            return (IReadOnlyList<string>)cells;
        }),
        "Each agent's objective of the policy that serves it, at the end, of runs that have ended; in brackets what its own best "
            + "policy would reach. Best and worst are by the distance from that, where it is known.");
    }

    private static string Agent(AgentFigures agents, int i) =>
        $"{HtmlPage.Text(agents.Names[i])}: {HtmlPage.Number(agents.Mean[i])}"
            + (double.IsFinite(agents.Optimum[i]) ? $" ({HtmlPage.Number(agents.Optimum[i])})" : "");

    /// <summary>Agents from best to worst: by the distance from their own optima, where these are known, or by their objectives.</summary>
    private static int[] Order(AgentFigures of)
    {
        bool own = of.Optimum.All(double.IsFinite);
        return [.. Enumerable.Range(0, of.Names.Count).OrderBy(i => own ? of.Mean[i] - of.Optimum[i] : of.Mean[i])];
    }
}
