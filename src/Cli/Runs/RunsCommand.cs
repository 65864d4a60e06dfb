using System.CommandLine;
using System.Text.Json;
using FedPG.Cli.Common;
using FedPG.Core.Options;
using FedPG.Experiments.Runs;
using FedPG.Experiments.Series;

namespace FedPG.Cli.Runs;

/// <summary><c>fedpg runs</c>: the run folders that there are, and away with them.</summary>
internal static class RunsCommand
{
    private const string Standard = "runs";

    private static readonly Argument<string?> Folder =
        new("DIR") { Description = $"Where to look, up to four folders deep, or one run folder (default: {Standard}).",
            Arity = ArgumentArity.ZeroOrOne };

    private static readonly Option<bool> Delete = new("--delete")
    {
        Description =
            "Delete the runs listed, once you have said yes. Only files of runs are deleted, none of a run that a process works on, "
                + "and nothing behind a link.",
    };

    private static readonly Option<string[]> State = new("--state")
    {
        Description = "Only runs in this state: running, finished, cancelled, diverged, interrupted, unreadable. Repeatable.",
        HelpName = "STATE",
    };

    private static readonly Option<bool> Yes = new("--yes") { Description = "With --delete: do not ask." };
    private static readonly Option<bool> Json = new("--json") { Description = "The list as one JSON document on stdout." };

    public static Command Create()
    {
        State.AcceptOnlyFromAmong(
            ListedRun.Running, RunSummary.Finished, RunSummary.Cancelled, SeriesRuns.Diverged, ListedRun.Interrupted, ListedRun.Unreadable);
        var command = new Command("runs", "Lists run folders: size, state, result.") { Folder, State, Delete, Yes, Json };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        string folder = parsed.GetValue(Folder) ?? Standard;
        if (!Directory.Exists(folder))
            throw new InvalidInputException(new ValidationError(Folder.Name, "", folder.Length == 0 ? "\"\"" : folder, "is no folder"));
        if (parsed.GetValue(Yes) && !parsed.GetValue(Delete))
            throw new InvalidInputException(new ValidationError(Yes.Name, "", null, $"means nothing without {Delete.Name}"));
        string[] states = parsed.GetValue(State) ?? [];
        ListedRun[] runs = [.. RunList.Of(folder).Where(run => states.Length == 0 || states.Contains(run.State))];
        if (parsed.GetValue(Json)) Console.WriteLine(JsonSerializer.Serialize(runs, RunFolder.JsonOptions));
        else RunsTable.Print(runs, folder);
        return parsed.GetValue(Delete) ? DeleteAll(runs, parsed.GetValue(Yes)) : ExitCode.Ok;
    }

    private static int DeleteAll(ListedRun[] listed, bool sure)
    {
        ListedRun[] runs = [.. listed.Where(run => run.State != ListedRun.Running)];
        if (runs.Length == 0)
        {
            Console.Error.WriteLine("nothing to delete");
            return ExitCode.Ok;
        }
        if (!sure && !IsSure($"delete {RunsTable.Counted(runs.Length)} ({RunsTable.Size(runs.Sum(run => run.Bytes))})? [y/N] "))
            return ExitCode.Cancelled;
        foreach (ListedRun run in runs)
        {
            IReadOnlyList<string> left = RunRemoval.Delete(run.Folder);
            if (left.Count > 0) Console.Error.WriteLine($"{run.Folder}: the run is deleted; {left.Count} other files or folders stay");
        }
        Console.Error.WriteLine($"deleted {RunsTable.Counted(runs.Length)}");
        return ExitCode.Ok;
    }

    private static bool IsSure(string question)
    {
        Console.Error.Write(question);
        string? answer = Console.In.ReadLine();
        if (answer is null)
            throw new InvalidInputException(new ValidationError(Delete.Name, "", null,
                $"asks first, and nobody can answer here; say {Yes.Name} to delete without being asked"));
        return answer.Trim().ToUpperInvariant() is "Y" or "YES";
    }
}
