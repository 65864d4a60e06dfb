using FedPG.Policies;
using static TorchSharp.torch;

namespace FedPG.Federation.Agents;

/// <summary>
/// Sums over agents in one fixed order: a binary tree over the agent index, neighbours first. A block of 2^k agents that starts at a multiple
/// of 2^k is a subtree, so the sum has the same bits however agents are spread over blocks, threads or machines.
/// </summary>
public static class RowSums
{
    /// <summary>The sum of rows [n, d], as [d]. Call within a dispose scope.</summary>
    public static Tensor Tree(Tensor rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        while (rows.shape[0] > 1)
        {
            long n = rows.shape[0], pairs = n / 2;
            Tensor paired = rows.narrow(0, 0, 2 * pairs).view([pairs, 2, .. rows.shape[1..]]);
            Tensor level = paired.select(1, 0).Plus(paired.select(1, 1));
            rows = n % 2 == 0 ? level : cat([level, rows.narrow(0, n - 1, 1)]);
        }
        return rows.select(0, 0);
    }

    /// <summary>The largest power of two that is at most <paramref name="size"/>, the sizes that blocks may have.</summary>
    public static int AlignedSize(int size) => 1 << System.Numerics.BitOperations.Log2((uint)Math.Max(1, size));
}
