using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FedPG.Core.Streams;

/// <summary>
/// Philox for 16 neighbouring trajectories at once. They differ in one counter word, and the draws of a trajectory in another one, so much
/// of the first three rounds is the same for all lanes, or for all draws: of the 20 products of a block 15 are left. The same numbers with
/// or without vector hardware.
/// </summary>
internal readonly unsafe struct PhiloxLanes
{
    /// <summary>The number of trajectories drawn for together.</summary>
    public const int Lanes = 16;

    /// <summary>The words of one draw of all lanes.</summary>
    public const int Words = 4 * Lanes;

    private const int VectorRounds = 3;

    private readonly StreamKey _key;
    private readonly int _first;
    private readonly Schedule _keys;
    private readonly uint _agentLow;
    private readonly LaneWords _high, _low;

    /// <summary>Prepares the stream of neighbouring trajectories.</summary>
    /// <param name="key">The stream.</param>
    /// <param name="firstTrajectory">The trajectory of lane 0.</param>
    public PhiloxLanes(in StreamKey key, int firstTrajectory)
    {
        (_key, _first) = (key, firstTrajectory);
        (uint key0, uint key1) = (key.Key0, key.Key1);
        for (int round = 0; round < Philox.Rounds; round++, key0 += Philox.Weyl0, key1 += Philox.Weyl1)
            (_keys[2 * round], _keys[(2 * round) + 1]) = (key0, key1);
        ulong agent = (ulong)Philox.Multiplier1 * (uint)key.Agent;
        _agentLow = (uint)agent;
        for (int lane = 0; lane < Lanes; lane++)
        {
            ulong product = (ulong)Philox.Multiplier0 * ((uint)(agent >> 32) ^ (uint)(firstTrajectory + lane) ^ _keys[0]);
            int place = Place(lane);
            (_high[place], _low[place]) = ((product >> 32) ^ _keys[3], product);
        }
    }

    /// <summary>Writes one draw: word w of lane j goes to words[16 w + j].</summary>
    /// <param name="draw">Its number.</param>
    /// <param name="words">64 words.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Draw(int draw, uint* words)
    {
        if (Avx512F.IsSupported) DrawSixteen(draw, words);
        else if (Avx2.IsSupported) DrawEights(draw, words);
        else DrawScalars(draw, words);
    }

    private void DrawScalars(int draw, uint* words)
    {
        for (int lane = 0; lane < Lanes; lane++)
            (words[lane], words[Lanes + lane], words[(2 * Lanes) + lane], words[(3 * Lanes) + lane]) = _key.Draw(_first + lane, draw);
    }

    /// <summary>
    /// Where a lane stands among the products: the even ones of each half first for vectors of 256 bits, of all for those of 512.
    /// </summary>
    private static int Place(int lane) => Avx512F.IsSupported
        ? (lane / 2) + (lane % 2 * 8)
        : (lane / 8 * 8) + (lane % 8 / 2) + (lane % 2 * 4);

    /// <summary>What the first three rounds make of the draw's number, for all lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Common CommonOf(int draw)
    {
        ulong first = (ulong)Philox.Multiplier0 * ((uint)draw | ((uint)_key.LocalStep << 16));
        ulong second = (ulong)Philox.Multiplier1 * ((uint)(first >> 32) ^ (uint)_key.Round ^ _keys[1]);
        ulong third = (ulong)Philox.Multiplier0 * ((uint)(second >> 32) ^ _agentLow ^ _keys[2]);
        return new Common((uint)first, (uint)second ^ _keys[4], (uint)(third >> 32) ^ _keys[5], (uint)third);
    }

    /// <summary>
    /// Words of all lanes at the third round: what the third counter word is combined with, then the
    /// first one, then the third one again, then the fourth.
    /// </summary>
    private readonly record struct Common(uint Before, uint First, uint Third, uint Fourth);

    private void DrawSixteen(int draw, uint* words)
    {
        Common common = CommonOf(draw);
        ref readonly ulong high = ref _high[0], low = ref _low[0];
        var even = new Wide(Vector512.LoadUnsafe(in high), Vector512.LoadUnsafe(in low), common);
        var odd = new Wide(Vector512.LoadUnsafe(in high, 8), Vector512.LoadUnsafe(in low, 8), common);
        for (int round = VectorRounds; round < Philox.Rounds; round++)
        {
            Vector512<ulong> key0 = Vector512.Create(_keys[2 * round]).AsUInt64(),
                key1 = Vector512.Create(_keys[(2 * round) + 1]).AsUInt64();
            even.Round(key0, key1);
            odd.Round(key0, key1);
        }
        Merge(even.C0, odd.C0).Store(words);
        Merge(even.C1, odd.C1).Store(words + Lanes);
        Merge(even.C2, odd.C2).Store(words + (2 * Lanes));
        Merge(even.C3, odd.C3).Store(words + (3 * Lanes));
    }

    /// <summary>The lower halves of two vectors, taken in turns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Merge(Vector512<ulong> even, Vector512<ulong> odd) =>
        Vector512.ConditionalSelect(Vector512.Create(0x00000000FFFFFFFFul), even, odd << 32).AsUInt32();

    private void DrawEights(int draw, uint* words)
    {
        Common common = CommonOf(draw);
        for (int half = 0; half < Lanes; half += 8)
        {
            ref readonly ulong high = ref _high[half], low = ref _low[half];
            var even = new Narrow(Vector256.LoadUnsafe(in high), Vector256.LoadUnsafe(in low), common);
            var odd = new Narrow(Vector256.LoadUnsafe(in high, 4), Vector256.LoadUnsafe(in low, 4), common);
            for (int round = VectorRounds; round < Philox.Rounds; round++)
            {
                Vector256<ulong> key0 = Vector256.Create(_keys[2 * round]).AsUInt64(),
                    key1 = Vector256.Create(_keys[(2 * round) + 1]).AsUInt64();
                even.Round(key0, key1);
                odd.Round(key0, key1);
            }
            Merge(even.C0, odd.C0).Store(words + half);
            Merge(even.C1, odd.C1).Store(words + Lanes + half);
            Merge(even.C2, odd.C2).Store(words + (2 * Lanes) + half);
            Merge(even.C3, odd.C3).Store(words + (3 * Lanes) + half);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Merge(Vector256<ulong> even, Vector256<ulong> odd) =>
        Avx2.Blend(even.AsUInt32(), (odd << 32).AsUInt32(), 0b10101010);

    /// <summary>Counter words of eight lanes, each in the lower half of 64 bits; what stands in the upper halves is never read.</summary>
    private struct Wide
    {
        public Vector512<ulong> C0, C1, C2, C3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Wide(Vector512<ulong> high, Vector512<ulong> low, in Common common)
        {
            C1 = Avx512F.Multiply((high ^ Vector512.Create((ulong)common.Before)).AsUInt32(), Vector512.Create(Philox.Multiplier1));
            C0 = (C1 >> 32) ^ Vector512.Create((ulong)common.First);
            C2 = low ^ Vector512.Create((ulong)common.Third);
            C3 = Vector512.Create((ulong)common.Fourth);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Round(Vector512<ulong> key0, Vector512<ulong> key1)
        {
            Vector512<ulong> p0 = Avx512F.Multiply(C0.AsUInt32(), Vector512.Create(Philox.Multiplier0)),
                p1 = Avx512F.Multiply(C2.AsUInt32(), Vector512.Create(Philox.Multiplier1));
            (C0, C1, C2, C3) = ((p1 >> 32) ^ C1 ^ key0, p1, (p0 >> 32) ^ C3 ^ key1, p0);
        }
    }

    /// <summary>The same of four lanes.</summary>
    private struct Narrow
    {
        public Vector256<ulong> C0, C1, C2, C3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Narrow(Vector256<ulong> high, Vector256<ulong> low, in Common common)
        {
            C1 = Avx2.Multiply((high ^ Vector256.Create((ulong)common.Before)).AsUInt32(), Vector256.Create(Philox.Multiplier1));
            C0 = (C1 >> 32) ^ Vector256.Create((ulong)common.First);
            C2 = low ^ Vector256.Create((ulong)common.Third);
            C3 = Vector256.Create((ulong)common.Fourth);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Round(Vector256<ulong> key0, Vector256<ulong> key1)
        {
            Vector256<ulong> p0 = Avx2.Multiply(C0.AsUInt32(), Vector256.Create(Philox.Multiplier0)),
                p1 = Avx2.Multiply(C2.AsUInt32(), Vector256.Create(Philox.Multiplier1));
            (C0, C1, C2, C3) = ((p1 >> 32) ^ C1 ^ key0, p1, (p0 >> 32) ^ C3 ^ key1, p0);
        }
    }

    [InlineArray(2 * Philox.Rounds)]
    private struct Schedule
    {
        private uint _first;
    }

    [InlineArray(Lanes)]
    private struct LaneWords
    {
        private ulong _first;
    }
}
