using FedPG.Core.Options;
using FedPG.Federation.Algorithms;
using FedPG.Federation.Schedules;

namespace FedPG.Federation.BuiltIn;

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
        registry.Register(FastFedPg.Definition);
        registry.Register(FedAvg.Definition);
        registry.Register(Centralized.Definition);
        registry.Register(Independent.Definition);
        registry.Register(Scaffold.Definition);
        registry.Register(FedLin.Definition);
        registry.Register(FedProx.Definition);
        registry.Register(FedKl.Definition);
        registry.Register(Decentralized.Definition);
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

    /// <summary>The keys of the federation section that an algorithm reads beside the common ones.</summary>
    public IEnumerable<string> KeysOf(string name)
    {
        var reader = OptionReader.Empty();
        _ = Get(name).Configure(reader, new FederationOptions(1, 1, StepSizeSchedule.Constant(1), 1));
        return reader.Resolved.Select(option => option.Key);
    }
}
