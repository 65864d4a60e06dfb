using FedPG.Policies.Heads;
using Xunit;

namespace FedPG.Tests.Policies.Heads;

/// <summary>Probabilities from their logarithms: as exact as the type allows, and the same bits wherever an element stands.</summary>
public sealed class ExponentialsTests
{
    [Fact]
    public void They_are_right_to_a_few_roundings()
    {
        double[] values = [0, -double.Epsilon, .. Enumerable.Range(1, 4000).Select(k => -0.01 * k)], results = new double[values.Length];
        float[] singles = [.. values.Select(v => (float)v)], rounded = new float[values.Length];
        Exponentials.Of(values, results);
        Exponentials.Of(singles, rounded);
        for (int k = 0; k < values.Length; k++)
        {
            Assert.Equal(Math.Exp(values[k]), results[k], Math.Exp(values[k]) * 2e-15);
            Assert.Equal(Math.Exp(singles[k]), rounded[k], Math.Exp(singles[k]) * 1e-6);
        }
        Assert.Equal(1, results[0]);
        Assert.Equal(1, rounded[0]);
    }

    [Fact]
    public void Their_bits_do_not_depend_on_neighbours_and_place()
    {
        double[] values =
            [.. Enumerable.Range(0, 41).Select(k => -0.37 * k)], all = new double[values.Length], part = new double[values.Length];
        float[] singles = [.. values.Select(v => (float)v)], allSingles = new float[values.Length], partSingles = new float[values.Length];
        Exponentials.Of(values, all);
        Exponentials.Of(singles, allSingles);
        for (int start = 0; start < values.Length; start++)
        {
            for (int length = 1; length <= values.Length - start; length++)
            {
                Exponentials.Of(values.AsSpan(start, length), part.AsSpan(0, length));
                Exponentials.Of(singles.AsSpan(start, length), partSingles.AsSpan(0, length));
                Assert.Equal(all.AsSpan(start, length), part.AsSpan(0, length));
                Assert.Equal(allSingles.AsSpan(start, length), partSingles.AsSpan(0, length));
            }
        }
    }
}
