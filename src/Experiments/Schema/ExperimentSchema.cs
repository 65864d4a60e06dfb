using System.Text.Json.Nodes;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Experiments.Reading;
using FedPG.Federation.Algorithms;
using FedPG.Federation.Estimators;

namespace FedPG.Experiments.Schema;

/// <summary>
/// The JSON schema of experiment files, made from the records of options of everything that is registered, plug-ins included. It says what
/// each key may be by itself; what fits together is said by reading the file. Stateless.
/// </summary>
internal static class ExperimentSchema
{
    private const string Environment = "environment", Policy = "policy", Gradient = "gradient", Federation = "federation";
    private const string Kind = "kind", Estimator = "estimator", Algorithm = "algorithm", Properties = "properties";

    /// <summary>The schema.</summary>
    /// <param name="reader">The reader of the files that it is for.</param>
    public static JsonObject Of(ExperimentReader reader)
    {
        OptionReader defaults = reader.ReadDefaults();
        OptionReader Section(string name) => defaults.Opened(name)!;
        Dictionary<string, JsonObject> root = new(defaults.Forms())
        {
            [ExperimentReader.SchemaKey] = JsonForm.Text(),
            [Environment] = EnvironmentOf(reader, Section(Environment)),
            [Policy] = Union(PoliciesOf(reader).Prepend(Section(Policy)), Kind, reader.Catalog.Policies.Names),
            [Gradient] = Union(EstimatorsOf(reader).Prepend(Section(Gradient)), Estimator, EstimatorNames(reader)),
            [Federation] = Union(AlgorithmsOf(reader).Prepend(Section(Federation)), Algorithm, reader.Catalog.Algorithms.Names),
        };
        JsonObject schema = JsonForm.Section(root);
        schema.Insert(0, "$schema", "http://json-schema.org/draft-07/schema#");
        schema.Insert(1, "title", "An experiment of FedPG.Torch");
        return schema;
    }

    /// <summary>An object for each environment, told apart by its id, and one for finite-MDP files.</summary>
    private static JsonObject EnvironmentOf(ExperimentReader reader, OptionReader defaults)
    {
        const string id = "id", options = "options", agents = "agents", mdp = "mdp";
        string standard = (string)defaults.Resolved[id]!;
        var forms = new List<JsonObject>();
        foreach (EnvironmentDefinition definition in reader.Catalog.Environments.Entries)
        {
            OptionReader own = OptionReader.Empty();
            _ = definition.Configure(own, 1);
            Dictionary<string, JsonObject> keys = new(defaults.Forms())
            {
                [id] = JsonForm.Described(JsonForm.Words(definition.Id), definition.Summary, null, null),
                [options] = JsonForm.Section(own.Forms()),
            };
            keys.Remove(mdp);
            keys[agents]["maximum"] = definition.MaximumAgents;
            JsonObject form = JsonForm.Section(keys);
            // Without an id it is the default environment.
            if (definition.Id != standard) form["required"] = new JsonArray(id);
            forms.Add(form);
        }
        Dictionary<string, JsonObject> file = new(defaults.Forms())
        {
            [mdp] = JsonForm.Described(JsonForm.Text(), "the path of a finite-MDP file", null, null),
        };
        foreach (string key in (string[])[id, options, agents]) file.Remove(key);
        JsonObject ofFile = JsonForm.Section(file);
        ofFile["required"] = new JsonArray(mdp);
        return JsonForm.OneOf(forms.Append(ofFile));
    }

    /// <summary>What has read each kind of policy, in the order of the catalogue.</summary>
    internal static IEnumerable<OptionReader> PoliciesOf(ExperimentReader reader) => reader.Catalog.Policies.Entries.Select(definition =>
    {
        OptionReader own = OptionReader.Empty();
        _ = definition.Read(own, null);
        return own;
    });

    /// <summary>What has read each of <see cref="AllEstimators"/>.</summary>
    internal static IEnumerable<OptionReader> EstimatorsOf(ExperimentReader reader) => AllEstimators(reader).Select(definition =>
    {
        OptionReader own = OptionReader.Empty();
        _ = definition.Read(own, new EstimatorContext(Objective.Regret, null, null));
        return own;
    });

    /// <summary>What has read each algorithm, in the order of the catalogue.</summary>
    internal static IEnumerable<OptionReader> AlgorithmsOf(ExperimentReader reader) =>
        reader.Catalog.Algorithms.Entries.Select(definition =>
        {
            OptionReader own = OptionReader.Empty();
            _ = definition.Configure(own, 0, 1);
            return own;
        });

    /// <summary>The estimators of gradients, and those that algorithms bring.</summary>
    internal static IEnumerable<EstimatorDefinition> AllEstimators(ExperimentReader reader) =>
        reader.Catalog.Estimators.Entries.Concat(
            reader.Catalog.Algorithms.Entries.SelectMany((AlgorithmDefinition a) => a.OwnEstimators ?? []));

    private static IEnumerable<string> EstimatorNames(ExperimentReader reader) =>
        AllEstimators(reader).Select(definition => definition.Name);

    /// <summary>
    /// A section whose keys are those of all that can stand in it: a key of another kind is known and not used, so that one file can be run
    /// with another.
    /// </summary>
    /// <param name="readers">What reads the section, for the defaults and elsewhere.</param>
    /// <param name="word">The key that says which of them it is.</param>
    /// <param name="words">What it may be.</param>
    private static JsonObject Union(IEnumerable<OptionReader> readers, string word, IEnumerable<string> words)
    {
        Dictionary<string, JsonObject> keys = readers.SelectMany(reader => reader.Forms())
            .GroupBy(key => key.Key)
            .ToDictionary(group => group.Key, group => Merged(group.Select(key => key.Value)));
        string meaning = (string?)keys[word]["description"] ?? word;
        keys[word] = JsonForm.Described(JsonForm.Words(words), meaning.Split(" (", 2)[0], null, null);
        return JsonForm.Section(keys);
    }

    private static JsonObject Merged(IEnumerable<JsonObject> forms)
    {
        JsonObject[] said = [.. forms.Where(IsSaid).DistinctBy(Rule)];
        return said.Length == 0 ? JsonForm.Anything() : JsonForm.OneOf(said.Select(form => (JsonObject)form.DeepClone()));
    }

    private static bool IsSaid(JsonObject form) => form.Any(key => key.Key is not ("description" or "default"));

    /// <summary>What a form allows, without what it says to people.</summary>
    private static string Rule(JsonObject form) =>
        new JsonObject(form.Where(key => key.Key is not ("description" or "default"))
            .Select(key => KeyValuePair.Create(key.Key, key.Value?.DeepClone()))).ToJsonString();
}
