using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Envs.Tabular;
using FedPG.Federation.Setup;

namespace FedPG.Experiments.Reading;

/// <summary>
/// Reads the stages of a curriculum: <c>[{ "untilRound": 100, "environment": { "id": ..., "options": { ... } } }, ...]</c>. A stage is the
/// environment of the experiment with other options, or another one with the same agents, observations and actions. Stateless.
/// </summary>
internal static class CurriculumReader
{
    /// <summary>The key.</summary>
    public const string Key = "curriculum";

    private const string UntilKey = "untilRound", IdKey = "id", OptionsKey = "options";

    /// <summary>Reads the stages.</summary>
    /// <param name="reader">The document.</param>
    /// <param name="environment">The environment of the experiment; null where it has faults.</param>
    /// <param name="isGiven">Whether a program has made that environment.</param>
    /// <param name="environments">The environments that can be named.</param>
    /// <param name="folder">What relative paths are relative to.</param>
    /// <param name="objective">How rewards become costs.</param>
    /// <param name="errors">Where faults are noted.</param>
    public static IReadOnlyList<CurriculumStage> Read(
        OptionReader reader, FederatedEnvironment? environment, bool isGiven, Catalog<EnvironmentDefinition> environments, string folder,
        Objective objective, ValidationErrors errors)
    {
        JsonElement[]? given = reader.Parsed<JsonElement[]>(
            Key, null, "a list of stages { \"untilRound\": 100, \"environment\": { \"options\": { ... } } }",
            "other environments that agents train in first, by rounds",
            element => element.ValueKind == JsonValueKind.Array && element.EnumerateArray().All(s => s.ValueKind == JsonValueKind.Object)
                ? [.. element.EnumerateArray()]
                : null);
        reader.Resolved.Remove(Key);
        if (given is not { Length: > 0 } || environment is null) return [];
        if (isGiven) reader.Reject(Key, "needs an environment that the experiment names, and a program has made this one");
        if (environment.Tasks is not null && (string?)reader.Resolved["policy"]?["context"] == "task")
            reader.Reject(Key, "cannot stand beside policy.context \"task\", whose numbers are those of one environment's tasks");
        var stages = new List<CurriculumStage>();
        var resolved = new JsonArray();
        for (int k = 0; k < given.Length; k++)
        {
            string path = string.Create(CultureInfo.InvariantCulture, $"{Key}[{k}]");
            var stage = new OptionReader(given[k], path, errors);
            int before = errors.Items.Count, least = stages.Count == 0 ? 1 : stages[^1].UntilRound + 1;
            int until = stage.Integer(UntilKey, least, least, int.MaxValue, "the first round that is no longer the stage's");
            if (!stage.Has(UntilKey)) stage.Reject(UntilKey, "must be given");
            OptionReader section = stage.Section(EnvironmentReader.Section);
            section.Accept([IdKey, OptionsKey]);
            section.Finish();
            stage.Finish();
            if (errors.Items.Count > before) return stages;
            // The environment's own faults are named from the root of a document that has it there.
            ValidationErrors found = errors.Another();
            var own = new OptionReader(Merged(reader, section), "", found);
            FederatedEnvironment? made = EnvironmentReader.Read(own, environments, folder, objective, found);
            foreach (ValidationError error in found.Items) errors.Add($"{path}.{error.KeyPath}", error.Value, error.Allowed);
            if (made is null || errors.Items.Count > before) return stages;
            if (DifferenceOf(environment, made) is { } difference)
            {
                section.Reject(section.Has(IdKey) ? IdKey : OptionsKey, difference);
                return stages;
            }
            stages.Add(new CurriculumStage(until, made));
            var written = (JsonObject)own.Resolved[EnvironmentReader.Section]!;
            resolved.Add(new JsonObject
            {
                [UntilKey] = until,
                [EnvironmentReader.Section] = new JsonObject
                {
                    [IdKey] = written[IdKey]?.DeepClone(), [OptionsKey] = written[OptionsKey]?.DeepClone(),
                },
            });
        }
        reader.Resolved[Key] = resolved;
        return stages;
    }

    /// <summary>The section of the experiment with a stage's options in it; those of another environment are all its own.</summary>
    private static JsonElement Merged(OptionReader reader, OptionReader stage)
    {
        // As it was given: defaults that follow from other options follow from the stage's.
        JsonElement given = reader.Raw(EnvironmentReader.Section);
        JsonObject section = given.ValueKind == JsonValueKind.Object ? (JsonObject)JsonNode.Parse(given.GetRawText())! : [];
        string? id = stage.Has(IdKey) ? stage.Raw(IdKey).ToString() : null;
        bool isOther = id is not null && id != (string?)reader.Resolved[EnvironmentReader.Section]![IdKey];
        JsonObject options = isOther ? [] : section[OptionsKey] as JsonObject ?? [];
        if (isOther) section[IdKey] = id;
        if (stage.Has(OptionsKey) && JsonNode.Parse(stage.Raw(OptionsKey).GetRawText()) is JsonObject own)
        {
            foreach ((string key, JsonNode? value) in own) options[key] = value?.DeepClone();
        }
        section[OptionsKey] = options.DeepClone();
        return JsonSerializer.SerializeToElement(new JsonObject { [EnvironmentReader.Section] = section });
    }

    /// <summary>Why a policy of one environment cannot train in another one; null where it can.</summary>
    private static string? DifferenceOf(FederatedEnvironment environment, FederatedEnvironment stage)
    {
        (FiniteMdp? mdp, FiniteMdp? other) = (FiniteMdp.Find(environment), FiniteMdp.Find(stage));
        if (mdp is not null && other is not null)
        {
            return (mdp.States, mdp.Actions) == (other.States, other.Actions) ? null : FormattableString.Invariant(
                $"gives {other.States} states, {other.Actions} actions, and the experiment's environment {mdp.States}, {mdp.Actions}");
        }
        if (EpisodicEnvironment.Find(environment) is not { } own || EpisodicEnvironment.Find(stage) is not { } next)
            return "gives an environment of another kind than the experiment's";
        string ofOwn = $"{own.ObservationSpace} and {own.ActionSpace}", ofNext = $"{next.ObservationSpace} and {next.ActionSpace}";
        return Alike(own, next) ? null
            : $"gives observations and actions {ofNext}, and those of the experiment's environment are {ofOwn}";
    }

    private static bool Alike(EpisodicEnvironment one, EpisodicEnvironment other) =>
        one.ObservationSpace.ToString() == other.ObservationSpace.ToString() && one.ObservationSpace.Size == other.ObservationSpace.Size
        && one.ActionSpace.ToString() == other.ActionSpace.ToString();
}
