using System.Text.Json;
using FedPG.Core.Options;
using FedPG.Experiments.Reading;
using FedPG.Experiments.Runs;

namespace FedPG.Experiments.Series;

/// <summary>An experiment of which several runs are made, each with changes of its own. Immutable.</summary>
/// <param name="Document">The document as it was written.</param>
/// <param name="Source">What messages call it.</param>
/// <param name="Folder">What relative paths in it are relative to.</param>
/// <param name="Assignments">Overrides <c>key.path=value</c> that all runs have.</param>
internal sealed record SeriesExperiment(JsonElement Document, string Source, string Folder, IReadOnlyList<string> Assignments)
{
    private const string FromSource = "--from";

    /// <summary>The policy that all runs start from; null where each starts by itself.</summary>
    public StartPolicy? From { get; init; }

    /// <summary>The experiment of one run.</summary>
    /// <param name="changes">Overrides of this run, after those of all.</param>
    /// <exception cref="InvalidInputException">
    /// Anything is wrong with the document or the overrides, or the policy to start from does not fit, or is another one by now.
    /// </exception>
    public Experiment Read(IEnumerable<string> changes)
    {
        Experiment read = ExperimentReader.Default.Read(Document, Source, Folder, [.. Assignments, .. changes]);
        if (From is not { } from) return read;
        StoredPolicy stored = StoredPolicy.Read(from.Folder, ExperimentReader.Default, FromSource);
        return stored.Checksum == from.Sha256
            ? stored.AsStartOf(read, FromSource)
            : throw new InvalidInputException(new ValidationError(
                FromSource, "", from.Folder, "holds another policy than when the series began; put that one back, or begin a new series"));
    }

    /// <summary>The same runs, each starting from the policy of another run.</summary>
    /// <param name="folder">The run folder of that policy.</param>
    /// <exception cref="InvalidInputException">It holds no policy.</exception>
    public SeriesExperiment StartingFrom(string folder)
    {
        StoredPolicy stored = StoredPolicy.Read(folder, ExperimentReader.Default, FromSource);
        return this with { From = new StartPolicy(stored.Folder, stored.Rounds, stored.Checksum) };
    }
}
