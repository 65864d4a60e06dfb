using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using static TorchSharp.torch;

namespace FedPG.Benchmarks;

/// <summary>What the machine can do at most, on one thread: the figures that the limits of the other tables are made from.</summary>
public class MachineLimits : IDisposable
{
    private const int Large = 512 << 20, Small = 512 << 10, Kilo = 1 << 10;
    private readonly byte[] _source = new byte[Large], _target = new byte[Large];
    private Tensor _left = null!, _right = null!;

    /// <summary>Touches every page, and makes the factors.</summary>
    [GlobalSetup]
    public void Setup()
    {
        set_num_threads(1);
        _source.AsSpan().Fill(1);
        _target.AsSpan().Fill(2);
        (_left, _right) = (rand(16, 100, 64), rand(16, 64, 64));
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

    /// <summary>Products of 100 x 64 with 64 x 64 matrices in single precision; the time is that of one agent's, 819,200 operations.</summary>
    [Benchmark(OperationsPerInvoke = 16)]
    public void Products()
    {
        using Tensor product = _left.bmm(_right);
    }

    /// <summary>Frees the tensors.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _left?.Dispose();
        _right?.Dispose();
        GC.SuppressFinalize(this);
    }
}
