using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.BuiltIn;
using FedPG.Experiments.Plugins;
using FedPG.Federation.Algorithms;
using FedPG.Federation.BuiltIn;
using FedPG.Federation.Estimators;
using FedPG.Federation.Setup;
using FedPG.Policies;
using FedPG.Policies.BuiltIn;
using FedPG.Policies.Episodic;
using static TorchSharp.torch;

namespace FedPG.Experiments.Reading;

/// <summary>
/// Reads experiment files. It knows no environment, policy, estimator or algorithm by name: each has a definition in a registry that reads its
/// own keys. All faults of a file are reported together.
/// </summary>
/// <param name="environments">The environments.</param>
/// <param name="policies">The kinds of policies.</param>
/// <param name="oracles">The estimators.</param>
/// <param name="algorithms">The algorithms.</param>
/// <param name="plugins">What loads the plug-ins that a file names, into the same registries; null where none are to be loaded.</param>
public sealed class ExperimentReader(
    EnvironmentRegistry environments, PolicyRegistry policies, EstimatorRegistry oracles, Catalog<AlgorithmDefinition> algorithms,
    PluginHost? plugins = null)
{
    /// <summary>What stands in a run's own experiment.json beside the experiment; known, and not read back.</summary>
    public const string VersionsKey = "versions";

    /// <summary>A reader with the registries of this process.</summary>
    public static ExperimentReader Default { get; } =
        new(EnvironmentRegistry.Default, PolicyRegistry.Default, EstimatorRegistry.Default, BuiltInAlgorithms.Default, PluginHost.Default);

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="assignments">Overrides <c>key.path=value</c>.</param>
    /// <exception cref="InvalidInputException">Anything is wrong with the file or the overrides.</exception>
    public Experiment ReadFile(string path, IReadOnlyList<string> assignments) =>
        Read(JsonDocuments.ReadFile(path), path, Path.GetDirectoryName(Path.GetFullPath(path))!, assignments);

    /// <summary>Reads an experiment from JSON.</summary>
    /// <param name="root">The document.</param>
    /// <param name="source">What messages call it.</param>
    /// <param name="folder">What relative paths in it are relative to.</param>
    /// <param name="assignments">Overrides <c>key.path=value</c>.</param>
    /// <exception cref="InvalidInputException">Anything is wrong with the document, the overrides, or a plug-in that is named there.</exception>
    public Experiment Read(JsonElement root, string source, string folder, IReadOnlyList<string> assignments) =>
        PluginFailure.AsInput(() => ReadOrThrow(root, source, folder, assignments));

    /// <summary>
    /// Loads the plug-ins that a document names, before the rest of it is read: what stands beside a file on a command line may come from them.
    /// </summary>
    /// <param name="root">The document.</param>
    /// <param name="source">What messages call it.</param>
    /// <param name="folder">What relative paths in it are relative to.</param>
    /// <param name="assignments">Overrides <c>key.path=value</c>.</param>
    /// <returns>The document, which now names all plug-ins of this process with their hashes, as a run's own experiment.json does.</returns>
    /// <exception cref="InvalidInputException">The overrides or the list of plug-ins are malformed, or a plug-in cannot be loaded.</exception>
    public JsonElement LoadPlugins(JsonElement root, string source, string folder, IReadOnlyList<string> assignments)
    {
        if (plugins is null || root.ValueKind != JsonValueKind.Object) return root;
        (JsonElement overridden, KeyOverrides overrides) = Overridden(root, source, assignments);
        var reader = new OptionReader(overridden, "", new ValidationErrors(source, overrides.Paths));
        PluginFailure.AsInput(() =>
        {
            ExperimentPlugins.Load(reader, folder, plugins);
            return true;
        });
        if (ExperimentPlugins.Resolved(plugins) is not { } loaded) return root;
        var document = (JsonObject)JsonNode.Parse(root.GetRawText(), documentOptions: JsonDocuments.ReadingOptions)!;
        document[ExperimentPlugins.Key] = loaded;
        return JsonSerializer.SerializeToElement(document);
    }

    private static (JsonElement Root, KeyOverrides Overrides) Overridden(JsonElement root, string source, IReadOnlyList<string> assignments)
    {
        var overrideFaults = new ValidationErrors(source);
        KeyOverrides overrides = KeyOverrides.Parse(assignments, overrideFaults);
        if (root.ValueKind == JsonValueKind.Object && assignments.Count > 0)
        {
            var document = (JsonObject)JsonNode.Parse(root.GetRawText(), documentOptions: JsonDocuments.ReadingOptions)!;
            overrides.ApplyTo(document, overrideFaults);
            root = JsonSerializer.SerializeToElement(document);
        }
        overrideFaults.ThrowIfAny();
        return (root, overrides);
    }

    private Experiment ReadOrThrow(JsonElement root, string source, string folder, IReadOnlyList<string> assignments)
    {
        (root, KeyOverrides overrides) = Overridden(root, source, assignments);

        var errors = new ValidationErrors(source, overrides.Paths);
        var reader = new OptionReader(root, "", errors);
        if (plugins is not null) ExperimentPlugins.Load(reader, folder, plugins);
        string name = reader.Text("name", "experiment", "the name that run folders get");
        if (name.Length == 0 || name.Length > 100 || name.Any(c => !(char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')) || name[0] == '.')
            reader.Reject("name", "must be 1 to 100 letters, digits, '-', '_' or '.', and not start with '.'");
        long seed = reader.Seed("seed", 1, "the seed of every random number");
        string dtype = reader.Choice("dtype", "float32", ["float32", "float64"], "the type of all tensors");
        Objective objective = reader.Choice("objective", "regret", ["regret", "reward"], "minimise the regret 1 - r, or -r") == "regret" ? Objective.Regret : Objective.Reward;

        ScalarType type = dtype == "float64" ? ScalarType.Float64 : ScalarType.Float32;
        FederatedEnvironment? environment = EnvironmentReader.Read(reader, environments, folder, objective, errors);
        AlgorithmDefinition? trainer = FederationReader.TrainerIn(reader, algorithms);
        PolicySection policySection = PolicyReader.Read(reader, policies, environment, trainer, errors);
        using Policy? policy = PolicyReader.CreatePrototype(policySection, new TensorFormat(type, CPU), reader.Raw("policy"), errors);
        ConfiguredAlgorithm federation = FederationReader.Read(reader, algorithms, environment?.AgentNames.Count ?? 0, seed);
        GradientSection gradient = GradientReader.Read(reader, oracles, trainer, policySection.Kind, new EstimatorContext(objective, environment, policy));
        if (environment is not null && policy is not null) CheckNeeds(federation.Definition.Name, environment, policy, policySection.Kind, gradient.Estimator, errors);
        int evaluateEvery = reader.Integer("evaluateEvery", 1, 1, 1_000_000, "rounds between two evaluations");
        int evaluationEpisodes = reader.Integer(
            "evaluationEpisodes", TrainingSetup.DefaultEvaluationEpisodes, 2, 1_000_000, "episodes an agent that an evaluation plays where states cannot be listed; not used elsewhere");
        int diagnoseEvery = reader.Integer("diagnoseEvery", 0, 0, 1_000_000, "rounds between two diagnoses of the theory's constants; 0 for never");
        int checkpointEvery = reader.Integer("checkpointEvery", 25, 0, 1_000_000, "rounds between two checkpoints; 0 for none but the last");
        if (plugins is not null && ExperimentPlugins.Resolved(plugins) is { } loaded) reader.Resolved[ExperimentPlugins.Key] = loaded;
        _ = reader.Raw(VersionsKey);
        reader.Finish();
        errors.ThrowIfAny();
        var experiment = new Experiment
        {
            Name = name,
            Seed = seed,
            Dtype = type,
            Objective = objective,
            Environment = environment!,
            PolicyKind = policySection.Kind,
            CreatePolicy = policySection.Create,
            InitialParameters = policySection.Initial,
            Estimator = gradient.Estimator,
            PrepareEstimators = gradient.Prepare,
            Entropy = gradient.Entropy,
            AlgorithmName = federation.Definition.Name,
            Federation = federation.Federation,
            CreateAlgorithm = federation.Create,
            EvaluateEvery = evaluateEvery,
            EvaluationEpisodes = evaluationEpisodes,
            DiagnoseEvery = diagnoseEvery,
            CheckpointEvery = checkpointEvery,
            Resolved = reader.Resolved,
        };
        return diagnoseEvery > 0 ? experiment with { CreateDiagnoser = () => new Diagnosis.Diagnoser(experiment) } : experiment;
    }

    private void CheckNeeds(string algorithm, FederatedEnvironment environment, Policy policy, string kind, string estimator, ValidationErrors errors)
    {
        AlgorithmNeeds needs = algorithms[algorithm].Needs;
        foreach ((string key, string value, string allowed) in needs.ErrorsOf(algorithm, environment, kind, estimator)) errors.Add(key, value, allowed);
        if (needs.Batches && policy is EpisodicPolicy { HasDivergences: false })
            errors.Add("policy.kind", $"\"{kind}\"", $"gives no divergences of policies (EpisodicPolicy.Divergences), by which federation.algorithm \"{algorithm}\" holds back its steps");
    }
}
