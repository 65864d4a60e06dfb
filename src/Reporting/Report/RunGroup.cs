using System.Text.Json.Nodes;
using FedPG.Envs.Options;

namespace FedPG.Reporting.Report;

/// <summary>Runs of one experiment that differ in their seeds only.</summary>
/// <param name="Label">What sets it apart from the other groups.</param>
/// <param name="Runs">The runs, at least one.</param>
public sealed record RunGroup(string Label, IReadOnlyList<ReportedRun> Runs)
{
    private const int MostCharacters = 60;
    private const string AlgorithmKey = "federation.algorithm", EnvironmentKey = "environment.id", OptionsKey = "environment.options.";

    // What a run was made with, and what does not change its numbers.
    private static readonly string[] OfTheRun = ["seed", "name", "versions"];

    /// <summary>Gathers runs, in the order in which their settings first come.</summary>
    /// <param name="runs">The runs.</param>
    /// <exception cref="InvalidInputException">Two runs have the same experiment and seed.</exception>
    /// <param name="different">The keys that differ between groups, with each group's value; keys that come with the algorithm alone are left out.</param>
    public static IReadOnlyList<RunGroup> Of(IReadOnlyList<ReportedRun> runs, out IReadOnlyList<(string Key, IReadOnlyList<string> Values)> different)
    {
        ArgumentNullException.ThrowIfNull(runs);
        ReportedRun[][] groups = [.. runs.GroupBy(run => string.Join('\n', Settings(run).Select(s => $"{s.Key}={s.Value}"))).Select(group => group.ToArray())];
        Dictionary<string, string>[] settings = [.. groups.Select(group => Settings(group[0]).ToDictionary(s => s.Key, s => s.Value))];
        string[] keys = [.. settings.SelectMany(s => s.Keys).Distinct().Where(key => settings.Select(s => s.GetValueOrDefault(key)).Distinct().Count() > 1)];
        List<Fault> faults = [];
        foreach (ReportedRun[] group in groups)
        {
            foreach (ReportedRun[] same in group.GroupBy(run => run.Seed).Where(seed => seed.Count() > 1).Select(seed => seed.ToArray()))
                faults.Add(new Fault("RUN_DIR", "", same[1].Folder, $"has the experiment and the seed of {same[0].Folder}: one run would count as two"));
        }
        if (faults.Count > 0) throw new InvalidInputException(faults);
        different = [.. keys.Select(key => (key, (IReadOnlyList<string>)[.. settings.Select(s => s.GetValueOrDefault(key, ""))]))];
        string[] labels = [.. groups.Select((group, k) => LabelOf(group[0], settings, k, keys))];
        return [.. groups.Select((group, k) => new RunGroup(labels.Count(l => l == labels[k]) > 1 ? $"{labels[k]} ({k + 1})" : labels[k], group))];
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
        IEnumerable<Dictionary<string, string>> rivals = settings.Where((s, k) => k != group && s.GetValueOrDefault(AlgorithmKey) == own.GetValueOrDefault(AlgorithmKey));
        // The environment says more than its options do.
        bool ofEnvironment = rivals.Any(s => s.GetValueOrDefault(EnvironmentKey) != own.GetValueOrDefault(EnvironmentKey));
        IEnumerable<string> parts = keys.Where(key => !ofEnvironment || !key.StartsWith(OptionsKey, StringComparison.Ordinal)).Where(key => rivals.Any(s => s.GetValueOrDefault(key) != own.GetValueOrDefault(key)))
            .Select(key => $"{key[(key.LastIndexOf('.') + 1)..]}={own.GetValueOrDefault(key, "none")}");
        string label = string.Join(' ', parts.Prepend(run.Algorithm.Length > 0 ? run.Algorithm : run.Name));
        return label.Length <= MostCharacters ? label : $"{label[..(MostCharacters - 1)]}\u2026";
    }

    private static IEnumerable<(string Key, string Value)> Leaves(string path, JsonNode? node) => node switch
    {
        JsonObject { Count: > 0 } members => members.SelectMany(member => Leaves($"{path}.{member.Key}", member.Value)),
        JsonValue value when value.TryGetValue(out string? text) => [(path, text)],
        null => [(path, "null")],
        _ => [(path, node.ToJsonString())],
    };
}
