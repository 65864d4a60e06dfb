using System.Globalization;
using FedPG.Experiments.Series;
using FedPG.Federation.Evaluation;
using Spectre.Console;

namespace FedPG.Cli.Runs;

/// <summary>Run folders as people read them. Stateless.</summary>
internal static class RunsTable
{
    /// <summary>Prints the table.</summary>
    /// <param name="runs">The runs.</param>
    /// <param name="folder">Where they were looked for.</param>
    public static void Print(IReadOnlyList<ListedRun> runs, string folder)
    {
        if (runs.Count == 0)
        {
            Console.WriteLine($"no runs in {folder}");
            return;
        }
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumns("folder", "state");
        foreach (string name in (string[])["rounds", "result", "gap", "size"]) table.AddColumn(new TableColumn(name).RightAligned());
        table.AddColumns("what", "changed");
        foreach (ListedRun run in runs)
        {
            table.AddRow(
                run.Folder.EscapeMarkup(), run.State,
                $"{run.RoundsDone?.ToString(CultureInfo.InvariantCulture) ?? "?"}/{run.Rounds}", Result(run),
                Number(run.Gap), Size(run.Bytes),
                $"{run.Algorithm} on {Path.GetFileName(run.Environment)}, seed {run.Seed}".EscapeMarkup(),
                run.Changed.ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture));
        }
        AnsiConsole.Write(table);
        Console.WriteLine(
            $"{Counted(runs.Count)}, {Size(runs.Sum(run => run.Bytes))}; result: the mean return where rewards are "
                + "maximised, else the objective");
    }

    /// <summary>A number of runs.</summary>
    /// <param name="runs">The number.</param>
    public static string Counted(int runs) => runs == 1 ? "1 run" : string.Create(CultureInfo.InvariantCulture, $"{runs} runs");

    /// <summary>A number of bytes.</summary>
    /// <param name="bytes">The number.</param>
    public static string Size(long bytes) => bytes switch
    {
        >= 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:F1} GB"),
        >= 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:F1} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:F0} kB"),
    };

    private static string Result(ListedRun run) => Number(run.Minimised == ObjectiveKind.Reward ? -run.Objective : run.Objective);

    private static string Number(double? value) => value?.ToString("F4", CultureInfo.InvariantCulture) ?? "";
}
