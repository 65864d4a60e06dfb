using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core.Options;
using FedPG.Core.Streams;
using FedPG.Envs;
using FedPG.Experiments.Plugins;
using FedPG.Federation.Algorithms;
using FedPG.Federation.Estimators;
using FedPG.Federation.Families;
using FedPG.Federation.Setup;
using FedPG.Policies;
using static TorchSharp.torch;

namespace FedPG.Experiments.Reading;

/// <summary>
/// Reads experiment files. It knows no environment, policy, estimator or algorithm by name: each has a definition in the catalogue that
/// reads its own keys. All faults of a file are reported together.
/// </summary>
/// <param name="catalog">All that files can name.</param>
/// <param name="plugins">What loads the plug-ins that a file names, into the same catalogue; null where none are to be loaded.</param>
internal sealed class ExperimentReader(ExperimentCatalog catalog, PluginHost? plugins = null)
{
    /// <summary>What stands in a run's own experiment.json beside the experiment; known, and not read back.</summary>
    public const string VersionsKey = "versions";

    /// <summary>The schema by which an editor completes a file; known, and not read.</summary>
    internal const string SchemaKey = "$schema";

    /// <summary>A reader with the catalogue of this process.</summary>
    public static ExperimentReader Default { get; } = new(ExperimentCatalog.Default, PluginHost.Default);

    /// <summary>All that files can name.</summary>
    internal ExperimentCatalog Catalog => catalog;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="assignments">Overrides <c>key.path=value</c>.</param>
    /// <param name="environment">The environment, where a program has made it; null for the one that the file names.</param>
    /// <exception cref="InvalidInputException">Anything is wrong with the file or the overrides.</exception>
    public Experiment ReadFile(string path, IReadOnlyList<string> assignments, FederatedEnvironment? environment = null) =>
        Read(JsonDocuments.ReadFile(path), path, Path.GetDirectoryName(Path.GetFullPath(path))!, assignments, environment);

    /// <summary>Reads an experiment from JSON.</summary>
    /// <param name="root">The document.</param>
    /// <param name="source">What messages call it.</param>
    /// <param name="folder">What relative paths in it are relative to.</param>
    /// <param name="assignments">Overrides <c>key.path=value</c>.</param>
    /// <param name="environment">The environment, where a program has made it; null for the one that the document names.</param>
    /// <exception cref="InvalidInputException">Anything is wrong with the document, the
    /// overrides, or a plug-in that is named there.</exception>
    public Experiment Read(
        JsonElement root, string source, string folder, IReadOnlyList<string> assignments, FederatedEnvironment? environment = null) =>
        PluginFailure.AsInput(() =>
        {
            ExperimentDocument document = ExperimentDocument.Of(root, source, assignments);
            return ReadOrThrow(document.Reader(), document.Errors, folder, environment);
        });

    /// <summary>What has read an empty file, hence the defaults, and knows the keys at the root and in its sections.</summary>
    internal OptionReader ReadDefaults()
    {
        ExperimentDocument document = ExperimentDocument.Of(JsonSerializer.SerializeToElement(new JsonObject()), "{}", []);
        OptionReader reader = document.Reader();
        ReadOrThrow(reader, document.Errors, Environment.CurrentDirectory, null);
        return reader;
    }

    /// <summary>
    /// Loads the plug-ins that a document names, before the rest of it is read: what stands
    /// beside a file on a command line may come from them.
    /// </summary>
    /// <param name="root">The document.</param>
    /// <param name="source">What messages call it.</param>
    /// <param name="folder">What relative paths in it are relative to.</param>
    /// <param name="assignments">Overrides <c>key.path=value</c>.</param>
    /// <returns>The document, which now names all plug-ins of this process with their hashes,
    /// as a run's own experiment.json does.</returns>
    /// <exception cref="InvalidInputException">
    /// The document is no object, the overrides or the list of plug-ins are malformed, or a plug-in cannot be loaded.
    /// </exception>
    public JsonElement LoadPlugins(JsonElement root, string source, string folder, IReadOnlyList<string> assignments)
    {
        OptionReader reader = ExperimentDocument.Of(root, source, assignments).Reader();
        if (plugins is null) return root;
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

    private Experiment ReadOrThrow(OptionReader reader, ValidationErrors errors, string folder, FederatedEnvironment? given)
    {
        if (plugins is not null) ExperimentPlugins.Load(reader, folder, plugins);
        TrainingOptions options = TrainingOptionsReader.Read(reader);
        ScalarType type = options.Dtype == NumberType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        FederatedEnvironment? environment = given is null
            ? EnvironmentReader.Read(reader, catalog.Environments, folder, options.Objective, errors)
            : GivenEnvironment.Read(reader, given, options.Objective, errors);
        AlgorithmDefinition? trainer = FederationReader.TrainerIn(reader, catalog.Algorithms);
        bool learns = GradientReader.Learns(reader, catalog.Estimators, trainer);
        PolicySection policySection = PolicyReader.Read(reader, catalog.Policies, environment, trainer, learns, errors);
        using Policy? policy = PolicyReader.CreatePrototype(policySection, new TensorFormat(type, CPU), reader.Raw("policy"), errors);
        IReadOnlyList<CurriculumStage> curriculum = CurriculumReader.Read(
            reader, environment, given is not null, catalog.Environments, folder, options.Objective, errors);
        ConfiguredAlgorithm federation = FederationReader.Read(
            reader, catalog.Algorithms, environment?.AgentNames.Count ?? 0, options.Seed, learns);
        var context = new EstimatorContext(options.Objective, environment, policy);
        GradientSection gradient = GradientReader.Read(reader, catalog.Estimators, trainer, policySection.Kind, context);
        if (environment is not null && policy is not null)
            CheckNeeds(federation.Definition.Name, environment, policy, policySection.Kind, gradient.Estimator, errors);
        if (plugins is not null && ExperimentPlugins.Resolved(plugins) is { } loaded) reader.Resolved[ExperimentPlugins.Key] = loaded;
        _ = (reader.Raw(VersionsKey), reader.Raw(SchemaKey));
        reader.Finish();
        if (policy is not null)
        {
            CheckPersonal(policy, options, gradient, federation, errors);
            CheckPersonalise(policy, options.Personalise, policySection, federation.Definition, errors);
        }
        errors.ThrowIfAny();
        // Where agents share nothing, there is nothing to average, to correct or to send: every algorithm is the independent one.
        Func<Algorithm> create = policySection.SharesNothing ? () => new Independent(federation.Federation) : federation.Create;
        var experiment = new Experiment
        {
            Name = options.Name,
            Seed = options.Seed,
            Dtype = type,
            Objective = options.Objective,
            Environment = environment!,
            Curriculum = curriculum,
            PolicyKind = policySection.Kind,
            CreatePolicy = policySection.Create,
            InitialParameters = policySection.Initial,
            Estimator = gradient.Estimator,
            Gradient = gradient.Configured!,
            Entropy = gradient.Entropy,
            AlgorithmName = federation.Definition.Name,
            Federation = federation.Federation,
            Personalise = options.Personalise,
            CreateAlgorithm = create,
            OwnPolicies = policy!.Layout.PersonalLength > 0 || create().OwnParameters is not null,
            EvaluateEvery = options.EvaluateEvery,
            EvaluationEpisodes = options.EvaluationEpisodes,
            StopAt = options.StopAt,
            KeepBest = options.KeepBest,
            DiagnoseEvery = options.DiagnoseEvery,
            CheckpointEvery = options.CheckpointEvery,
            Resolved = reader.Resolved,
            GivenEnvironment = given,
        };
        return options.DiagnoseEvery > 0 ? experiment with { CreateDiagnoser = () => new Diagnosis.Diagnoser(experiment) } : experiment;
    }

    /// <summary>Notes what cannot be had of a policy whose agents have parts of it to themselves.</summary>
    private static void CheckPersonal(
        Policy policy, TrainingOptions options, GradientSection gradient, ConfiguredAlgorithm federation, ValidationErrors errors)
    {
        if (policy.Layout.PersonalLength == 0) return;
        const string With = "where agents have parts of the policy to themselves (policy.personal)";
        if (options.DiagnoseEvery > 0) errors.Add("diagnoseEvery", $"{options.DiagnoseEvery}", $"must be 0 {With}");
        if (gradient.Configured?.Options.Direction == GradientDirection.Natural)
            errors.Add("gradient.direction", "\"natural\"", $"must be \"plain\" {With}");
        int steps = federation.Options.LocalSteps;
        if (federation.Options.PersonalSteps is null && 2 * steps > StreamKey.MaximumLocalStep)
            errors.Add("federation.localSteps", $"{steps}", $"must be at most {StreamKey.MaximumLocalStep / 2} {With}");
    }

    /// <summary>Notes steps after the last round that agents cannot take.</summary>
    private static void CheckPersonalise(
        Policy policy, PersonaliseOptions options, PolicySection section, AlgorithmDefinition trainer, ValidationErrors errors)
    {
        if (options.Steps == 0) return;
        string steps = options.Steps.ToString(CultureInfo.InvariantCulture);
        if (trainer.OwnEstimators is not null)
            errors.Add("personalise.steps", steps, $"must be 0 with federation.algorithm \"{trainer.Name}\", which follows no gradients");
        else if (!policy.TakesGradients)
            errors.Add("personalise.steps", steps, $"must be 0 with policy.kind \"{section.Kind}\", which no policy gradient trains");
        if (options.PersonalOnly && policy.Layout.PersonalLength == 0 && !section.SharesNothing)
        {
            errors.Add(
                "personalise.what", $"\"{PersonaliseOptions.Personal}\"",
                $"must be \"{PersonaliseOptions.All}\" where agents have no parameters to themselves (policy.personal)");
        }
    }

    private void CheckNeeds(string algorithm, FederatedEnvironment environment, Policy policy, string kind, string estimator,
        ValidationErrors errors)
    {
        AlgorithmNeeds needs = catalog.Algorithms[algorithm].Needs;
        if (ProblemFamily.Find(environment) is not { } family) return;
        if (family.RefusalOf(needs, environment) is { } refusal) errors.Add("federation.algorithm", Words.Quoted([algorithm]), refusal);
        string there = $"does not serve federation.algorithm \"{algorithm}\"; allowed there: ";
        if (family.PolicyKindsOf(needs) is { } kinds && !kinds.Contains(kind))
            errors.Add("policy.kind", Words.Quoted([kind]), there + Words.Quoted([.. kinds]));
        if (needs.Estimators is { } serving && !serving.Contains(estimator))
            errors.Add("gradient.estimator", Words.Quoted([estimator]), there + Words.Quoted([.. serving]));
        if (needs.Batches && !family.KeepsBatches(policy))
        {
            errors.Add("policy.kind", $"\"{kind}\"",
                "gives no divergences of policies (EpisodicPolicy.Divergences), by which "
                + $"federation.algorithm \"{algorithm}\" holds back its steps");
        }
    }
}
