using FedPG.Envs;
using FedPG.Envs.Options;
using FedPG.Envs.Sampling;

namespace FedPG.Federation.Oracles;

/// <summary>One estimator: its name and how its options are read.</summary>
/// <param name="Name">The value of <c>gradient.estimator</c>.</param>
/// <param name="Summary">One line for lists.</param>
/// <param name="Configure">
/// Reads the options of the gradient section; returns what prepares, once an experiment, the maker of oracles for blocks of agents.
/// </param>
public sealed record OracleDefinition(string Name, string Summary, Func<OptionReader, Objective, Func<FiniteMdp, Func<OracleSetup, IOracle>>> Configure);

/// <summary>The estimators an experiment can name. Register before experiments are read; reading is thread-safe.</summary>
public sealed class OracleRegistry
{
    private static readonly Lazy<OracleRegistry> Shared = new(WithBuiltIn);
    private readonly Dictionary<string, OracleDefinition> _definitions = [];

    /// <summary>The registry of this process, with the built-in estimators.</summary>
    public static OracleRegistry Default => Shared.Value;

    /// <summary>The known estimators.</summary>
    public IReadOnlyCollection<string> Names => _definitions.Keys;

    /// <summary>A new registry with the built-in estimators.</summary>
    public static OracleRegistry WithBuiltIn()
    {
        var registry = new OracleRegistry();
        registry.Register(new OracleDefinition("exact", "exact gradients by linear solves", (options, objective) =>
        {
            // Read so that switching the estimator needs no other change in the file; not used.
            _ = ReadSampling(options, ReturnKind.ToGo, objective, strict: false);
            return _ => setup => new ExactOracle(setup);
        }));
        registry.Register(Sampled("gpomdp", "score function with costs to go (GPOMDP)", ReturnKind.ToGo));
        registry.Register(Sampled("reinforce", "score function with all costs: Eq. (5) as printed", ReturnKind.Total));
        return registry;
    }

    /// <summary>Adds an estimator.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public void Register(OracleDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        if (!_definitions.TryAdd(definition.Name, definition)) throw new ArgumentException($"estimator {definition.Name} is registered already", nameof(definition));
    }

    /// <summary>The definition of a known estimator.</summary>
    public OracleDefinition Get(string name) => _definitions[name];

    private static OracleDefinition Sampled(string name, string summary, ReturnKind kind) => new(name, summary, (options, objective) =>
    {
        SamplerSettings settings = ReadSampling(options, kind, objective, strict: true);
        return mdp =>
        {
            var sampler = new TrajectorySampler(mdp, settings);
            return setup => new SampledOracle(setup, sampler);
        };
    });

    private static SamplerSettings ReadSampling(OptionReader options, ReturnKind kind, Objective objective, bool strict)
    {
        int horizon = options.Integer("horizon", 50, 1, 100_000, "K, the length trajectories are truncated at");
        int trajectories = options.Integer("trajectories", 32, 1, 1_000_000, "B, trajectories an agent samples for one gradient");
        string baseline = options.Choice("baseline", "leave-one-out", ["none", "constant", "leave-one-out"], "the unbiased baseline");
        double value = options.Number("baselineValue", objective.Cost(0), NumberRange.Any, "the cost per step that the constant baseline subtracts");
        if (strict && baseline == "leave-one-out" && trajectories < 2)
            options.Reject("trajectories", "the baseline \"leave-one-out\" needs at least 2 trajectories (or choose \"none\" or \"constant\")");
        const int mostSteps = 1 << 24;
        if (strict && (long)horizon * trajectories > mostSteps)
            options.Reject("trajectories", $"times gradient.horizon {horizon} gives more than {mostSteps} steps a batch, which is the most that is kept in memory");
        return new SamplerSettings(horizon, trajectories, kind, baseline switch
        {
            "none" => Baseline.None,
            "constant" => Baseline.Constant,
            _ => Baseline.LeaveOneOut,
        }, value, objective);
    }
}
