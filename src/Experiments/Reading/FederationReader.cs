using System.Text.Json;
using FedPG.Core;
using FedPG.Core.Options;
using FedPG.Federation.Algorithms;

namespace FedPG.Experiments.Reading;

/// <summary>
/// Reads the federation section of experiment files. It knows no algorithm by name: each has a
/// definition in a catalogue, with an options record. Stateless.
/// </summary>
internal static class FederationReader
{
    private const string Section = "federation", AlgorithmKey = "algorithm", DefaultAlgorithm = "fast-fedpg";

    /// <summary>
    /// The algorithm that a file names, before its section is read: what it trains decides what the sections of policy and gradient allow.
    /// Null for one that is not known.
    /// </summary>
    /// <param name="reader">The document.</param>
    /// <param name="algorithms">The algorithms that can be named.</param>
    public static AlgorithmDefinition? TrainerIn(OptionReader reader, Catalog<AlgorithmDefinition> algorithms)
    {
        JsonElement federation = reader.Raw(Section);
        if (federation.ValueKind != JsonValueKind.Object || !federation.TryGetProperty(AlgorithmKey, out JsonElement name))
            return algorithms.Find(DefaultAlgorithm);
        return name.ValueKind == JsonValueKind.String ? algorithms.Find(name.GetString()!) : null;
    }

    /// <summary>Reads the federation section.</summary>
    /// <param name="reader">The document.</param>
    /// <param name="algorithms">The algorithms that can be named.</param>
    /// <param name="agents">N; 0 where it is not known.</param>
    /// <param name="seed">The experiment's seed.</param>
    /// <param name="learns">Whether the estimator learns from values.</param>
    public static ConfiguredAlgorithm Read(
        OptionReader reader, Catalog<AlgorithmDefinition> algorithms, int agents, long seed, bool learns)
    {
        OptionReader federation = reader.Section(Section);
        string name = federation.Choice(AlgorithmKey, DefaultAlgorithm, algorithms.Names, "the algorithm");
        ConfiguredAlgorithm configured = algorithms[name].Configure(federation, agents, seed, algorithms, learns);
        // Keys of other algorithms are known and not used, so that one file can be run with another algorithm.
        federation.Accept(algorithms.Entries.SelectMany(other => other.OwnKeys));
        federation.Finish();
        return configured;
    }
}
