using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Envs;
using FedPG.Envs.Files;
using FedPG.Envs.Options;
using FedPG.Envs.Wrappers;
using FedPG.Envs.Streams;
using FedPG.Federation.Agents;
using FedPG.Federation.Algorithms;
using FedPG.Federation.Oracles;
using FedPG.Federation.Plugins;
using FedPG.Policies;
using FedPG.Policies.Observations;
using static TorchSharp.torch;

namespace FedPG.Federation.Experiment;

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
    EnvironmentRegistry environments, PolicyRegistry policies, OracleRegistry oracles, AlgorithmRegistry algorithms, PluginHost? plugins = null)
{
    /// <summary>What stands in a run's own experiment.json beside the experiment; known, and not read back.</summary>
    public const string VersionsKey = "versions";

    private const string DefaultAlgorithm = "fast-fedpg", Plain = "plain", Natural = "natural";

    /// <summary>Episodes an agent that an evaluation plays, where the file does not say.</summary>
    public const int DefaultEvaluationEpisodes = 32;

    private const string RegretRewards = "the regret 1 - r allows rewards in [0, 1]; other rewards need \"objective\": \"reward\"";

    /// <summary>A reader with the registries of this process.</summary>
    public static ExperimentReader Default { get; } =
        new(EnvironmentRegistry.Default, PolicyRegistry.Default, OracleRegistry.Default, AlgorithmRegistry.Default, PluginHost.Default);

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
        var reader = new OptionReader(overridden, "", new FaultList(source, overrides.Paths));
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
        var overrideFaults = new FaultList(source);
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

        var faults = new FaultList(source, overrides.Paths);
        var reader = new OptionReader(root, "", faults);
        if (plugins is not null) ExperimentPlugins.Load(reader, folder, plugins);
        string name = reader.Text("name", "experiment", "the name that run folders get");
        if (name.Length == 0 || name.Length > 100 || name.Any(c => !(char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')) || name[0] == '.')
            reader.Reject("name", "must be 1 to 100 letters, digits, '-', '_' or '.', and not start with '.'");
        long seed = reader.Seed("seed", 1, "the seed of every random number");
        string dtype = reader.Choice("dtype", "float32", ["float32", "float64"], "the type of all tensors");
        Objective objective = reader.Choice("objective", "regret", ["regret", "reward"], "minimise the regret 1 - r, or -r") == "regret" ? Objective.Regret : Objective.Reward;

        ScalarType type = dtype == "float64" ? ScalarType.Float64 : ScalarType.Float32;
        EnvironmentInstance? environment = ReadEnvironment(reader, folder, objective, faults);
        AlgorithmDefinition? trainer = TrainerOf(reader.Raw("federation"));
        (string policyKind, Func<TensorFormat, Policy> createPolicy, double[]? initial, bool usable) = ReadPolicy(reader, environment, trainer, faults);
        using Policy? policy = usable ? CreatePrototype(createPolicy, new TensorFormat(type, CPU), reader.Raw("policy"), initial, faults) : null;
        (string algorithm, FederationOptions federation, Func<Algorithm> createAlgorithm) = ReadFederation(reader, environment?.AgentNames.Count ?? 0, seed);
        OptionReader gradient = reader.Section("gradient");
        OracleRegistry estimators = trainer?.OwnEstimators is { } own ? OracleRegistry.Of(own) : oracles;
        string estimator = gradient.Choice("estimator", trainer?.OwnEstimators?[0].Name ?? "gpomdp", estimators.Names, "how gradients are had");
        bool natural = ReadDirection(gradient, trainer, policyKind) == Natural;
        Func<EnvironmentInstance, Func<OracleSetup, IOracle>> prepare =
            ReadEstimator(gradient, estimators, estimator, trainer, new OracleContext(objective, environment, policy) { Natural = natural });
        EntropySchedule entropy = ReadEntropy(gradient);
        if (entropy.IsUsed && policy is { HasVariableEntropy: false })
            gradient.Reject("entropy", $"must be 0 with policy.kind \"{policyKind}\", whose entropy does not depend on its parameters");
        gradient.Finish();
        if (environment is not null && policy is not null)
        {
            AlgorithmNeeds needs = algorithms.Get(algorithm).Needs;
            foreach ((string key, string value, string allowed) in needs.FaultsOf(algorithm, environment, policyKind, estimator)) faults.Add(key, value, allowed);
            if (needs.Batches && policy is ObservationPolicy { HasDivergences: false })
                faults.Add("policy.kind", $"\"{policyKind}\"", $"gives no divergences of policies (ObservationPolicy.Divergences), by which federation.algorithm \"{algorithm}\" holds back its steps");
        }
        int evaluateEvery = reader.Integer("evaluateEvery", 1, 1, 1_000_000, "rounds between two evaluations");
        int evaluationEpisodes = reader.Integer(
            "evaluationEpisodes", DefaultEvaluationEpisodes, 2, 1_000_000, "episodes an agent that an evaluation plays where states cannot be listed; not used elsewhere");
        int diagnoseEvery = reader.Integer("diagnoseEvery", 0, 0, 1_000_000, "rounds between two diagnoses of the theory's constants; 0 for never");
        int checkpointEvery = reader.Integer("checkpointEvery", 25, 0, 1_000_000, "rounds between two checkpoints; 0 for none but the last");
        if (plugins is not null && ExperimentPlugins.Resolved(plugins) is { } loaded) reader.Resolved[ExperimentPlugins.Key] = loaded;
        _ = reader.Raw(VersionsKey);
        reader.Finish();
        faults.ThrowIfAny();
        return new Experiment
        {
            Name = name,
            Seed = seed,
            Dtype = type,
            Objective = objective,
            Environment = environment!,
            PolicyKind = policyKind,
            CreatePolicy = createPolicy,
            InitialParameters = initial,
            Estimator = estimator,
            PrepareOracles = prepare,
            Entropy = entropy,
            AlgorithmName = algorithm,
            Federation = federation,
            CreateAlgorithm = createAlgorithm,
            EvaluateEvery = evaluateEvery,
            EvaluationEpisodes = evaluationEpisodes,
            DiagnoseEvery = diagnoseEvery,
            CheckpointEvery = checkpointEvery,
            Resolved = reader.Resolved,
        };
    }

    private EnvironmentInstance? ReadEnvironment(OptionReader reader, string folder, Objective objective, FaultList faults)
    {
        OptionReader environment = reader.Section("environment");
        EnvironmentInstance? instance;
        if (environment.Has("mdp"))
        {
            instance = ReadMdp(environment, folder, faults);
            if (ReadStepped(environment) && instance is not null) instance = SteppedEnvironment.Of(instance);
            _ = (environment.Raw("id"), environment.Raw("agents"), environment.Raw("options"));
            foreach (string key in (string[])["id", "agents", "options"])
            {
                if (environment.Has(key)) environment.Reject(key, "cannot stand beside \"mdp\": the file says all about the environment");
            }
        }
        else
        {
            string id = environment.Text("id", "GridWorld-v0", "the environment's id");
            int agents = environment.Integer("agents", 8, 1, EnvironmentDefinition.AgentLimit, "N, the number of agents");
            _ = environment.Raw("mdp");
            int before = faults.Faults.Count;
            (JsonElement options, string? map) = MapFile.Inline(environment.Raw("options"), folder, faults);
            FaultList found = faults.Another();
            ConfiguredEnvironment? configured = faults.Faults.Count > before ? null : environments.Configure(id, agents, options, EnvironmentKeys.Experiment, found);
            MapFile.Report(faults, found, "environment.options.map", map);
            environment.Resolved["options"] = configured?.ResolvedOptions.DeepClone();
            instance = configured is not null && faults.Faults.Count == before ? configured.Build() : null;
            bool stepped = ReadStepped(environment);
            if (instance is not null) instance = FlatActions.Of(stepped ? SteppedEnvironment.Of(instance, configured!.Definition.StepLimit) : instance);
        }
        environment.Finish();
        if (objective == Objective.Reward) return instance;
        if (instance is FiniteMdp mdp)
            CheckRewards(mdp, environment, environment.Has("mdp") ? Path.GetFullPath(environment.Raw("mdp").GetString()!, folder) : null, faults);
        else if (instance is not null && !(NumberRange.UnitInterval.Contains(instance.RewardRange.Minimum) && NumberRange.UnitInterval.Contains(instance.RewardRange.Maximum)))
            faults.Add(environment.PathOf("id"), instance.Name, $"pays rewards that are {instance.RewardRange}; {RegretRewards}");
        return instance;
    }

    private static bool ReadStepped(OptionReader environment) => environment.Flag(
        "stepped", false, "whether it is only stepped, as if its states could not be listed, nor its matrices be known; environments of which nothing else is known always are");

    private static FiniteMdp? ReadMdp(OptionReader environment, string folder, FaultList faults)
    {
        const string key = "mdp";
        int before = faults.Faults.Count;
        string given = environment.Text(key, "", "the path of a finite-MDP file");
        if (faults.Faults.Count > before) return null;
        if (given.Length == 0 || given.Contains('\0', StringComparison.Ordinal))
        {
            environment.Reject(key, "must be the path of a finite-MDP file");
            return null;
        }
        try
        {
            string path = Path.GetFullPath(given, folder);
            environment.Resolved[key] = path;
            return FiniteMdpFile.Read(path);
        }
        catch (InvalidInputException e)
        {
            faults.AddRange(e.Faults);
            return null;
        }
    }

    /// <summary>The regret 1 - r needs rewards in [0, 1]; the first offenders are named one by one, in the file they come from.</summary>
    private static void CheckRewards(FiniteMdp mdp, OptionReader environment, string? file, FaultList faults)
    {
        // In a file each number can be mended; of a registered environment there is one thing to say.
        int most = file is null ? 1 : 20;
        var found = new List<Fault>();
        for (int i = 0; i < mdp.Agents.Count && found.Count <= most; i++)
        {
            for (int k = 0; k < mdp.Agents[i].Rewards.Length && found.Count <= most; k++)
            {
                double reward = mdp.Agents[i].Rewards[k];
                if (reward is >= 0 and <= 1) continue;
                string key = $"agents[{i}].rewards[{k / mdp.Actions}][{k % mdp.Actions}]";
                string value = reward.ToString("R", System.Globalization.CultureInfo.InvariantCulture);
                found.Add(file is not null
                    ? new Fault(file, key, value, RegretRewards)
                    : new Fault(faults.Source, environment.PathOf("id"), value, $"is {key} of this environment; {RegretRewards}"));
            }
        }
        faults.AddRange(found.Take(most));
        if (found.Count > most && file is not null) faults.Add(environment.PathOf("mdp"), null, "and more rewards outside [0, 1]");
    }

    private (string Kind, Func<TensorFormat, Policy> Create, double[]? Initial, bool Usable) ReadPolicy(
        OptionReader reader, EnvironmentInstance? environment, AlgorithmDefinition? trainer, FaultList faults)
    {
        OptionReader policy = reader.Section("policy");
        int before = faults.Faults.Count;
        IReadOnlyCollection<string> fitting = environment is null ? policies.Kinds : policies.KindsFor(environment);
        string[] trained = [.. trainer?.Needs.KindsIn(environment) is { } own ? own.Intersect(fitting) : fitting.Where(k => policies.Get(k, environment).TakesGradients)];
        string kind = policy.Choice("kind", trained.FirstOrDefault(fitting.FirstOrDefault(TabularSoftmax.Kind)), policies.Kinds, "the kind of policy");
        bool fits = environment is not null && fitting.Contains(kind);
        if (environment is not null && !fits) policy.Reject("kind", $"cannot act in {environment.Name}; allowed there: {Quoted(fitting)}");
        else if (fits && !trained.Contains(kind) && trainer is not null)
            policy.Reject("kind", $"is not trained by federation.algorithm \"{trainer.Name}\"; allowed with it: {(trained.Length > 0 ? Quoted(trained) : $"none in {environment!.Name}")}");
        Func<TensorFormat, Policy> create = policies.Get(kind, environment).Configure(policy, fits ? environment : null);
        double[]? initial = policy.Numbers("initial", null, NumberRange.Any, "theta_0, the parameters to start from");
        // Keys of other kinds are known and not used, so that one file can be run with another kind of policy.
        foreach (string other in policies.Kinds) policy.Accept(policies.KeysOf(other));
        policy.Finish();
        return (kind, create, initial, fits && faults.Faults.Count == before);
    }

    /// <summary>
    /// A policy to check the rest against. Refuses one whose row of parameters is longer than what one file or one array of bytes can hold, and
    /// a start of another length or one that the policy refuses.
    /// </summary>
    private static Policy? CreatePrototype(Func<TensorFormat, Policy> create, TensorFormat format, JsonElement section, double[]? initial, FaultList faults)
    {
        const int most = 1 << 28;
        const string key = "policy.initial";
        try
        {
            Policy policy = create(format);
            if (initial is not null && initial.Length != policy.Layout.Length)
                faults.Add(key, $"{initial.Length} numbers", $"must be {policy.Layout.Length} numbers, as many as this policy has parameters");
            else if (initial is not null && policy.FaultOfStart(initial) is { } fault)
                faults.Add(key, $"{initial.Length} numbers", fault);
            if (policy.Layout.Length <= most) return policy;
            policy.Dispose();
        }
        catch (OverflowException)
        {
            // More than an int holds: reported below.
        }
        faults.Add("policy", section.GetRawText(), $"would have more than {most} parameters, the most an agent may have");
        return null;
    }

    /// <summary>The algorithm that the file names, before its section is read: what it trains decides what the sections of policy and gradient allow.</summary>
    private AlgorithmDefinition? TrainerOf(JsonElement federation) =>
        federation.ValueKind == JsonValueKind.Object && federation.TryGetProperty("algorithm", out JsonElement name)
            ? name.ValueKind == JsonValueKind.String ? algorithms.Find(name.GetString()!) : null
            : algorithms.Find(DefaultAlgorithm);

    private static string ReadDirection(OptionReader gradient, AlgorithmDefinition? trainer, string policyKind)
    {
        string? only = trainer?.OwnEstimators is null ? trainer?.DirectionOf?.Invoke(policyKind) : Plain;
        string direction = gradient.Choice("direction", only ?? Plain, [Plain, Natural], "what agents descend along: the gradient, or the natural gradient");
        if (only is null || direction == only) return direction;
        gradient.Reject("direction", $"must be \"{only}\" with federation.algorithm \"{trainer!.Name}\" and policy.kind \"{policyKind}\"");
        return only;
    }

    private static Func<EnvironmentInstance, Func<OracleSetup, IOracle>> ReadEstimator(
        OptionReader gradient, OracleRegistry oracles, string name, AlgorithmDefinition? trainer, OracleContext context)
    {
        OracleDefinition definition = oracles.Get(name, context.Environment);
        if (context is { Natural: true, Policy: not null, Environment: { } place } && !definition.OffersNatural)
            gradient.Reject("direction", $"\"natural\" is not offered in {place.Name}; allowed there: \"plain\"");
        if (trainer?.Needs.Batches == true && context is { Policy: not null, Environment: { } home } && definition.Fits(home) && !definition.OffersBatches)
            gradient.Reject("estimator", $"\"{name}\" keeps no batch, on which federation.algorithm \"{trainer.Name}\" takes several steps");
        if (context.Environment is not { } environment || definition.Fits(environment)) return definition.Configure(gradient, context);
        gradient.Reject("estimator", $"\"{name}\" does not serve {environment.Name}; allowed there: {Quoted(oracles.NamesFor(environment))}");
        return definition.Configure(gradient, context with { Environment = null, Policy = null });
    }

    private static string Quoted(IReadOnlyCollection<string> words) => words.Count == 0 ? "none of those registered" : string.Join(" | ", words.Select(word => $"\"{word}\""));

    /// <summary>Reads the federation section.</summary>
    /// <param name="reader">The document.</param>
    /// <param name="agents">N; 0 where it is not known.</param>
    /// <param name="seed">The experiment's seed.</param>
    private (string Name, FederationOptions Options, Func<Algorithm> Create) ReadFederation(OptionReader reader, int agents, long seed)
    {
        OptionReader federation = reader.Section("federation");
        string name = federation.Choice("algorithm", DefaultAlgorithm, algorithms.Names, "the algorithm");
        int rounds = federation.Integer("rounds", 100, 0, 100_000_000, "T, communication rounds");
        int localSteps = federation.Integer("localSteps", 10, 1, StreamKey.MaximumLocalStep, "H, local steps a round");
        var options = new FederationOptions(
            rounds, localSteps, StepSizeReader.Read(federation, Math.Max(1, agents), localSteps, rounds),
            federation.Number("globalStepSize", 1.0, new NumberRange(0, 1, OpenMinimum: true), "alpha_g"))
        {
            Agents = agents,
            Participation = ParticipationReader.Read(federation, agents, seed),
            Work = ParticipationReader.ReadWork(federation, agents, localSteps, seed),
            Messages = MessageFormat.Read(federation),
        };
        AlgorithmDefinition definition = algorithms.Get(name);
        Func<Algorithm> create = definition.Configure(federation, options);
        if (!options.Participation.IsEveryone && !definition.Has(AlgorithmTraits.PartialParticipation))
            federation.Reject(ParticipationReader.Key, $"must be of kind \"all\" with federation.algorithm \"{name}\"; other kinds can be had with {Supporters(AlgorithmTraits.PartialParticipation)}");
        if (!options.Work.IsSame && !definition.Has(AlgorithmTraits.OwnLocalSteps))
        {
            federation.Reject(federation.Has(ParticipationReader.OwnStepsKey) ? ParticipationReader.OwnStepsKey : ParticipationReader.StragglersKey,
                $"cannot be had with federation.algorithm \"{name}\", whose agents all take localSteps steps; it can with {Supporters(AlgorithmTraits.OwnLocalSteps)}");
        }
        // Keys of other algorithms are known and not used, so that one file can be run with another algorithm.
        foreach (string other in algorithms.Names) federation.Accept(algorithms.KeysOf(other));
        federation.Finish();
        return (name, options, create);
    }

    private string Supporters(AlgorithmTraits traits) => Quoted([.. algorithms.Names.Where(name => algorithms.Get(name).Has(traits))]);

    private static EntropySchedule ReadEntropy(OptionReader gradient)
    {
        const string key = "entropy";
        if (gradient.Raw(key).ValueKind == JsonValueKind.Object)
        {
            OptionReader schedule = gradient.Section(key);
            var entropy = new EntropySchedule(
                schedule.Number("from", 0, NumberRange.NonNegative, "tau in round 0"),
                schedule.Number("to", 0, NumberRange.NonNegative, "tau at the end"),
                schedule.Integer("until", 0, 0, 100_000_000, "the first round at the end value"));
            schedule.Finish();
            return entropy;
        }
        if (gradient.Raw(key).ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Number))
        {
            gradient.Reject(key, $"must be {NumberRange.NonNegative}, or {{ \"from\", \"to\", \"until\" }}");
            return EntropySchedule.None;
        }
        double constant = gradient.Number(key, 0, NumberRange.NonNegative, "tau, a number or { \"from\", \"to\", \"until\" }");
        return new EntropySchedule(constant, constant, 0);
    }
}
