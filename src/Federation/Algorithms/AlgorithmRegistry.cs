using FedPG.Envs.Options;
using FedPG.Federation.Oracles;

namespace FedPG.Federation.Algorithms;

/// <summary>One algorithm: its name and how its own options, beside the common ones, are read.</summary>
/// <param name="Name">The value of <c>federation.algorithm</c>.</param>
/// <param name="Summary">One line for lists.</param>
/// <param name="Configure">Reads the options of the federation section and returns what makes the algorithm.</param>
public sealed record AlgorithmDefinition(string Name, string Summary, Func<OptionReader, FederationOptions, Func<Algorithm>> Configure)
{
    /// <summary>The kinds of policies it trains, the default first; null for all that policy gradients train.</summary>
    public IReadOnlyList<string>? PolicyKinds { get; init; }

    /// <summary>Its own oracles in the place of the estimators of gradients, the default first; null where it descends along gradients.</summary>
    public IReadOnlyList<OracleDefinition>? Estimators { get; init; }

    /// <summary>The one <c>gradient.direction</c> that it is defined by for a kind of policy; null where the file decides.</summary>
    public Func<string, string?>? DirectionOf { get; init; }
}

/// <summary>The algorithms an experiment can name. Register before experiments are read; reading is thread-safe.</summary>
public sealed class AlgorithmRegistry
{
    private static readonly Lazy<AlgorithmRegistry> Shared = new(WithBuiltIn);
    private readonly Dictionary<string, AlgorithmDefinition> _definitions = [];

    /// <summary>The registry of this process, with the built-in algorithms.</summary>
    public static AlgorithmRegistry Default => Shared.Value;

    /// <summary>The known names.</summary>
    public IReadOnlyCollection<string> Names => _definitions.Keys;

    /// <summary>A new registry with the built-in algorithms.</summary>
    public static AlgorithmRegistry WithBuiltIn()
    {
        var registry = new AlgorithmRegistry();
        registry.Register(new AlgorithmDefinition("fast-fedpg", "local steps corrected by a memory of the global gradient", (reader, options) =>
        {
            MemoryKind memory = ReadMemory(reader);
            return () => new FastFedPg(options, memory);
        }));
        registry.Register(new AlgorithmDefinition("fedavg", "local steps and averaging", (reader, options) =>
        {
            _ = ReadMemory(reader);
            return () => new FedAvg(options);
        }));
        registry.Register(new AlgorithmDefinition("centralized", "one policy, all agents' gradients at every step", (reader, options) =>
        {
            _ = ReadMemory(reader);
            return () => new Centralized(options);
        }));
        registry.Register(PAvg.Definition);
        registry.Register(PolicyMirrorDescent.Definition);
        registry.Register(QAvg.Definition);
        registry.Register(FedQ.Definition);
        registry.Register(FedTd.Definition);
        return registry;
    }

    /// <summary>Adds an algorithm.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public void Register(AlgorithmDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        if (!_definitions.TryAdd(definition.Name, definition)) throw new ArgumentException($"algorithm {definition.Name} is registered already", nameof(definition));
    }

    /// <summary>The definition of a name, null for one that is not known.</summary>
    public AlgorithmDefinition? Find(string name) => _definitions.GetValueOrDefault(name);

    /// <summary>The definition of a known algorithm.</summary>
    public AlgorithmDefinition Get(string name) => _definitions[name];

    /// <summary>Every algorithm accepts the key, so that one file can be run with another algorithm; only Fast-FedPG uses it.</summary>
    private static MemoryKind ReadMemory(OptionReader reader) =>
        reader.Choice("memory", "reuse", ["reuse", "fresh", "resample"], "where Fast-FedPG's memory gradient comes from") switch
        {
            "fresh" => MemoryKind.Fresh,
            "resample" => MemoryKind.Resample,
            _ => MemoryKind.Reuse,
        };
}
