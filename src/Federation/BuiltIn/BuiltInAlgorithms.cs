using FedPG.Core;
using FedPG.Federation.Algorithms;

namespace FedPG.Federation.BuiltIn;

/// <summary>The built-in algorithms.</summary>
public static class BuiltInAlgorithms
{
    private static readonly Lazy<Catalog<AlgorithmDefinition>> Shared = new(Catalog);

    /// <summary>The catalogue of this process. What else it is to hold is registered before experiments are read.</summary>
    public static Catalog<AlgorithmDefinition> Default => Shared.Value;

    /// <summary>A new catalogue with the built-in algorithms.</summary>
    public static Catalog<AlgorithmDefinition> Catalog()
    {
        var catalog = new Catalog<AlgorithmDefinition>("algorithm");
        foreach (AlgorithmDefinition definition in Definitions()) catalog.Register(definition);
        return catalog;
    }

    private static IEnumerable<AlgorithmDefinition> Definitions() =>
    [
        FastFedPg.Definition, FedAvg.Definition, Centralized.Definition, Independent.Definition, Scaffold.Definition, FedLin.Definition,
        FedProx.Definition,
        FedKl.Definition, Decentralized.Definition, PAvg.Definition, PolicyMirrorDescent.Definition, QAvg.Definition, FedQ.Definition,
        FedTd.Definition,
    ];
}
