using System.Runtime.InteropServices;

namespace FedPG.Envs;

/// <summary>
/// Turns kernels of equal numbers into one object, by which everyone can see that dynamics are shared
/// (<see cref="FiniteMdp.SharesKernel"/>). Not thread-safe.
/// </summary>
internal sealed class KernelPool
{
    private readonly Dictionary<int, List<TransitionKernel>> _byHash = [];
    private readonly HashSet<TransitionKernel> _known = [];

    /// <summary>The first kernel with these numbers that the pool was asked about.</summary>
    public TransitionKernel Unify(TransitionKernel kernel)
    {
        // By reference: an object that many agents share is looked at once.
        if (_known.Contains(kernel)) return kernel;
        ref List<TransitionKernel>? alike = ref CollectionsMarshal.GetValueRefOrAddDefault(_byHash, Hash(kernel), out _);
        alike ??= [];
        if (alike.Find(kernel.SameAs) is { } known) return known;
        alike.Add(kernel);
        _known.Add(kernel);
        return kernel;
    }

    private static int Hash(TransitionKernel kernel)
    {
        var hash = new HashCode();
        for (int row = 0; row < kernel.RowCount; row++)
        {
            hash.AddBytes(MemoryMarshal.AsBytes(kernel.Next(row)));
            hash.AddBytes(MemoryMarshal.AsBytes(kernel.Probabilities(row)));
        }
        return hash.ToHashCode();
    }
}
