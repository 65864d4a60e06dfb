using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using static TorchSharp.torch;

namespace FedPG.Benchmarks;

/// <summary>What the machine can do at most, on one thread: the figures that the limits of the other tables are made from.</summary>
public class MachineLimits : IDisposable
{
    private const int Large = 512 << 20, Small = 512 << 10, Kilo = 1 << 10, Sums = 10, Turns = 1000;
    private readonly float _half = 0.5f;
    private readonly byte[] _source = new byte[Large], _target = new byte[Large];
    private Tensor _left = null!, _right = null!, _pairs = null!, _layers = null!, _one = null!;

    /// <summary>Touches every page, and makes the factors.</summary>
    [GlobalSetup]
    public void Setup()
    {
        set_num_threads(1);
        _source.AsSpan().Fill(1);
        _target.AsSpan().Fill(2);
        (_left, _right, _pairs, _layers, _one) = (rand(16, 100, 64), rand(16, 64, 64), rand(16, 128, 64), rand(16, 64, 64), zeros(1));
    }

    /// <summary>A copy of 512 MiB, out of all caches; the time is that of 1 KiB, which is read and written.</summary>
    [Benchmark(OperationsPerInvoke = Large / Kilo)]
    public void CopyInMemory() => _source.CopyTo(_target, 0);

    /// <summary>A copy of 512 KiB, within the second-level cache.</summary>
    [Benchmark(OperationsPerInvoke = Small / Kilo)]
    public void CopyInCache() => _source.AsSpan(0, Small).CopyTo(_target);

    /// <summary>SHA-256, of 1 KiB.</summary>
    [Benchmark(OperationsPerInvoke = Small / Kilo)]
    public byte[] Hash() => SHA256.HashData(_source.AsSpan(0, Small));

    /// <summary>
    /// Products of 100 x 64 with 64 x 64 matrices in single precision; the time is that of one agent's, 819,200 operations.
    /// </summary>
    [Benchmark(OperationsPerInvoke = 16)]
    public void Products()
    {
        using Tensor product = _left.bmm(_right);
    }

    /// <summary>Products of 128 x 64 with 64 x 64 matrices of 16 chunks of pairs; the time is that of one, 1,048,576 operations.</summary>
    [Benchmark(OperationsPerInvoke = 16)]
    public void ProductsOfPairs()
    {
        using Tensor product = _pairs.bmm(_layers);
    }

    /// <summary>
    /// Fused multiply-adds of 16 numbers each in ten sums that do not wait for each other; the time is that of one, 32 operations.
    /// </summary>
    [Benchmark(OperationsPerInvoke = Sums * Turns)]
    public Vector512<float> MultiplyAdds()
    {
        Vector512<float> a = Vector512.Create(_half), b = a + a;
        Vector512<float> s0 = a, s1 = a, s2 = a, s3 = a, s4 = a, s5 = a, s6 = a, s7 = a, s8 = a, s9 = a;
        for (int k = 0; k < Turns; k++)
        {
            s0 = Vector512.FusedMultiplyAdd(s0, a, b);
            s1 = Vector512.FusedMultiplyAdd(s1, a, b);
            s2 = Vector512.FusedMultiplyAdd(s2, a, b);
            s3 = Vector512.FusedMultiplyAdd(s3, a, b);
            s4 = Vector512.FusedMultiplyAdd(s4, a, b);
            s5 = Vector512.FusedMultiplyAdd(s5, a, b);
            s6 = Vector512.FusedMultiplyAdd(s6, a, b);
            s7 = Vector512.FusedMultiplyAdd(s7, a, b);
            s8 = Vector512.FusedMultiplyAdd(s8, a, b);
            s9 = Vector512.FusedMultiplyAdd(s9, a, b);
        }
        return s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9;
    }

    /// <summary>A call of torch that has next to nothing to do: one number added to one, in place.</summary>
    [Benchmark]
    public void Call() => _one.add_(_one);

    /// <summary>Frees the tensors.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        foreach (Tensor? tensor in (Tensor?[])[_left, _right, _pairs, _layers, _one]) tensor?.Dispose();
        GC.SuppressFinalize(this);
    }
}
