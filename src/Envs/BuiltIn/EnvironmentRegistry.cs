using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.RegularExpressions;
using FedPG.Core.Options;
using FedPG.Envs.Control;
using FedPG.Envs.Counterexamples;
using FedPG.Envs.Episodic;
using FedPG.Envs.Exploration;
using FedPG.Envs.GridWorlds;
using FedPG.Envs.LinearQuadratic;
using FedPG.Envs.Random;
using FedPG.Envs.ToyText;

namespace FedPG.Envs.BuiltIn;

/// <summary>The environments that experiment files and commands know by name. Safe to use from several threads.</summary>
public sealed partial class EnvironmentRegistry
{
    private static readonly Lazy<EnvironmentRegistry> Shared = new(WithBuiltIn);
    private readonly ConcurrentDictionary<string, EnvironmentDefinition> _definitions = new(StringComparer.Ordinal);

    /// <summary>The registry of this process: the built-in environments, and what plug-ins add.</summary>
    public static EnvironmentRegistry Default => Shared.Value;

    /// <summary>A new registry that holds the built-in environments only.</summary>
    public static EnvironmentRegistry WithBuiltIn()
    {
        var registry = new EnvironmentRegistry();
        registry.Register(GridWorld.Definition);
        registry.Register(FrozenLake.Definition);
        registry.Register(FrozenLake8x8.Definition);
        registry.Register(CliffWalking.Definition);
        registry.Register(CliffWalkingSlippery.Definition);
        registry.Register(WindyCliff.Definition);
        registry.Register(FourRooms.Definition);
        registry.Register(RandomMdp.Definition);
        registry.Register(Garnet.Definition);
        registry.Register(QuasiRandomMdp.Definition);
        registry.Register(OppositeKernels.Definition);
        registry.Register(AdversarialPair.Definition);
        registry.Register(Taxi.Definition);
        registry.Register(DeepSea.Definition);
        registry.Register(RiverSwim.Definition);
        registry.Register(LinearQuadraticEnvironment.Definition);
        registry.Register(CartPole.Definition);
        registry.Register(Acrobot.Definition);
        registry.Register(MountainCar.Definition);
        registry.Register(Pendulum.Definition);
        return registry;
    }

    /// <summary>The ids, in alphabetical order.</summary>
    public IReadOnlyList<string> Ids => [.. _definitions.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Adds an environment.</summary>
    /// <exception cref="ArgumentException">
    /// The id is taken or not a name and a version (<c>Walk-v0</c>), the limit of agents is not in 1 to <see cref="EnvironmentDefinition.AgentLimit"/>, or the limit of steps is below 1.
    /// </exception>
    public void Register(EnvironmentDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentException.ThrowIfNullOrWhiteSpace(definition.Id);
        if (!LawfulId().IsMatch(definition.Id))
            throw new ArgumentException("an id is a name and a version, such as Walk-v0, perhaps behind a namespace, as in Marsh/Walk-v0", nameof(definition));
        if (definition.MaximumAgents is < 1 or > EnvironmentDefinition.AgentLimit)
            throw new ArgumentException($"{definition.Id}: MaximumAgents must lie in 1 to {EnvironmentDefinition.AgentLimit}", nameof(definition));
        if (definition.StepLimit < 1) throw new ArgumentException($"{definition.Id}: StepLimit must be at least 1, or null", nameof(definition));
        if (!_definitions.TryAdd(definition.Id, definition))
            throw new ArgumentException($"an environment {definition.Id} is registered already", nameof(definition));
    }

    /// <summary>Adds an environment that is known by its steps only.</summary>
    /// <exception cref="ArgumentException">As for a full definition.</exception>
    public void Register(EpisodicDefinitionBase definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        Register(definition.ToDefinition());
    }

    /// <summary>The environment of that id (letter case counts), or null.</summary>
    public EnvironmentDefinition? Find(string id) => _definitions.GetValueOrDefault(id);

    /// <summary>What to tell a user who asked for an id that nobody registered.</summary>
    public string UnknownId(string id)
    {
        string? nearest = NearestName.Of(id, Ids);
        return nearest is null
            ? "is not an environment; none are registered"
            : $"is not an environment; the nearest is \"{nearest}\", and there are {string.Join(", ", Ids)}";
    }

    /// <summary>Reads the options of an environment.</summary>
    /// <param name="id">The environment.</param>
    /// <param name="agents">The number of agents N.</param>
    /// <param name="options">Its options object; undefined or null for all defaults.</param>
    /// <param name="keys">Where these stand in the user's input.</param>
    /// <param name="errors">Where every fault is noted.</param>
    /// <returns>What builds the instance; null when anything was noted.</returns>
    public ConfiguredEnvironment? Configure(string id, int agents, JsonElement options, EnvironmentKeys keys, ValidationErrors errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        if (Find(id) is not { } definition)
        {
            errors.Add(keys.Id, id, UnknownId(id));
            return null;
        }
        return definition.ReadOptions(agents, options, keys, errors);
    }

    /// <summary>A name and its version, with a namespace or not, as in Gymnasium; a project's name, which the template makes an id of, may hold spaces.</summary>
    [GeneratedRegex(@"^(?:[\w-]+/)?[\w.][\w.: -]*-v[0-9]+\z")]
    private static partial Regex LawfulId();
}
