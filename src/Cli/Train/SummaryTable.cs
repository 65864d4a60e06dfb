using System.Globalization;
using FedPG.Experiments.Diagnosis;
using FedPG.Experiments.Runs;
using FedPG.Federation.Evaluation;
using Spectre.Console;

namespace FedPG.Cli.Train;

/// <summary>The end of a run, as people read it.</summary>
internal static class SummaryTable
{
    private const int MaxRows = 32;

    public static void Print(RunSummary summary)
    {
        if (summary.ObjectiveError is { } error)
        {
            PrintEstimates(summary, error);
            return;
        }
        var table = new Table { Border = TableBorder.Simple, Title = TitleOf(summary) };
        table.AddColumns(
            new TableColumn(""), Right("objective"), Right("optimum"), Right("gap"), Right("of uniform"));
        table.AddRow("mean of agents", Number(summary.Objective), Number(summary.Optimum), Number(summary.Gap), Percent(summary.Gap / summary.UniformGap));
        foreach (AgentSummary agent in summary.Agents.Take(MaxRows))
            table.AddRow(agent.Name.EscapeMarkup(), Number(agent.Objective), Number(agent.Optimum), Number(agent.Objective - agent.Optimum), "");
        if (summary.Agents.Count > MaxRows) table.AddRow($"... {summary.Agents.Count - MaxRows} more in {RunFolder.AgentsFile}");
        AnsiConsole.Write(table);
        string own = ObjectiveKind.IsOfValues(summary.Minimised) ? "" : "; an agent's optimum is what it could reach alone";
        Console.WriteLine($"objective: {ObjectiveKind.InWords(summary.Minimised)}{own}");
        PrintCertificate(summary.Certificate);
        PrintFooter(summary);
    }

    /// <summary>The end of a run whose objective was estimated: there is no optimum to compare with, but there are returns, where a policy is judged.</summary>
    private static void PrintEstimates(RunSummary summary, double error)
    {
        bool returns = summary.Agents.All(a => a.Return is not null);
        var table = new Table { Border = TableBorder.Simple, Title = TitleOf(summary) };
        table.AddColumns(new TableColumn(""), Right("objective"));
        if (returns) table.AddColumn(Right("mean return"));
        AddRow("mean of agents", $"{Number(summary.Objective)} +- {Short(error)}", summary.Agents.Average(a => a.Return));
        foreach (AgentSummary agent in summary.Agents.Take(MaxRows)) AddRow(agent.Name, Number(agent.Objective), agent.Return);
        if (summary.Agents.Count > MaxRows) table.AddRow($"... {summary.Agents.Count - MaxRows} more in {RunFolder.AgentsFile}");
        AnsiConsole.Write(table);
        Console.WriteLine($"objective: {ObjectiveKind.InWords(summary.Minimised)}; estimated, with its standard error{(returns ? "; return: undiscounted rewards of an episode" : "")}");
        PrintFooter(summary);

        void AddRow(string name, string objective, double? reward) => table.AddRow([name.EscapeMarkup(), objective, .. returns ? (string[])[Number(reward)] : []]);
    }

    private static TableTitle TitleOf(RunSummary summary) => new($"{summary.Name}: {summary.Algorithm}, seed {summary.Seed}, {summary.Rounds} rounds");

    private static void PrintFooter(RunSummary summary)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{summary.EnvSteps:N0} env-steps in {summary.Seconds:F1} s; {summary.BytesUp:N0} bytes up, {summary.BytesDown:N0} bytes down"));
        Console.WriteLine($"run folder: {summary.Folder}");
        Console.WriteLine($"curves:     tensorboard --logdir \"{summary.Folder}\"   (or metrics.csv in it)");
    }

    /// <summary>What is left, and why.</summary>
    private static void PrintCertificate(Certificate? certificate)
    {
        if (certificate is null) return;
        string problem = certificate.Temperature > 0 ? string.Create(CultureInfo.InvariantCulture, $" of the problem with entropy {certificate.Temperature:G3}") : "";
        double largest = new[] { certificate.HeterogeneityBias, certificate.TruncationBias, certificate.NoiseFloor }.Max() ?? 0;
        if (!certificate.Valid && largest > 2 * certificate.Gap)
        {
            Console.WriteLine($"left of the gap{problem}: {Short(certificate.Gap)}; the laws that would split it do not hold here: {string.Join("; ", certificate.Notes)}");
            return;
        }
        Console.WriteLine($"left of the gap{problem}: {Short(certificate.Gap)} = heterogeneity {Short(certificate.HeterogeneityBias)} + truncation {Short(certificate.TruncationBias)} "
            + $"+ noise {Short(certificate.NoiseFloor)} + not converged {Short(certificate.Remainder)}");
        if (!certificate.Valid) Console.WriteLine($"  (laws of small steps near a minimum; here {(certificate.Notes.Count > 0 ? certificate.Notes[0] : "they cannot be checked")})");
    }

    private static string Short(double? value) => value?.ToString("G3", CultureInfo.InvariantCulture) ?? "unknown";

    private static TableColumn Right(string name) => new TableColumn(name).RightAligned();

    private static string Number(double? value) => value?.ToString("F4", CultureInfo.InvariantCulture) ?? "unknown";

    private static string Percent(double? share) => share is { } s && double.IsFinite(s) ? string.Create(CultureInfo.InvariantCulture, $"{100 * s:F2} %") : "";
}
