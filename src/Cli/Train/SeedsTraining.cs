using System.CommandLine;
using System.Text.Json;
using FedPG.Cli.Common;
using FedPG.Comparison.Plan;
using FedPG.Core.Options;
using FedPG.Experiments;
using FedPG.Experiments.Runs;
using FedPG.Experiments.Series;
using FedPG.Federation.Execution;

namespace FedPG.Cli.Train;

/// <summary><c>fedpg train --seeds</c>: a run a seed, and one table.</summary>
internal static class SeedsTraining
{
    /// <summary>The option.</summary>
    public static readonly Option<string?> Seeds = new("--seeds")
    {
        Description = "Train once with each of these seeds, as 1..5 or 1,2,7: a folder a seed in the folder of the series, and one table.",
        HelpName = "1..5",
    };

    /// <summary>Starts a series.</summary>
    /// <param name="experiment">The experiment, without its seed.</param>
    /// <param name="seeds">The value of the option.</param>
    /// <param name="folder">The folder that was named; null for a new one.</param>
    /// <exception cref="InvalidInputException">Seeds, experiment or folder cannot be used.</exception>
    public static SeedSeries Start(SeriesExperiment experiment, string seeds, string? folder)
    {
        var errors = new List<ValidationError>();
        IReadOnlyList<long> list = SeedList.Parse(seeds, Seeds.Name, errors);
        if (errors.Count > 0) throw new InvalidInputException(errors);
        Experiment first = experiment.Read([]);
        using NewFolder? taken = folder is null ? NewFolder.Take(first.Name, TimeProvider.System) : null;
        return SeedSeries.Start(experiment, list, taken?.Path ?? folder!);
    }

    /// <summary>Runs what is left of a series, and prints the table.</summary>
    /// <param name="series">The series.</param>
    /// <param name="execution">How to use this machine.</param>
    /// <param name="quiet">Whether nothing is said while it runs.</param>
    /// <param name="json">Whether the result is one JSON document.</param>
    /// <returns>The exit code.</returns>
    public static int Run(SeedSeries series, ExecutionOptions execution, bool quiet, bool json)
    {
        using var progress = new TrainProgress(quiet);
        using var interrupt = new Interrupt(() => progress.Note("stopping at the end of this round; press Ctrl+C again to stop at once"));
        IReadOnlyList<(long Seed, SeriesResult Result)> results = series.Run(execution, progress, interrupt.Token);
        if (json) Console.WriteLine(JsonSerializer.Serialize(SeedsTable.ToJson(series, results), RunFolder.JsonOptions));
        else SeedsTable.Print(series, results);
        if (results.Count < series.Seeds.Count || results.Any(r => r.Result.Summary?.Status == RunSummary.Cancelled))
        {
            Console.Error.WriteLine($"stopped; continue with: fedpg train --resume \"{series.Folder}\"");
            return ExitCode.Cancelled;
        }
        foreach ((long seed, SeriesResult result) in results.Where(r => r.Result.Fault is not null))
            Console.Error.WriteLine($"fedpg: seed {seed}: {result.Fault}");
        return results.Any(r => r.Result.Fault is not null) ? ExitCode.Failure : ExitCode.Ok;
    }
}
