using FedPG.Core;
using FedPG.Core.Options;
using FedPG.Core.Streams;
using FedPG.Federation.Agents;
using FedPG.Federation.Estimators;
using FedPG.Federation.Optimizers;
using FedPG.Federation.Schedules;

namespace FedPG.Federation.Algorithms;

/// <summary>One algorithm: its name, its options, and what makes it of them. Immutable.</summary>
public sealed record AlgorithmDefinition : ICatalogEntry
{
    private readonly Func<OptionReader, Func<AlgorithmOptions, AlgorithmOptions>, AlgorithmOptions> _read;
    private readonly Func<AlgorithmOptions, FederationOptions, Algorithm> _create;
    private readonly Action<AlgorithmOptions, FederationOptions, OptionReader>? _check;

    private AlgorithmDefinition(
        AlgorithmOptions defaults, string summary, Func<OptionReader, Func<AlgorithmOptions, AlgorithmOptions>, AlgorithmOptions> read,
        Func<AlgorithmOptions, FederationOptions, Algorithm> create,
        Action<AlgorithmOptions, FederationOptions, OptionReader>? check) =>
        (Name, Summary, OptionsType, _read, _create, _check) = (defaults.Algorithm, summary, defaults.GetType(), read, create, check);

    /// <inheritdoc/>
    public string Name { get; init; }

    /// <inheritdoc/>
    public string Summary { get; }

    /// <summary>The type of the options record.</summary>
    public Type OptionsType { get; }

    /// <summary>The keys of the federation section that are its own, beside those that every algorithm has.</summary>
    public IEnumerable<string> OwnKeys =>
        OptionProperty.Of(OptionsType).Select(option => option.Key)
            .Except(OptionProperty.Of(typeof(AlgorithmOptions)).Select(option => option.Key));

    /// <summary>What is known of it.</summary>
    public AlgorithmTraits Traits { get; init; }

    /// <summary>
    /// The broadcast that is the mean of the agents' gradients, which shared moments are made of; null where there is none.
    /// </summary>
    public string? MeanGradient { get; init; }

    /// <summary>What it cannot do without.</summary>
    public AlgorithmNeeds Needs { get; init; } = AlgorithmNeeds.Nothing;

    /// <summary>
    /// Its own estimators in the place of the estimators of gradients, the default first; null where it descends along gradients.
    /// </summary>
    public IReadOnlyList<EstimatorDefinition>? OwnEstimators { get; init; }

    /// <summary>The one <c>gradient.direction</c> that it is defined by for a kind of policy; null where the file decides.</summary>
    public Func<string, string?>? DirectionOf { get; init; }

    /// <summary>Defines an algorithm.</summary>
    /// <typeparam name="TOptions">Its options record; a new one has the defaults, and the algorithm's name.</typeparam>
    /// <param name="summary">One line for lists.</param>
    /// <param name="create">Makes the algorithm from options that were checked. It may be
    /// called several times, on several machines.</param>
    /// <param name="check">Notes what is wrong with options together, through the reader; null
    /// where each option's own range says all.</param>
    public static AlgorithmDefinition For<TOptions>(
        string summary, Func<TOptions, FederationOptions, Algorithm> create,
        Action<TOptions, FederationOptions, OptionReader>? check = null)
        where TOptions : AlgorithmOptions, new()
    {
        ArgumentNullException.ThrowIfNull(create);
        return new AlgorithmDefinition(
            new TOptions(), summary, (reader, recipe) => OptionRecord.Read(reader, (TOptions)recipe(new TOptions())),
            (options, federation) => create((TOptions)options, federation),
            check is null ? null : (options, federation, reader) => check((TOptions)options, federation, reader));
    }

    /// <summary>Whether all of some traits are claimed.</summary>
    public bool Has(AlgorithmTraits traits) => (Traits & traits) == traits;

    /// <summary>Makes the algorithm's configuration from a program.</summary>
    /// <param name="options">An options record of <see cref="OptionsType"/>.</param>
    /// <param name="agents">N, 1 or more.</param>
    /// <param name="seed">The seed of every random number.</param>
    /// <exception cref="InvalidInputException">Options are not allowed; all errors at once, as for a file.</exception>
    public ConfiguredAlgorithm Configure(AlgorithmOptions options, int agents, long seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(agents);
        return OptionRecord.Check(options, reader => Configure(reader, agents, seed));
    }

    /// <summary>Reads and checks the options of a federation section. Errors are noted through the reader; it is not finished.</summary>
    /// <param name="reader">The section.</param>
    /// <param name="agents">N; 0 where it is not known.</param>
    /// <param name="seed">The experiment's seed.</param>
    /// <param name="others">Algorithms that an error may name as able to do what this one is not; null for none.</param>
    /// <param name="learns">Whether the estimator learns from values, so that its recipe stands for what is not given.</param>
    public ConfiguredAlgorithm Configure(
        OptionReader reader, int agents, long seed, Catalog<AlgorithmDefinition>? others = null, bool learns = false)
    {
        ArgumentNullException.ThrowIfNull(reader);
        AlgorithmOptions options = _read(reader, learns ? LearnerRecipe.Of : defaults => defaults);
        var schedule = new StepSizeSchedule(options.LocalStepSize, Math.Max(1, agents), options.LocalSteps, options.Rounds);
        if (reader.Opened("localStepSize") is { } stepSize) options.LocalStepSize.Check(stepSize, schedule);
        bool canTakePart = options.Participation.Check(reader.Opened("participation")!, agents);
        var federation = new FederationOptions(options.Rounds, options.LocalSteps, schedule, options.GlobalStepSize)
        {
            Agents = agents,
            Seed = seed,
            Participation = canTakePart ? options.Participation : Participation.Everyone,
            LocalStepCounts = CountsOf(options, reader, agents, seed),
            Messages = new MessageFormat(options.Messages),
            Personal = new PersonalSteps(options.PersonalSteps, options.PersonalStepSize, options.PersonalOrder),
            Averaging = options.Averaging,
            LocalOptimizer = options.LocalSettings,
        };
        int steps = options.LocalSteps + (options.PersonalSteps ?? 0);
        if (steps > StreamKey.MaximumLocalStep && options.PersonalSteps is not null)
            reader.Reject("personalSteps", $"and localSteps must not exceed {StreamKey.MaximumLocalStep} together");
        CheckTraits(federation, reader, others);
        CheckOptimizer(federation, reader);
        _check?.Invoke(options, federation, reader);
        return new ConfiguredAlgorithm(this, options, federation, () =>
        {
            Algorithm algorithm = _create(options, federation);
            algorithm.LocalOptimizer = federation.LocalOptimizer;
            return algorithm;
        });
    }

    private static LocalStepCounts CountsOf(AlgorithmOptions options, OptionReader reader, int agents, long seed)
    {
        (StragglerOptions stragglers, int h) = (options.Stragglers, options.LocalSteps);
        if (stragglers.MinLocalSteps > h) reader.Opened("stragglers")!.Reject("least", $"must be a whole number from 1 to {h}");
        if (options.AgentLocalSteps is not { } own)
            return LocalStepCounts.Stragglers(stragglers.Share, Math.Min(stragglers.MinLocalSteps, h), h, seed);
        if (agents > 0 && own.Length != agents) reader.Reject("agentLocalSteps", $"must have {agents} numbers, one an agent");
        if (stragglers.Share > 0) reader.Reject("stragglers", "cannot stand beside \"agentLocalSteps\"");
        return LocalStepCounts.Own(own);
    }

    private void CheckOptimizer(FederationOptions federation, OptionReader reader)
    {
        LocalOptimizerSettings local = federation.LocalOptimizer;
        if (local.State == LocalOptimizerState.Shared && MeanGradient is null)
        {
            reader.Reject(
                "localOptimizerState",
                $"cannot be \"shared\" with federation.algorithm \"{Name}\", whose server broadcasts no gradient mean; "
                + "allowed there: \"kept\" | \"reset\" | \"averaged\"");
        }
        else if (local.State == LocalOptimizerState.Shared && local.Kind != LocalOptimizerKind.Adam)
        {
            reader.Reject("localOptimizerState", "can be \"shared\" with localOptimizer \"adam\" only");
        }
        if (local.State == LocalOptimizerState.Averaged && !Has(AlgorithmTraits.ServerPolicyGradient))
        {
            reader.Reject(
                "localOptimizerState", $"cannot be \"averaged\" with federation.algorithm \"{Name}\", which has no server that averages");
        }
    }

    private void CheckTraits(FederationOptions federation, OptionReader reader, Catalog<AlgorithmDefinition>? others)
    {
        if (!federation.Participation.IsEveryone && !Has(AlgorithmTraits.PartialParticipation))
            reader.Reject("participation",
                "must be of kind \"all\" with federation.algorithm "
                    + $"\"{Name}\"{Able("; other kinds can be had with", AlgorithmTraits.PartialParticipation)}");
        if (federation.LocalStepCounts.IsSame || Has(AlgorithmTraits.OwnLocalSteps)) return;
        string key = reader.Has("agentLocalSteps") ? "agentLocalSteps" : "stragglers";
        reader.Reject(key,
            $"cannot be had with federation.algorithm \"{Name}\", whose agents all take localSteps "
                + $"steps{Able("; it can with", AlgorithmTraits.OwnLocalSteps)}");

        string Able(string words, AlgorithmTraits traits) =>
            others is null
                ? ""
                : $"{words} {Words.Quoted([.. others.Entries.Where(other => other.Has(traits)).Select(other => other.Name)])}";
    }
}

/// <summary>An algorithm whose options were read without an error.</summary>
/// <param name="Definition">Which one it is.</param>
/// <param name="Options">Its options.</param>
/// <param name="Federation">The settings that every algorithm has, as they are in this run.</param>
/// <param name="Create">Makes the algorithm.</param>
public sealed record ConfiguredAlgorithm(AlgorithmDefinition Definition, AlgorithmOptions Options, FederationOptions Federation,
    Func<Algorithm> Create);
