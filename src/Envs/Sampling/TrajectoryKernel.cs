using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using FedPG.Envs.Streams;

namespace FedPG.Envs.Sampling;

/// <summary>
/// The inner loop of sampling: up to 16 trajectories side by side, one step of all after another. An action is found by bisection of the
/// policy's thresholds, a successor with one comparison in an alias table; there is no branch that depends on a random number. With and
/// without vector hardware the arithmetic is the same, on whole numbers, and so are the results.
/// </summary>
internal readonly unsafe ref struct TrajectoryKernel
{
    private const int Lanes = PhiloxLanes.Lanes;
    private readonly int _stride;
    private readonly int _shift;
    private readonly uint* _thresholds;
    private readonly uint* _split;
    private readonly int* _targets;

    /// <summary>Wraps pinned tables.</summary>
    /// <param name="stride">The padded number of actions.</param>
    /// <param name="shift">log2 of the columns of the alias table.</param>
    /// <param name="thresholds">The policy, as <see cref="PolicyTable"/> fills it.</param>
    /// <param name="split">The thresholds of the alias table.</param>
    /// <param name="targets">The successors of the alias table.</param>
    public TrajectoryKernel(int stride, int shift, uint* thresholds, uint* split, int* targets)
    {
        (_stride, _shift) = (stride, shift);
        _thresholds = thresholds;
        _split = split;
        _targets = targets;
    }

    /// <summary>One step of all lanes: notes state and action, and moves on.</summary>
    /// <param name="states">s_t * stride of each lane, replaced by s_{t+1} * stride.</param>
    /// <param name="numbers">16 numbers for actions, then 16 for successors.</param>
    /// <param name="cells">Where s_t * stride + a_t goes.</param>
    /// <param name="lanes">How many lanes are used.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step(int* states, uint* numbers, int* cells, int lanes)
    {
        if (Avx2.IsSupported && lanes == Lanes)
        {
            StepEight(states, numbers, cells);
            StepEight(states + 8, numbers + 8, cells + 8);
            return;
        }
        for (int lane = 0; lane < lanes; lane++)
        {
            int cell = states[lane];
            uint u = numbers[lane], v = numbers[Lanes + lane];
            for (int step = _stride >> 1; step > 0; step >>= 1) cell += step & Above(u, _thresholds[cell + step - 1]);
            cells[lane] = cell;
            int column = (cell << _shift) + (int)((ulong)v << _shift >> 32);
            states[lane] = _targets[(2 * column) - Above(v << _shift, _split[column])];
        }
    }

    /// <summary>-1 when a is greater than b, else 0: a mask without a branch, which random numbers would mispredict.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Above(uint a, uint b) => (int)((b - (long)a) >> 63);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void StepEight(int* states, uint* numbers, int* cells)
    {
        Vector256<int> cell = Vector256.Load(states);
        Vector256<uint> u = Vector256.Load(numbers), v = Vector256.Load(numbers + Lanes);
        for (int step = _stride >> 1; step > 0; step >>= 1)
        {
            Vector256<int> threshold = Avx2.GatherVector256((int*)_thresholds, cell + Vector256.Create(step - 1), sizeof(int));
            cell += Above(u, threshold) & Vector256.Create(step);
        }
        cell.Store(cells);
        // The hardware's own shift, for which 32 is a count like any other: with one column all bits are compared.
        Vector256<uint> drawn = Avx2.ShiftRightLogical(v, Vector128.CreateScalar((uint)(32 - _shift)));
        Vector256<int> column = Vector256.ShiftLeft(cell, _shift) + drawn.AsInt32();
        Vector256<int> split = Avx2.GatherVector256((int*)_split, column, sizeof(int));
        Vector256<int> target = column + column - Above(Vector256.ShiftLeft(v, _shift), split);
        Avx2.GatherVector256(_targets, target, sizeof(int)).Store(states);
    }

    /// <summary>Unsigned a greater than b, as -1 or 0 in each lane; the hardware compares signed numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Above(Vector256<uint> a, Vector256<int> b)
    {
        Vector256<int> sign = Vector256.Create(int.MinValue);
        return Avx2.CompareGreaterThan(a.AsInt32() ^ sign, b ^ sign);
    }
}
