using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using FedPG.Core.Streams;

namespace FedPG.Envs.Tabular.Sampling;

/// <summary>
/// The inner loop of sampling: groups of 16 trajectories side by side, one step of all after another. An action is found by bisection of
/// the policy's thresholds, a successor with one comparison in an alias table; there is no branch that depends on a random number. With and
/// without vector hardware the arithmetic is the same, on whole numbers, and so are the results.
/// </summary>
internal readonly unsafe ref struct TrajectoryKernel
{
    /// <summary>Groups stepped together: the look-ups of one wait for each other, those of several do not.</summary>
    public const int MaxGroups = 2;

    private const int Lanes = PhiloxLanes.Lanes;
    private readonly int _stride;
    private readonly int _shift;
    private readonly int* _thresholds;
    private readonly int* _splits;
    private readonly int* _targets;

    /// <summary>Wraps pinned tables.</summary>
    /// <param name="stride">The padded number of actions.</param>
    /// <param name="shift">log2 of the columns of the alias table.</param>
    /// <param name="thresholds">The policy, as <see cref="PolicyTable"/> fills it.</param>
    /// <param name="splits">The thresholds of the alias table.</param>
    /// <param name="targets">The successors of the alias table.</param>
    public TrajectoryKernel(int stride, int shift, int* thresholds, int* splits, int* targets)
    {
        (_stride, _shift) = (stride, shift);
        _thresholds = thresholds;
        _splits = splits;
        _targets = targets;
    }

    /// <summary>Up to two steps of all lanes of neighbouring groups, from one draw: notes states and actions, and moves on.</summary>
    /// <param name="streams">The numbers of each group.</param>
    /// <param name="draw">The draw: words 0 and 2 choose actions, 1 and 3 successors.</param>
    /// <param name="steps">1 or 2.</param>
    /// <param name="states">s_t * stride of each lane, [groups * 16], replaced by those after the steps.</param>
    /// <param name="cells">Where s_t * stride + a_t of lane 0 goes; those of the next step lie 16 further,
    /// and those of the next group a group further.</param>
    /// <param name="group">The cells of a group.</param>
    [SkipLocalsInit]
    public void Run(ReadOnlySpan<PhiloxLanes> streams, int draw, int steps, int* states, int* cells, int group)
    {
        uint* words = stackalloc uint[MaxGroups * PhiloxLanes.Words];
        for (int g = 0; g < streams.Length; g++) streams[g].Draw(draw, words + (g * PhiloxLanes.Words));
        for (int step = 0; step < steps; step++)
        {
            for (int g = 0; g < streams.Length; g++)
                Step(states + (g * Lanes), words + (g * PhiloxLanes.Words) + (2 * step * Lanes), cells + (g * group) + (step * Lanes));
        }
    }

    /// <summary>One step of a group, from 16 numbers for actions and 16 for successors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Step(int* states, uint* numbers, int* cells)
    {
        if (Avx2.IsSupported)
        {
            StepEight(states, numbers, cells);
            StepEight(states + 8, numbers + 8, cells + 8);
            return;
        }
        for (int lane = 0; lane < Lanes; lane++)
        {
            int cell = states[lane], u = AliasTable.Ordered(numbers[lane]);
            uint v = numbers[Lanes + lane];
            for (int step = _stride >> 1; step > 0; step >>= 1) cell += step & Above(u, _thresholds[cell + step - 1]);
            cells[lane] = cell;
            int column = (cell << _shift) + (int)((ulong)v << _shift >> 32);
            states[lane] = _targets[(2 * column) - Above(AliasTable.Ordered(v << _shift), _splits[column])];
        }
    }

    /// <summary>-1 when a is greater than b, else 0: a mask without a branch, which random numbers would mispredict.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Above(int a, int b) => (int)((b - (long)a) >> 63);

    /// <summary>
    /// Look-ups that can are made side by side, more of them than need be: their number costs less than waiting for one after another.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void StepEight(int* states, uint* numbers, int* cells)
    {
        Vector256<int> cell = Vector256.Load(states), u = Vector256.Load(numbers).AsInt32() ^ Vector256.Create(int.MinValue);
        Vector256<uint> v = Vector256.Load(numbers + Lanes);
        int step = _stride >> 1;
        for (; step > 2; step >>= 1) cell += Vector256.GreaterThan(u, Gather(_thresholds + step - 1, cell, 4)) & Vector256.Create(step);
        if (step == 2)
        {
            Vector256<int> first = Vector256.GreaterThan(u, Gather(_thresholds, cell, 4)),
                second = Vector256.GreaterThan(u, Gather(_thresholds + 1, cell, 4));
            cell -= first + second + Vector256.GreaterThan(u, Gather(_thresholds + 2, cell, 4));
        }
        else if (step == 1)
        {
            cell -= Vector256.GreaterThan(u, Gather(_thresholds, cell, 4));
        }
        cell.Store(cells);
        // The hardware's own shift, for which 32 is a count like any other: with one column all bits are compared.
        Vector256<uint> drawn = Avx2.ShiftRightLogical(v, Vector128.CreateScalar((uint)(32 - _shift)));
        Vector256<int> column = Vector256.ShiftLeft(cell, _shift) + drawn.AsInt32();
        Vector256<int> rest = Vector256.ShiftLeft(v, _shift).AsInt32() ^ Vector256.Create(int.MinValue);
        Vector256<int> isAlias = Vector256.GreaterThan(rest, Gather(_splits, column, 4));
        Avx2.BlendVariable(Gather(_targets, column, 8), Gather(_targets + 1, column, 8), isAlias).Store(states);
    }

    /// <summary>
    /// What stands index * scale bytes after a place. The instruction fills a register in part, so it waits for what the register held
    /// before; a fresh zero to fill keeps groups independent.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Gather(int* table, Vector256<int> index, [ConstantExpected(Min = (byte)1, Max = (byte)8)] byte scale) =>
        Avx2.GatherMaskVector256(Vector256<int>.Zero, table, index, Vector256<int>.AllBitsSet, scale);
}
