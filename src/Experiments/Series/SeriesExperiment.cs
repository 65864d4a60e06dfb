using System.Text.Json;
using FedPG.Core.Options;
using FedPG.Experiments.Reading;

namespace FedPG.Experiments.Series;

/// <summary>An experiment of which several runs are made, each with changes of its own. Immutable.</summary>
/// <param name="Document">The document as it was written.</param>
/// <param name="Source">What messages call it.</param>
/// <param name="Folder">What relative paths in it are relative to.</param>
/// <param name="Assignments">Overrides <c>key.path=value</c> that all runs have.</param>
internal sealed record SeriesExperiment(JsonElement Document, string Source, string Folder, IReadOnlyList<string> Assignments)
{
    /// <summary>The experiment of one run.</summary>
    /// <param name="changes">Overrides of this run, after those of all.</param>
    /// <exception cref="InvalidInputException">Anything is wrong with the document or the overrides.</exception>
    public Experiment Read(IEnumerable<string> changes) =>
        ExperimentReader.Default.Read(Document, Source, Folder, [.. Assignments, .. changes]);
}
