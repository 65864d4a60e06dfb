using BenchmarkDotNet.Attributes;
using FedPG.Core.Streams;
using FedPG.Envs.Control;

namespace FedPG.Benchmarks;

/// <summary>What steps are made of: the figures that docs/environments/README.md adds up to say what bounds each environment.</summary>
public class EnvironmentParts
{
    private const int Count = 4096;
    private readonly double[] _angles = new double[Count], _observation = new double[4];
    private readonly CartPole _cartPole = new();
    private EpisodeRandom _random = new(1);

    /// <summary>Draws the angles.</summary>
    [GlobalSetup]
    public void Setup()
    {
        for (int k = 0; k < Count; k++) _angles[k] = _random.Uniform(-3, 3);
    }

    /// <summary>A sine and a cosine of one angle.</summary>
    [Benchmark(OperationsPerInvoke = Count)]
    public double SinCos()
    {
        double sum = 0;
        foreach (double angle in _angles)
        {
            (double sine, double cosine) = Math.SinCos(angle);
            sum += sine + cosine;
        }
        return sum;
    }

    /// <summary>A cosine.</summary>
    [Benchmark(OperationsPerInvoke = Count)]
    public double Cos()
    {
        double sum = 0;
        foreach (double angle in _angles) sum += Math.Cos(angle);
        return sum;
    }

    /// <summary>32 random bits.</summary>
    [Benchmark(OperationsPerInvoke = Count)]
    public uint RandomWord()
    {
        uint sum = 0;
        for (int k = 0; k < Count; k++) sum += _random.NextWord();
        return sum;
    }

    /// <summary>A reset of the cart-pole: four uniform numbers, eight words.</summary>
    [Benchmark(OperationsPerInvoke = Count)]
    public double Reset()
    {
        for (int k = 0; k < Count; k++) _cartPole.Reset(k, _observation);
        return _observation[0];
    }
}
