using FedPG.Core.Options;
using FedPG.Experiments.Runs;
using FedPG.Experiments.TensorBoard;

namespace FedPG.Experiments.Series;

/// <summary>
/// Deletes run folders: the files that a run writes, and nothing else. A folder with other things in it stays, with those in it. Stateless.
/// </summary>
internal static class RunRemoval
{
    private static readonly string[] Files =
    [
        RunFolder.MetricsFile, RunFolder.AgentsFile, RunFolder.ExchangeFile, RunFolder.DiagnosticsFile, RunFolder.SummaryFile,
        RunFolder.DivergedFile,
        RunFolder.RunningFile,
        // Last: without it the folder is no run folder, and what is left of it would not be found again.
        RunFolder.ExperimentFile,
    ];

    /// <summary>Deletes a run.</summary>
    /// <param name="folder">The run folder.</param>
    /// <returns>What is left in the folder and was not written by a run; empty where the folder is gone.</returns>
    /// <exception cref="InvalidInputException">A process holds the folder, or it holds links.</exception>
    public static IReadOnlyList<string> Delete(string folder)
    {
        // Holds the lock as long as files go.
        using (RunFolder held = RunFolder.Open(folder))
        {
            foreach (string inner in (string[])[held.Checkpoints, held.PolicyFolder, held.PathOf(RunInputs.Folder)])
            {
                if (Directory.Exists(inner)) Directory.Delete(inner, recursive: true);
            }
            foreach (string events in Directory.GetFiles(held.FullPath, EventWriter.FilePrefix + "*")) File.Delete(events);
            foreach (string file in Files) File.Delete(held.PathOf(file));
        }
        string[] left = [.. Directory.EnumerateFileSystemEntries(folder)];
        if (left.Length == 0) Directory.Delete(folder);
        return left;
    }
}
