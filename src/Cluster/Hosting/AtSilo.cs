using Orleans.GrainDirectory;
using Orleans.Placement;
using Orleans.Runtime.Placement;

namespace FedPG.Cluster.Hosting;

/// <summary>
/// Grains whose key ends in the silo that holds them: <c>what@silo</c>. Where a block goes is decided by the process that does the run,
/// with all workers in view; a block that has to go elsewhere is a new grain there, so that nobody need agree on where the old one was, and
/// no two workers need speak.
/// </summary>
[GenerateSerializer, Immutable]
internal sealed class AtSilo : PlacementStrategy
{
    /// <summary>The strategy.</summary>
    public static AtSilo Strategy { get; } = new();

    /// <inheritdoc/>
    public override bool IsUsingGrainDirectory => false;

    /// <summary>The key of a grain.</summary>
    /// <param name="what">What it is; holds no '@'.</param>
    /// <param name="silo">The silo that holds it; null for the one that a client is connected to.</param>
    public static string Key(string what, SiloAddress? silo) => $"{what}@{silo?.ToParsableString()}";

    /// <summary>The silo of a key; null for the one that a client is connected to.</summary>
    public static SiloAddress? SiloOf(GrainId grain)
    {
        string key = grain.Key.ToString()!;
        int at = key.IndexOf('@', StringComparison.Ordinal);
        return at == key.Length - 1 ? null : SiloAddress.FromParsableString(key[(at + 1)..]);
    }
}

/// <summary>Grains with this attribute are placed by <see cref="AtSilo"/>.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class AtSiloAttribute() : PlacementAttribute(AtSilo.Strategy);

/// <summary>Places a grain where its key says.</summary>
internal sealed class AtSiloDirector : IPlacementDirector
{
    /// <inheritdoc/>
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        SiloAddress silo = AtSilo.SiloOf(target.GrainIdentity) ?? context.LocalSilo;
        return Array.IndexOf(context.GetCompatibleSilos(target), silo) >= 0
            ? Task.FromResult(silo)
            : throw new SiloUnavailableException($"{silo} is not there");
    }
}

/// <summary>The directory of grains whose key is their address: there is nothing to look up and nothing to keep.</summary>
internal sealed class KeysAreAddresses : IGrainDirectory
{
    /// <summary>Its name in attributes.</summary>
    public const string Name = "keys-are-addresses";

    /// <inheritdoc/>
    public Task<GrainAddress?> Register(GrainAddress address) => Task.FromResult<GrainAddress?>(address);

    /// <inheritdoc/>
    public Task<GrainAddress?> Register(GrainAddress address, GrainAddress? previousAddress) => Task.FromResult<GrainAddress?>(address);

    /// <inheritdoc/>
    public Task<GrainAddress?> Lookup(GrainId grainId) => Task.FromResult<GrainAddress?>(null);

    /// <inheritdoc/>
    public Task Unregister(GrainAddress address) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task UnregisterSilos(List<SiloAddress> siloAddresses) => Task.CompletedTask;
}
