using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FedPG.Envs.Streams;

/// <summary>Philox for many trajectories at once: neighbouring trajectories differ only in one counter word, so they fill vector lanes.</summary>
internal static class PhiloxLanes
{
    /// <summary>The number of trajectories drawn for together.</summary>
    public const int Lanes = 16;

    /// <summary>
    /// Writes draws [<paramref name="firstDraw"/>, <paramref name="firstDraw"/> + <paramref name="draws"/>) of 16 neighbouring trajectories:
    /// word w of draw k and lane j goes to words[(4 k + w) * 16 + j]. The same numbers with or without vector hardware.
    /// </summary>
    public static void Fill(in StreamKey key, int firstTrajectory, int firstDraw, int draws, Span<uint> words)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(words.Length, draws * 4 * Lanes);
        if (Avx2.IsSupported) FillVectors(key, (uint)firstTrajectory, firstDraw, draws, ref words[0]);
        else FillScalars(key, firstTrajectory, firstDraw, draws, words);
    }

    internal static void FillScalars(in StreamKey key, int firstTrajectory, int firstDraw, int draws, Span<uint> words)
    {
        for (int k = 0; k < draws; k++)
        {
            Span<uint> block = words.Slice(k * 4 * Lanes, 4 * Lanes);
            for (int lane = 0; lane < Lanes; lane++)
                (block[lane], block[Lanes + lane], block[(2 * Lanes) + lane], block[(3 * Lanes) + lane]) = key.Draw(firstTrajectory + lane, firstDraw + k);
        }
    }

    private static void FillVectors(in StreamKey key, uint firstTrajectory, int firstDraw, int draws, ref uint words)
    {
        const int half = Lanes / 2;
        Vector256<uint> low = Vector256.Create(firstTrajectory) + Vector256.Create(0u, 1, 2, 3, 4, 5, 6, 7);
        Vector256<uint> high = low + Vector256.Create((uint)half);
        Vector256<uint> agent = Vector256.Create((uint)key.Agent), round = Vector256.Create((uint)key.Round);
        for (int k = 0; k < draws; k++)
        {
            Vector256<uint> counter = Vector256.Create((uint)(firstDraw + k) | ((uint)key.LocalStep << 16));
            ref uint target = ref Unsafe.Add(ref words, k * 4 * Lanes);
            Block(counter, low, agent, round, key.Key0, key.Key1, ref target);
            Block(counter, high, agent, round, key.Key0, key.Key1, ref Unsafe.Add(ref target, half));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Block(
        Vector256<uint> c0, Vector256<uint> c1, Vector256<uint> c2, Vector256<uint> c3, uint key0, uint key1, ref uint target)
    {
        Vector256<uint> m0 = Vector256.Create(Philox.Multiplier0), m1 = Vector256.Create(Philox.Multiplier1);
        for (int round = 0; round < Philox.Rounds; round++)
        {
            (Vector256<uint> high0, Vector256<uint> low0) = Multiply(c0, m0);
            (Vector256<uint> high1, Vector256<uint> low1) = Multiply(c2, m1);
            c0 = high1 ^ c1 ^ Vector256.Create(key0);
            c1 = low1;
            c2 = high0 ^ c3 ^ Vector256.Create(key1);
            c3 = low0;
            key0 += Philox.Weyl0;
            key1 += Philox.Weyl1;
        }
        c0.StoreUnsafe(ref target);
        c1.StoreUnsafe(ref target, Lanes);
        c2.StoreUnsafe(ref target, 2 * Lanes);
        c3.StoreUnsafe(ref target, 3 * Lanes);
    }

    /// <summary>The upper and lower halves of 32 x 32 bit products; the hardware multiplies every other lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<uint> High, Vector256<uint> Low) Multiply(Vector256<uint> a, Vector256<uint> b)
    {
        Vector256<ulong> even = Avx2.Multiply(a, b);
        Vector256<ulong> odd = Avx2.Multiply(Vector256.ShiftRightLogical(a.AsUInt64(), 32).AsUInt32(), b);
        Vector256<uint> high = Avx2.Blend(Vector256.ShiftRightLogical(even, 32).AsUInt32(), odd.AsUInt32(), 0b10101010);
        Vector256<uint> low = Avx2.Blend(even.AsUInt32(), Vector256.ShiftLeft(odd, 32).AsUInt32(), 0b10101010);
        return (high, low);
    }
}
