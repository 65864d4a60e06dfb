using System.Globalization;
using FedPG.Cli.Common;
using FedPG.Experiments.Diagnosis;
using FedPG.Experiments.Runs;
using FedPG.Federation.Evaluation;

namespace FedPG.Cli.Train;

/// <summary>The end of a run, as people read it.</summary>
internal static class SummaryTable
{
    private const int MaxRows = 32;

    public static void Print(RunSummary summary)
    {
        bool isReturn = summary.Minimised == ObjectiveKind.Reward;
        if (summary.ObjectiveError is { } error) PrintEstimates(summary, error, isReturn);
        else PrintExact(summary, isReturn);
        PrintFooter(summary);
    }

    /// <summary>
    /// The end of a run whose objective is known exactly. What is minimised is -r where rewards count as they are: people read the return.
    /// </summary>
    private static void PrintExact(RunSummary summary, bool isReturn)
    {
        bool hasOwn = summary.UniformOwnGap is not null;
        List<FittingColumn> columns =
            [new(""), new(isReturn ? "return" : "objective", Spare: 3), new("optimum", Spare: 2), new("gap"),
                new("of uniform", Spare: hasOwn ? 1 : 0, GoesFirst: hasOwn)];
        if (hasOwn) columns.Add(new FittingColumn("of its own uniform gap"));
        IReadOnlyList<AgentSummary>? before = hasOwn ? summary.BeforePersonalise?.Agents : null;
        if (before is not null) columns.Add(new FittingColumn("before personalise"));
        var table = new FittingTable(TitleOf(summary), columns);
        string share = Percent(summary.Gap, summary.UniformGap, summary.Objective);
        Add("mean of agents", summary.Objective, summary.Optimum, summary.Gap, share,
            Percent(summary.OwnGap, summary.UniformOwnGap, summary.Objective),
            Percent(summary.BeforePersonalise?.OwnGap, summary.UniformOwnGap, summary.Objective));
        int worst = Worst(summary.Agents);
        foreach (int i in Shown(summary.Agents.Count, worst))
        {
            AgentSummary agent = summary.Agents[i];
            string mark = i == worst ? "worst" : "", part = OwnShare(agent);
            Add(agent.Name, agent.Objective, agent.Optimum, agent.Objective - agent.Optimum, hasOwn ? "" : mark, $"{mark} {part}".Trim(),
                before is null ? "" : OwnShare(before[i]));
        }
        if (summary.Agents.Count > MaxRows) table.Add($"... the others in {RunFolder.AgentsFile}");
        table.Print(RunFolder.AgentsFile);
        string own = ObjectiveKind.IsOfValues(summary.Minimised) ? "" : "; optimum: each alone";
        Prose.Write(isReturn
            ? $"return: expected discounted sum of rewards, maximised{own}; gap: what is lost"
            : $"objective: {ObjectiveKind.InWords(summary.Minimised)}{own}");
        PrintCertificate(summary.Certificate);
        if (PriceOfOnePolicy.Of(summary) is { } price) Prose.Write(price);

        void Add(string name, double objective, double? optimum, double? gap, string of, string ofOwn, string ofOwnBefore)
        {
            int sign = isReturn ? -1 : 1;
            List<string> cells = [name, Number(sign * objective), Number(sign * optimum), Number(gap), of];
            if (hasOwn) cells.Add(ofOwn);
            if (before is not null) cells.Add(ofOwnBefore);
            table.Add([.. cells]);
        }
    }

    /// <summary>
    /// The end of a run whose objective was estimated: there is no optimum to compare with, but there are returns, where a policy is
    /// judged.
    /// </summary>
    private static void PrintEstimates(RunSummary summary, double error, bool isReturn)
    {
        bool returns = summary.Agents.All(a => a.Return is not null);
        int sign = isReturn ? -1 : 1, worst = Worst(summary.Agents);
        List<FittingColumn> columns = [new(""), new(isReturn ? "discounted return" : "objective")];
        if (returns) columns.Add(new FittingColumn("mean return", Spare: 1));
        RunSummary? before = summary.BeforePersonalise;
        if (before is not null) columns.Add(new FittingColumn("before personalise"));
        if (worst >= 0) columns.Add(new FittingColumn(""));
        var table = new FittingTable(TitleOf(summary), columns);
        AddRow("mean of agents", $"{Number(sign * summary.Objective)} +- {Short(error)}", summary.Agents.Average(a => a.Return),
            before?.Objective, "");
        foreach (int i in Shown(summary.Agents.Count, worst))
        {
            AgentSummary agent = summary.Agents[i];
            AddRow(agent.Name, Number(sign * agent.Objective), agent.Return, before?.Agents[i].Objective, i == worst ? "worst" : "");
        }
        if (summary.Agents.Count > MaxRows) table.Add($"... the others in {RunFolder.AgentsFile}");
        table.Print(RunFolder.AgentsFile);
        string what = isReturn
            ? "discounted return: expected discounted sum of rewards, maximised"
            : $"objective: {ObjectiveKind.InWords(summary.Minimised)}";
        Prose.Write($"{what}; estimated, with its standard error{(returns ? "; mean return: undiscounted rewards of an episode" : "")}");

        void AddRow(string name, string objective, double? reward, double? objectiveBefore, string mark)
        {
            List<string> cells = [name, objective];
            if (returns) cells.Add(Number(reward));
            if (before is not null) cells.Add(Number(sign * objectiveBefore));
            if (worst >= 0) cells.Add(mark);
            table.Add([.. cells]);
        }
    }

    /// <summary>The first agents, and the worst one where it is not among them.</summary>
    private static IEnumerable<int> Shown(int agents, int worst)
    {
        IEnumerable<int> first = Enumerable.Range(0, Math.Min(agents, MaxRows));
        return worst >= MaxRows ? first.Append(worst) : first;
    }

    /// <summary>What an agent keeps of its own uniform gap; nothing where its gap is a rounding of zero.</summary>
    private static string OwnShare(AgentSummary agent) =>
        agent.OwnShare is { } share && Quantities.Percent(agent.Objective - agent.Optimum, 1, agent.Objective) is not null
            ? Percent(share)
            : "";

    private static string Percent(double? part, double? whole, double scale) =>
        Quantities.Percent(part, whole, scale) is { } percent ? Percent(percent / 100) : "";

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:F2} %");

    /// <summary>
    /// The agent that keeps the largest share of its own uniform gap, where shares are known; else the one that is farthest from its own
    /// optimum, or where that is unknown with the largest objective; -1 for one agent, or equal ones.
    /// </summary>
    private static int Worst(IReadOnlyList<AgentSummary> agents)
    {
        bool shares = agents.Any(a => a.OwnShare is not null), optima = agents.All(a => a.Optimum is not null);
        double[] left =
            [.. agents.Select(a => shares ? a.OwnShare ?? double.MinValue : optima ? a.Objective - a.Optimum!.Value : a.Objective)];
        double most = left.Max(), spread = most - left.Min();
        return agents.Count > 1 && spread > 1e-9 * Math.Max(1, Math.Abs(most)) ? Array.IndexOf(left, most) : -1;
    }

    private static string TitleOf(RunSummary summary) =>
        $"{summary.Name}: {summary.Algorithm}, seed {summary.Seed}, {summary.Rounds} rounds";

    private static void PrintFooter(RunSummary summary)
    {
        if (PersonaliseLine.Of(summary) is { } tuned) Prose.Write(tuned);
        if (HurtingCorrection.Of(summary) is { } warning) Prose.Write(warning);
        Prose.Write(string.Create(CultureInfo.InvariantCulture,
            $"{summary.EnvSteps:N0} env-steps in {summary.Seconds:F1} s; "
                + $"{summary.BytesUp:N0} bytes up, {summary.BytesDown:N0} bytes down"));
        string folder = ShownPath.Of(summary.Folder!);
        if (summary.StoppedAt is { } target) Prose.Write($"target reached after round {summary.Rounds}: {target.InWords()}");
        if (summary is { BestRound: { } round, BestObjective: { } best })
        {
            Prose.Write($"best policy: of round {round}, objective {Number(best)}; "
                + $"judge it by fedpg eval \"{folder}\" --best");
        }
        Prose.Write($"run folder: {folder}");
        Prose.Write($"curves:     tensorboard --logdir \"{folder}\"");
    }

    /// <summary>What is left, and why.</summary>
    private static void PrintCertificate(Certificate? certificate)
    {
        if (certificate is not { } c) return;
        string problem = c.Temperature > 0
            ? string.Create(CultureInfo.InvariantCulture, $" of the problem with entropy {c.Temperature:G3}")
            : "";
        double largest = new[] { c.HeterogeneityBias, c.TruncationBias, c.NoiseFloor }.Max() ?? 0;
        string left = $"left of the gap{problem}: {Short(c.Gap)}";
        if (!c.Valid && largest > 2 * c.Gap)
        {
            Prose.Write($"{left}; the laws that would split it do not hold here: {string.Join("; ", c.Notes)}");
            return;
        }
        Prose.Write($"{left} = heterogeneity {Short(c.HeterogeneityBias)} + truncation {Short(c.TruncationBias)} "
            + $"+ noise {Short(c.NoiseFloor)} + not converged {Short(c.Remainder)}");
        if (!c.Valid)
            Prose.Write($"  (laws near a minimum; here {(c.Notes.Count > 0 ? c.Notes[0] : "they cannot be checked")})");
    }

    private static string Short(double? value) => value?.ToString("G3", CultureInfo.InvariantCulture) ?? "unknown";

    private static string Number(double? value) => value?.ToString("F4", CultureInfo.InvariantCulture) ?? "unknown";
}
