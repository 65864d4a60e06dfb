using System.Text.Json;
using FedPG.Core;
using FedPG.Core.Options;
using FedPG.Envs.Control;
using FedPG.Envs.Counterexamples;
using FedPG.Envs.Episodic;
using FedPG.Envs.Exploration;
using FedPG.Envs.GridWorlds;
using FedPG.Envs.LinearQuadratic;
using FedPG.Envs.MiniGrid;
using FedPG.Envs.Random;
using FedPG.Envs.ToyText;

namespace FedPG.Envs.BuiltIn;

/// <summary>The catalogue of environments that experiment files and commands know by name. Safe to use from several threads.</summary>
public static class EnvironmentRegistry
{
    private static readonly Lazy<Catalog<EnvironmentDefinition>> Shared = new(WithBuiltIn);

    /// <summary>The catalogue of this process: the built-in environments, and what plug-ins add.</summary>
    public static Catalog<EnvironmentDefinition> Default => Shared.Value;

    /// <summary>A new catalogue that holds the built-in environments only.</summary>
    public static Catalog<EnvironmentDefinition> WithBuiltIn()
    {
        var catalog = new Catalog<EnvironmentDefinition>("environment");
        foreach (EnvironmentDefinition definition in BuiltIn) catalog.Register(definition);
        return catalog;
    }

    private static EnvironmentDefinition[] BuiltIn =>
    [
        GridWorld.Definition,
        FrozenLake.Definition,
        FrozenLake8x8.Definition,
        CliffWalking.Definition,
        CliffWalkingSlippery.Definition,
        WindyCliff.Definition,
        FourRooms.Definition,
        RandomMdp.Definition,
        Garnet.Definition,
        QuasiRandomMdp.Definition,
        OppositeKernels.Definition,
        AdversarialPair.Definition,
        Taxi.Definition,
        DeepSea.Definition,
        RiverSwim.Definition,
        LinearQuadraticEnvironment.Definition,
        CartPole.Definition,
        Acrobot.Definition,
        MountainCar.Definition,
        Pendulum.Definition,
        .. MiniGrids.Definitions,
    ];

    extension(Catalog<EnvironmentDefinition> catalog)
    {
        /// <summary>The ids, in alphabetical order.</summary>
        public IReadOnlyList<string> Ids => [.. catalog.Names.Order(StringComparer.Ordinal)];

        /// <summary>Adds an environment that is known by its steps only.</summary>
        /// <exception cref="ArgumentException">As for a full definition.</exception>
        public void Register(EpisodicDefinitionBase definition)
        {
            ArgumentNullException.ThrowIfNull(definition);
            catalog.Register(definition.ToDefinition());
        }

        /// <summary>What to tell a user who asked for an id that nobody registered.</summary>
        public string UnknownId(string id)
        {
            IReadOnlyList<string> ids = catalog.Ids;
            return NearestName.Of(id, ids) is { } nearest
                ? $"is not an environment; the nearest is \"{nearest}\", and there are {string.Join(", ", ids)}"
                : "is not an environment; none are registered";
        }

        /// <summary>Reads the options of an environment.</summary>
        /// <param name="id">The environment.</param>
        /// <param name="agents">The number of agents N.</param>
        /// <param name="options">Its options object; undefined or null for all defaults.</param>
        /// <param name="keys">Where these stand in the user's input.</param>
        /// <param name="errors">Where every error is noted.</param>
        /// <returns>What builds the environment; null when anything was noted.</returns>
        public ConfiguredEnvironment? Configure(string id, int agents, JsonElement options, EnvironmentKeys keys, ValidationErrors errors)
        {
            ArgumentNullException.ThrowIfNull(errors);
            if (catalog.Find(id) is { } definition) return definition.ReadOptions(agents, options, keys, errors);
            errors.Add(keys.Id, id, catalog.UnknownId(id));
            return null;
        }
    }
}
