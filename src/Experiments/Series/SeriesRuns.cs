using FedPG.Experiments.Runs;
using FedPG.Experiments.Training;
using FedPG.Federation;
using FedPG.Federation.Agents;
using FedPG.Federation.Execution;

namespace FedPG.Experiments.Series;

/// <summary>Takes what happens while the runs of a series go one after another.</summary>
internal interface ISeriesProgress : IRoundSink
{
    /// <summary>A run begins, or goes on.</summary>
    /// <param name="run">The run.</param>
    void Begin(TrainingRun run);

    /// <summary>The run that began last has ended.</summary>
    void End();
}

/// <summary>How a run of a series ended.</summary>
/// <param name="Folder">Its folder.</param>
/// <param name="Summary">Its result; null where it diverged.</param>
/// <param name="Fault">Why it has none; null where it has one.</param>
internal sealed record SeriesResult(string Folder, RunSummary? Summary, string? Fault)
{
    /// <summary>finished, cancelled or diverged.</summary>
    public string Status => Summary?.Status ?? SeriesRuns.Diverged;
}

/// <summary>The runs of a series: each is started, continued, or left as it is where it has ended. Stateless.</summary>
internal static class SeriesRuns
{
    /// <summary>The state of a run whose numbers stopped being finite.</summary>
    public const string Diverged = "diverged";

    /// <summary>Brings a run to its end, as far as it is not there.</summary>
    /// <param name="read">Reads its experiment; called only where nothing was begun.</param>
    /// <param name="folder">Its folder.</param>
    /// <param name="rounds">T, the rounds to run in all; null for those of the experiment.</param>
    /// <param name="execution">How to use this machine.</param>
    /// <param name="progress">Takes what happens.</param>
    /// <param name="cancellation">Ends the run at the next round boundary.</param>
    public static SeriesResult Complete(
        Func<Experiment> read, string folder, int? rounds, ExecutionOptions execution, ISeriesProgress progress,
        CancellationToken cancellation)
    {
        if (FaultOf(folder) is { } known) return new SeriesResult(folder, null, known);
        using var trainer = FederatedTrainer.ContinueOrStart(read, folder, execution, progress, new ResumeChanges(Rounds: rounds));
        if (trainer is null) return new SeriesResult(folder, TrainingRun.ReadSummary(folder), null);
        progress.Begin(trainer.Open());
        try
        {
            return new SeriesResult(folder, trainer.RunToEnd(cancellation), null);
        }
        catch (Exception e) when (DivergedException.Behind(e) is { } diverged)
        {
            return new SeriesResult(folder, null, diverged.Message);
        }
        finally
        {
            progress.End();
        }
    }

    private static string? FaultOf(string folder)
    {
        string path = Path.Combine(folder, RunFolder.DivergedFile);
        return File.Exists(path) ? DivergedRun.Read(path)?.Fault : null;
    }
}
