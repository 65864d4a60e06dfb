using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core.Options;
using FedPG.Experiments;
using FedPG.Experiments.Reading;

namespace FedPG.Comparison.Plan;

/// <summary>How a comparison's settings are tuned before it.</summary>
/// <param name="Keys">The keys that are tuned together; where an algorithm does not know one, it goes without.</param>
/// <param name="Seeds">The seeds that settings are chosen by; none of them is reported.</param>
internal sealed record Tuning(IReadOnlyList<TuningKey> Keys, IReadOnlyList<long> Seeds)
{
    /// <summary>The option that names the seeds, as errors name it.</summary>
    public const string SeedSource = "--tune-seeds";
}

/// <summary>
/// What a comparison runs: an experiment as it was written, the algorithms that take its place in turn, seeds, budget and tuning.
/// Immutable; what it gives depends on nothing else, so a comparison that was stopped goes on from it.
/// </summary>
internal sealed record ComparisonPlan
{
    private const string Algorithm = "federation.algorithm", RoundsKey = "federation.rounds", SeedKey = "seed";

    /// <summary>The experiment file as JSON.</summary>
    public required JsonElement Document { get; init; }

    /// <summary>What errors call it.</summary>
    public required string Source { get; init; }

    /// <summary>What relative paths in it are relative to.</summary>
    public required string Folder { get; init; }

    /// <summary>What <c>--set</c> changes for all algorithms.</summary>
    public required IReadOnlyList<string> Assignments { get; init; }

    /// <summary>The algorithms; the first is what the others are measured against.</summary>
    public required IReadOnlyList<Contender> Contenders { get; init; }

    /// <summary>The seeds that are reported.</summary>
    public required IReadOnlyList<long> Seeds { get; init; }

    /// <summary>What every run may use; null for the experiment's number of rounds.</summary>
    public Budget? Budget { get; init; }

    /// <summary>How settings are tuned; null for as they are.</summary>
    public Tuning? Tuning { get; init; }

    /// <summary>The experiment of one run.</summary>
    /// <param name="reader">Reads experiments.</param>
    /// <param name="contender">The algorithm.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="tuned">Settings that tuning gave, or tries.</param>
    /// <param name="rounds">T; null for what the experiment says.</param>
    /// <exception cref="InvalidInputException">Something is wrong; each error names the option it came from.</exception>
    public Experiment Read(ExperimentReader reader, Contender contender, long seed, IReadOnlyList<Setting> tuned, int? rounds)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(contender);
        ArgumentNullException.ThrowIfNull(tuned);
        // The last one wins, so that what is set for an algorithm goes before what is set for all.
        var settings = new List<(string Source, string Path, string Value)>
        {
            (Contender.Source, Algorithm, JsonSerializer.Serialize(contender.Algorithm)),
        };
        settings.AddRange(contender.Settings.Select(s => (Contender.Source, s.Path, s.Value)));
        settings.AddRange(tuned.Select(s => (TuningKey.Source, s.Path, s.Value)));
        if (rounds is { } t) settings.Add((Budget.Source, RoundsKey, t.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        settings.Add(("--seeds", SeedKey, seed.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        try
        {
            Experiment read = reader.Read(Document, Source, Folder, [.. Assignments, .. settings.Select(s => $"{s.Path}={s.Value}")]);
            // A row is what its label says, or there is none.
            return read.AlgorithmName == contender.Algorithm && read.Seed == seed
                ? read
                : throw new InvalidInputException(new ValidationError(Source, Algorithm, read.AlgorithmName,
                    $"is not {contender.Algorithm} with seed {seed.ToString(System.Globalization.CultureInfo.InvariantCulture)}: "
                        + "the file does not take what is set for it"));
        }
        catch (InvalidInputException e)
        {
            throw new InvalidInputException([.. e.Errors.Select(error => FromItsOption(error, settings, contender))]);
        }
    }

    /// <summary>The keys of the tuning that an algorithm knows, without those that are set for it alone.</summary>
    /// <exception cref="InvalidInputException">A value is wrong.</exception>
    public IReadOnlyList<TuningKey> KeysOf(ExperimentReader reader, Contender contender)
    {
        if (Tuning is null) return [];
        Experiment plain = Read(reader, contender, Seeds[0], [], null);
        return [.. Tuning.Keys.Where(key => !contender.Settings.Any(s => s.Path == key.Path) && Knows(reader, contender, plain, key))];
    }

    /// <summary>Says of an error of <c>--set</c> which other option it really came from.</summary>
    private static ValidationError FromItsOption(ValidationError error, List<(string Source, string Path, string Value)> settings,
        Contender contender)
    {
        if (error.Source != KeyOverrides.Source) return error;
        (string Source, string Path, string Value) found = settings.LastOrDefault(s =>
            error.KeyPath.StartsWith(s.Path, StringComparison.Ordinal)
                && (error.KeyPath.Length == s.Path.Length || error.KeyPath[s.Path.Length] is '.' or '['));
        if (found.Source is null) return error;
        string entry = found.Source is Contender.Source or TuningKey.Source ? $"{found.Source}: {contender.Label}" : found.Source;
        return error with { Source = entry };
    }

    /// <summary>
    /// An experiment writes out every key that its algorithm reads; one that has no default is written once a value of it is given. That it
    /// is accepted says nothing: keys of other algorithms are, and not read.
    /// </summary>
    private bool Knows(ExperimentReader reader, Contender contender, Experiment plain, TuningKey key)
    {
        if (Writes(plain, key)) return true;
        try
        {
            return Writes(Read(reader, contender, Seeds[0], [new Setting(key.Path, key.Values[0])], null), key);
        }
        catch (InvalidInputException)
        {
            return false;
        }
    }

    private static bool Writes(Experiment experiment, TuningKey key)
    {
        JsonNode? node = experiment.Resolved;
        foreach (string part in key.Path.Split('.')) node = (node as JsonObject)?[part];
        return node is not null;
    }
}
