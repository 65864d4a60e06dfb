using System.Globalization;
using System.Text.Json.Nodes;
using FedPG.Core.Options;
using FedPG.Reporting.Figures;

namespace FedPG.Reporting.Report;

/// <summary>Runs of one experiment that differ in their seeds only.</summary>
/// <param name="Label">What sets it apart from the other groups.</param>
/// <param name="Runs">The runs, at least one.</param>
internal sealed record RunGroup(string Label, IReadOnlyList<ReportedRun> Runs)
{
    private const int MaxCharacters = 60, MaxOfValue = 24;
    private const string AlgorithmKey = "federation.algorithm", EnvironmentKey = "environment.id", OptionsKey = "environment.options.";

    // What a run was made with, and what does not change its numbers.
    private static readonly string[] OfTheRun = ["seed", "name", "versions"];

    /// <summary>
    /// Gets the round that figures of the runs are taken at: null, each at its end, where all have finished; else the last that all of them
    /// have evaluated, so that no mean is over runs that went unequally far. Runs that diverged are not asked.
    /// </summary>
    public double? Round
    {
        get
        {
            ReportedRun[] sound = [.. Runs.Where(run => !run.IsDiverged)];
            if (sound.Length < 2 || sound.All(run => run.IsFinished)) return null;
            HashSet<double> common = [.. sound[0].Evaluated];
            foreach (ReportedRun run in sound.Skip(1)) common.IntersectWith(run.Evaluated);
            return common.Count > 0 ? common.Max() : null;
        }
    }

    /// <summary>Gets the style of its curves: its algorithm's own, as in all figures.</summary>
    public int Style { get; init; }

    /// <summary>Gets how many of the runs diverged.</summary>
    public int Diverged => Runs.Count(run => run.IsDiverged);

    /// <summary>
    /// Gathers runs, in the order in which their settings first come, or where all are of one comparison in its order and with its labels;
    /// those of a group by their seeds.
    /// </summary>
    /// <param name="runs">The runs.</param>
    /// <exception cref="InvalidInputException">Two runs have the same experiment and seed.</exception>
    /// <param name="different">
    /// The keys that differ between groups, with each group's value; keys that come with the algorithm alone are left out.
    /// </param>
    public static IReadOnlyList<RunGroup> Of(IReadOnlyList<ReportedRun> runs,
        out IReadOnlyList<(string Key, IReadOnlyList<string> Values)> different)
    {
        ArgumentNullException.ThrowIfNull(runs);
        ReportedRun[][] groups = [.. runs.GroupBy(run => string.Join('\n', Settings(run).Select(s => $"{s.Key}={s.Value}")))
            .Select(BySeed)];
        Contender[] contenders = [.. groups.Select(group => Contender.Of(group.Select(run => run.Folder))).OfType<Contender>()];
        bool compared = contenders.Length == groups.Length && contenders.DistinctBy(c => c.Folder).Count() == 1;
        if (compared)
        {
            groups = [.. groups.Zip(contenders).OrderBy(g => g.Second.Place).Select(g => g.First)];
            contenders = [.. contenders.OrderBy(c => c.Place)];
        }
        Dictionary<string, string>[] settings = [.. groups.Select(group => Settings(group[0]).ToDictionary(s => s.Key, s => s.Value))];
        string[] keys = [.. settings.SelectMany(s => s.Keys).Distinct()
            .Where(key => settings.Select(s => s.GetValueOrDefault(key)).Distinct().Count() > 1)];
        List<ValidationError> errors = [];
        foreach (ReportedRun[] group in groups)
        {
            foreach (ReportedRun[] same in group.GroupBy(run => run.Seed).Where(seed => seed.Count() > 1).Select(seed => seed.ToArray()))
                errors.Add(new ValidationError("RUN_DIR", "", same[1].Folder,
                    $"has the experiment and the seed of {same[0].Folder}: one run would count as two"));
        }
        if (errors.Count > 0) throw new InvalidInputException(errors);
        different = [.. keys.Select(key => (key, (IReadOnlyList<string>)[.. settings.Select(s => s.GetValueOrDefault(key, ""))]))];
        string[] labels = [.. groups.Select((group, k) => compared ? contenders[k].Label : LabelOf(group[0], settings, k, keys))];
        int[] styles = AlgorithmStyles.Of([.. groups.Select(group => group[0].Algorithm)]);
        return [
            .. groups.Select((group, k) =>
                new RunGroup(labels.Count(l => l == labels[k]) > 1 ? $"{labels[k]} ({k + 1})" : labels[k], group)
                {
                    Style = styles[k],
                })];
    }

    /// <summary>The leaves of an experiment as key paths, without those of the run.</summary>
    public static IEnumerable<(string Key, string Value)> Settings(ReportedRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return run.Experiment.Where(entry => !OfTheRun.Contains(entry.Key)).SelectMany(entry => Leaves(entry.Key, entry.Value));
    }

    /// <summary>The algorithm, and what sets the group apart from others with the same one.</summary>
    private static string LabelOf(ReportedRun run, Dictionary<string, string>[] settings, int group, string[] keys)
    {
        Dictionary<string, string> own = settings[group];
        Dictionary<string, string>[] rivals =
            [.. settings.Where((s, k) => k != group && s.GetValueOrDefault(AlgorithmKey) == own.GetValueOrDefault(AlgorithmKey))];
        // The environment says more than its options do.
        bool ofEnvironment = rivals.Any(s => s.GetValueOrDefault(EnvironmentKey) != own.GetValueOrDefault(EnvironmentKey));
        string[] candidates = [.. keys.Where(key => !ofEnvironment || !key.StartsWith(OptionsKey, StringComparison.Ordinal))
            .Where(key => rivals.Any(s => s.GetValueOrDefault(key) != own.GetValueOrDefault(key)))];
        string head = run.Algorithm.Length > 0 ? run.Algorithm : run.Name, label = Joined(candidates);
        if (label.Length <= MaxCharacters) return label;
        // Too long: the keys that tell all of the same algorithm apart, the most telling first, written in their order.
        List<string> needed = [];
        while (candidates.Except(needed).MaxBy(key => Kinds([.. needed, key])) is { } best && Kinds([.. needed, best]) > Kinds(needed))
            needed.Add(best);
        return $"{Joined(candidates.Where(needed.Contains))} \u2026";

        int Kinds(IReadOnlyList<string> named) =>
            rivals.Append(own).Select(s => string.Join('\n', named.Select(key => s.GetValueOrDefault(key)))).Distinct().Count();

        string Joined(IEnumerable<string> named) =>
            string.Join(' ', named.Select(key => $"{key[(key.LastIndexOf('.') + 1)..]}={Shortened(own.GetValueOrDefault(key, "none"))}")
                .Prepend(head));
    }

    /// <summary>A long value by its two ends.</summary>
    private static string Shortened(string value) =>
        value.Length <= MaxOfValue ? value : $"{value[..(MaxOfValue / 2)]}\u2026{value[^((MaxOfValue / 2) - 1)..]}";

    private static ReportedRun[] BySeed(IEnumerable<ReportedRun> runs) =>
        [
            .. runs.OrderBy(run => long.TryParse(run.Seed, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long seed)
                ? seed
                : long.MaxValue).ThenBy(run => run.Seed, StringComparer.Ordinal)];

    private static IEnumerable<(string Key, string Value)> Leaves(string path, JsonNode? node) => node switch
    {
        JsonObject { Count: > 0 } members => members.SelectMany(member => Leaves($"{path}.{member.Key}", member.Value)),
        JsonValue value when value.TryGetValue(out string? text) => [(path, text)],
        null => [(path, "null")],
        _ => [(path, node.ToJsonString())],
    };
}
