using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using BenchmarkDotNet.Attributes;
using FedPG.Core.Streams;
using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Sampling;
using FedPG.Policies.Heads;

namespace FedPG.Benchmarks;

/// <summary>
/// What a step of a table is made of: random words, a look-up in an alias table, and what a policy takes before it can be drawn from.
/// </summary>
public unsafe class SamplingParts
{
    private const int Count = 4096, Draws = Count / PhiloxLanes.Words, States = 100, Actions = 4, Columns = 4;
    private static readonly int[] Targets = [0, 1, 10, 99];
    private static readonly double[] Chances = [0.7, 0.1, 0.1, 0.1];
    private readonly StreamKey _key = new(1, StreamPurpose.Rollout, 0, 0, 0);
    private PhiloxLanes _lanes;
    private readonly PolicyTable _table = new(States, Actions);
    private readonly uint[] _numbers = new uint[Count];
    private readonly float[] _probabilities = new float[States * Actions], _logs = new float[States * Actions];
    private readonly AliasTable _successors = AliasTable.Create(States * Actions, Columns, 1, Successors);

    /// <summary>Draws the numbers that choose successors.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _lanes = new PhiloxLanes(_key, 0);
        for (int k = 0; k < Count; k++) _numbers[k] = _key.Draw(k, 0).W0;
        Array.Fill(_probabilities, 1f / Actions);
        Array.Fill(_logs, MathF.Log(1f / Actions));
    }

    /// <summary>32 random bits, 16 trajectories at once.</summary>
    [Benchmark(OperationsPerInvoke = Count)]
    public uint Word()
    {
        uint* words = stackalloc uint[PhiloxLanes.Words];
        uint sum = 0;
        for (int draw = 0; draw < Draws; draw++)
        {
            _lanes.Draw(draw, words);
            sum += words[0];
        }
        return sum;
    }

    /// <summary>32 random bits, one trajectory after another.</summary>
    [Benchmark(OperationsPerInvoke = Count)]
    public uint WordAlone()
    {
        uint sum = 0;
        for (int k = 0; k < Count / 4; k++) sum += _key.Draw(k & 15, k >> 4).W0;
        return sum;
    }

    /// <summary>A successor, one after another.</summary>
    [Benchmark(OperationsPerInvoke = Count)]
    public int Successor()
    {
        int sum = 0;
        for (int k = 0; k < Count; k++) sum += _successors.Draw(k % (States * Actions), _numbers[k]);
        return sum;
    }

    /// <summary>
    /// Eight look-ups by one instruction in a table of 1.6 KB, not waiting for the one before; the time is
    /// that of the eight. Nothing where there is no AVX2.
    /// </summary>
    [Benchmark(OperationsPerInvoke = Count)]
    public int Gather()
    {
        if (!Avx2.IsSupported) return 0;
        Vector256<int> sum = Vector256<int>.Zero, step = Vector256.Create(7), index = Vector256.Create(0, 11, 22, 33, 44, 55, 66, 77);
        fixed (float* table = _probabilities)
        {
            for (int k = 0; k < Count; k++)
            {
                index = (index + step) & Vector256.Create(255);
                sum += Avx2.GatherVector256((int*)table, index, sizeof(int));
            }
        }
        return Vector256.Sum(sum);
    }

    /// <summary>The same where each has to wait for the one before.</summary>
    [Benchmark(OperationsPerInvoke = Count)]
    public int GatherAfterGather()
    {
        if (!Avx2.IsSupported) return 0;
        Vector256<int> index = Vector256.Create(0, 11, 22, 33, 44, 55, 66, 77);
        fixed (float* table = _probabilities)
        {
            for (int k = 0; k < Count; k++) index = Avx2.GatherVector256((int*)table, index, sizeof(int)) & Vector256.Create(255);
        }
        return Vector256.Sum(index);
    }

    /// <summary>An exponential of a table of log probabilities.</summary>
    [Benchmark(OperationsPerInvoke = States * Actions)]
    public float Exponential()
    {
        Exponentials.Of(_logs, _probabilities);
        return _probabilities[0];
    }

    /// <summary>A threshold of the policy.</summary>
    [Benchmark(OperationsPerInvoke = States * Actions)]
    public int Threshold()
    {
        _table.Fill<float>(_probabilities);
        return _table.Thresholds[0];
    }

    private static void Successors(int row, out ReadOnlySpan<int> targets, out ReadOnlySpan<double> probabilities)
    {
        targets = Targets;
        probabilities = Chances;
    }
}
