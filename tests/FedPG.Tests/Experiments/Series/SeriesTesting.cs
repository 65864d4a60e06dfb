using System.Text;
using FedPG.Core.Options;
using FedPG.Experiments.Runs;
using FedPG.Experiments.Series;
using FedPG.Federation;
using FedPG.Tests.Experiments.Runs;

namespace FedPG.Tests.Experiments.Series;

/// <summary>What the tests of series share.</summary>
internal static class SeriesTesting
{
    /// <summary>The tiny experiment, to be run several times.</summary>
    public static SeriesExperiment Tiny(params string[] assignments) =>
        new(JsonDocuments.Parse(Encoding.UTF8.GetBytes(RunTesting.Tiny), "tiny.json"), "tiny.json",
            Environment.CurrentDirectory, assignments);

    /// <summary>Notes what happens, and stops everything in a round of a run.</summary>
    /// <param name="stopInRun">Which run, 0 for the first that is worked on; null for none.</param>
    /// <param name="stopAt">The round.</param>
    internal sealed class Progress(int? stopInRun = null, int stopAt = 0) : ISeriesProgress, IDisposable
    {
        private readonly CancellationTokenSource _stop = new();

        public List<string> Begun { get; } = [];

        public CancellationToken Token => _stop.Token;

        public void Begin(TrainingRun run) => Begun.Add(Path.GetFileName(run.Folder!));

        public void End()
        {
        }

        public void Report(RoundReport report)
        {
            if (Begun.Count - 1 == stopInRun && report.Round == stopAt) _stop.Cancel();
        }

        public void Dispose() => _stop.Dispose();
    }
}
