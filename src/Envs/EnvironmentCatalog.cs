using System.Text.Json;
using FedPG.Core;
using FedPG.Core.Options;

namespace FedPG.Envs;

/// <summary>What can be asked of a catalogue of environments. Stateless.</summary>
public static class EnvironmentCatalog
{
    extension(Catalog<EnvironmentDefinition> catalog)
    {
        /// <summary>The ids, in alphabetical order.</summary>
        public IReadOnlyList<string> Ids =>
            [.. catalog.Entries.Where(entry => !entry.NeedsOptions).Select(entry => entry.Id).Distinct().Order(StringComparer.Ordinal)];

        /// <summary>All ids: behind those with defaults the ones that need options.</summary>
        public IReadOnlyList<string> AllIds => [.. catalog.Ids, .. catalog.Names.Except(catalog.Ids).Order(StringComparer.Ordinal)];

        /// <summary>What to tell a user who asked for an id that nobody registered.</summary>
        /// <param name="id">The id.</param>
        public string UnknownId(string id)
        {
            IReadOnlyList<string> ids = catalog.AllIds;
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
