using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using FedPG.Policies.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace FedPG.Federation.Rows;

/// <summary>
/// Sums over agents in one fixed order: a binary tree over the agent index, neighbours first. A block of 2^k agents that starts at a
/// multiple of 2^k is a subtree, so the sum has the same bits however agents are spread over blocks, threads or machines.
/// </summary>
internal static class RowSums
{
    /// <summary>Columns that are summed together: the partial sums of 16 rows stay in the first-level cache.</summary>
    private const int Piece = 1024;

    /// <summary>The sum of rows [n, d], as [d]. Call within a dispose scope.</summary>
    public static Tensor Tree(Tensor rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.device_type == DeviceType.CPU && rows.dtype is ScalarType.Float32 or ScalarType.Float64)
        {
            Tensor sum = empty(rows.shape[1..], dtype: rows.dtype);
            if (rows.dtype == ScalarType.Float64) InPieces(rows.contiguous().Span<double>(), (int)rows.shape[0], sum.Span<double>());
            else InPieces(rows.contiguous().Span<float>(), (int)rows.shape[0], sum.Span<float>());
            return sum;
        }
        while (rows.shape[0] > 1)
        {
            long n = rows.shape[0], pairs = n / 2;
            Tensor paired = rows.narrow(0, 0, 2 * pairs).view([pairs, 2, .. rows.shape[1..]]);
            Tensor level = paired.select(1, 0).Plus(paired.select(1, 1));
            rows = n % 2 == 0 ? level : cat([level, rows.narrow(0, n - 1, 1)]);
        }
        return rows.select(0, 0);
    }

    /// <summary>
    /// The same additions in memory, some columns after others: every row is read once, and what is added up stays in the cache.
    /// </summary>
    private static void InPieces<T>(ReadOnlySpan<T> rows, int count, Span<T> sum)
        where T : unmanaged, INumberBase<T>
    {
        int levels = BitOperations.Log2((uint)count) + 1;
        T[] spare = ArrayPool<T>.Shared.Rent(levels * Piece);
        for (int start = 0; start < sum.Length; start += Piece)
            Sum(rows[start..], sum.Length, count, sum.Slice(start, Math.Min(Piece, sum.Length - start)), spare);
        ArrayPool<T>.Shared.Return(spare);
    }

    /// <summary>The sum of a piece of rows that lie a length apart: of as many as make a full subtree, and of the rest.</summary>
    private static void Sum<T>(ReadOnlySpan<T> rows, int length, int count, Span<T> sum, Span<T> spare)
        where T : unmanaged, INumberBase<T>
    {
        if (count == 1)
        {
            rows[..sum.Length].CopyTo(sum);
            return;
        }
        int full = AlignedSize(count - 1);
        ReadOnlySpan<T> first = rows[..sum.Length], second = rows.Slice(full * length, sum.Length);
        if (full > 1)
        {
            Sum(rows, length, full, sum, spare);
            first = sum;
        }
        if (count - full > 1)
        {
            Span<T> other = spare[..sum.Length];
            Sum(rows[(full * length)..], length, count - full, other, spare[sum.Length..]);
            second = other;
        }
        ref T a = ref MemoryMarshal.GetReference(first), b = ref MemoryMarshal.GetReference(second),
            target = ref MemoryMarshal.GetReference(sum);
        int k = 0;
        for (; k + Vector<T>.Count <= sum.Length; k += Vector<T>.Count)
            (Vector.LoadUnsafe(ref a, (nuint)k) + Vector.LoadUnsafe(ref b, (nuint)k)).StoreUnsafe(ref target, (nuint)k);
        for (; k < sum.Length; k++) sum[k] = first[k] + second[k];
    }

    /// <summary>The largest power of two that is at most <paramref name="size"/>, the sizes that blocks may have.</summary>
    public static int AlignedSize(int size) => 1 << BitOperations.Log2((uint)Math.Max(1, size));
}
