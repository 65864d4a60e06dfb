using System.Runtime.InteropServices;

namespace FedPG.Envs.Tabular;

/// <summary>
/// Turns tables of equal numbers into one object: of kernels, by which everyone can see that dynamics are shared
/// (<see cref="FiniteMdp.SharesKernel"/>), and of the rewards of transitions. Not thread-safe.
/// </summary>
internal sealed class TablePool
{
    private readonly Pool<TransitionKernel> _kernels = new(Hash, (one, other) => one.SameAs(other));
    private readonly Pool<TransitionRewards> _rewards = new(Hash, (one, other) => one.SameAs(other));

    /// <summary>The first kernel with these numbers that the pool was asked about.</summary>
    public TransitionKernel Unify(TransitionKernel kernel) => _kernels.Unify(kernel);

    /// <summary>The first rewards with these numbers that the pool was asked about; null for none.</summary>
    public TransitionRewards? Unify(TransitionRewards? rewards) => rewards is null ? null : _rewards.Unify(rewards);

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

    private static int Hash(TransitionRewards rewards)
    {
        var hash = new HashCode();
        foreach (int row in rewards.Rows)
        {
            foreach (PaidTransition outcome in rewards.Of(row)) hash.Add(outcome);
        }
        return hash.ToHashCode();
    }

    private sealed class Pool<T>(Func<T, int> hash, Func<T, T, bool> same)
        where T : class
    {
        private readonly Dictionary<int, List<T>> _byHash = [];
        private readonly HashSet<T> _known = new(ReferenceEqualityComparer.Instance);

        public T Unify(T table)
        {
            // By reference: an object that many agents share is looked at once.
            if (_known.Contains(table)) return table;
            ref List<T>? alike = ref CollectionsMarshal.GetValueRefOrAddDefault(_byHash, hash(table), out _);
            alike ??= [];
            if (alike.Find(other => same(table, other)) is { } known) return known;
            alike.Add(table);
            _known.Add(table);
            return table;
        }
    }
}
