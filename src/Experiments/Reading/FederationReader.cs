using System.Text.Json;
using FedPG.Core.Options;
using FedPG.Core.Streams;
using FedPG.Federation.Agents;
using FedPG.Federation.Algorithms;
using FedPG.Federation.BuiltIn;

namespace FedPG.Experiments.Reading;

/// <summary>What the federation section says.</summary>
/// <param name="Name">The algorithm.</param>
/// <param name="Options">The settings every algorithm has.</param>
/// <param name="Create">Makes the algorithm.</param>
internal sealed record FederationSection(string Name, FederationOptions Options, Func<Algorithm> Create);

/// <summary>Reads the federation section of experiment files. It knows no algorithm by name: each has a definition in a registry that reads its own keys. Stateless.</summary>
internal static class FederationReader
{
    private const string Section = "federation", AlgorithmKey = "algorithm", DefaultAlgorithm = "fast-fedpg";

    /// <summary>The algorithm that a file names, before its section is read: what it trains decides what the sections of policy and gradient allow. Null for one that is not known.</summary>
    /// <param name="reader">The document.</param>
    /// <param name="algorithms">The algorithms that can be named.</param>
    public static AlgorithmDefinition? TrainerIn(OptionReader reader, AlgorithmRegistry algorithms) =>
        reader.Raw(Section) is { ValueKind: JsonValueKind.Object } federation && federation.TryGetProperty(AlgorithmKey, out JsonElement name)
            ? name.ValueKind == JsonValueKind.String ? algorithms.Find(name.GetString()!) : null
            : algorithms.Find(DefaultAlgorithm);

    /// <summary>Reads the federation section.</summary>
    /// <param name="reader">The document.</param>
    /// <param name="algorithms">The algorithms that can be named.</param>
    /// <param name="agents">N; 0 where it is not known.</param>
    /// <param name="seed">The experiment's seed.</param>
    public static FederationSection Read(OptionReader reader, AlgorithmRegistry algorithms, int agents, long seed)
    {
        OptionReader federation = reader.Section(Section);
        string name = federation.Choice(AlgorithmKey, DefaultAlgorithm, algorithms.Names, "the algorithm");
        int rounds = federation.Integer("rounds", 100, 0, 100_000_000, "T, communication rounds");
        int localSteps = federation.Integer("localSteps", 10, 1, StreamKey.MaximumLocalStep, "H, local steps a round");
        var options = new FederationOptions(
            rounds, localSteps, StepSizeReader.Read(federation, Math.Max(1, agents), localSteps, rounds),
            federation.Number("globalStepSize", 1.0, new NumberRange(0, 1, OpenMinimum: true), "alpha_g"))
        {
            Agents = agents,
            Participation = ParticipationReader.Read(federation, agents, seed),
            LocalStepCounts = ParticipationReader.ReadWork(federation, agents, localSteps, seed),
            Messages = MessageFormat.Read(federation),
        };
        AlgorithmDefinition definition = algorithms.Get(name);
        Func<Algorithm> create = definition.Configure(federation, options);
        if (!options.Participation.IsEveryone && !definition.Has(AlgorithmTraits.PartialParticipation))
            federation.Reject(ParticipationReader.Key, $"must be of kind \"all\" with federation.algorithm \"{name}\"; other kinds can be had with {Supporters(algorithms, AlgorithmTraits.PartialParticipation)}");
        if (!options.LocalStepCounts.IsSame && !definition.Has(AlgorithmTraits.OwnLocalSteps))
        {
            federation.Reject(federation.Has(ParticipationReader.OwnStepsKey) ? ParticipationReader.OwnStepsKey : ParticipationReader.StragglersKey,
                $"cannot be had with federation.algorithm \"{name}\", whose agents all take localSteps steps; it can with {Supporters(algorithms, AlgorithmTraits.OwnLocalSteps)}");
        }
        // Keys of other algorithms are known and not used, so that one file can be run with another algorithm.
        foreach (string other in algorithms.Names) federation.Accept(algorithms.KeysOf(other));
        federation.Finish();
        return new FederationSection(name, options, create);
    }

    private static string Supporters(AlgorithmRegistry algorithms, AlgorithmTraits traits) => Words.Quoted([.. algorithms.Names.Where(name => algorithms.Get(name).Has(traits))]);
}
