using FedPG.Experiments;
using FedPG.Reporting.Figures;
using Xunit;

namespace FedPG.Tests.Reporting;

public sealed class AlgorithmStylesTests
{
    [Fact]
    public void An_algorithm_has_the_same_style_whatever_stands_beside_it()
    {
        Assert.Equal([1, 0, 2], AlgorithmStyles.Of(["fedavg", "fast-fedpg", "centralized"]));
        Assert.Equal([2, 7], AlgorithmStyles.Of(["centralized", "independent"]));
    }

    [Fact]
    public void Curves_of_one_algorithm_and_of_plug_ins_have_free_styles() =>
        Assert.Equal([1, 2, 0, 3, 4], AlgorithmStyles.Of(["fedavg", "fedavg", "fast-fedpg", "of-a-plug-in", "fedavg"]));

    [Fact]
    public void Every_algorithm_that_is_built_in_has_a_style_of_its_own()
    {
        string[] names = [.. BuiltIn.Algorithms().Select(algorithm => algorithm.Name)];
        Assert.Equal(names.Length, AlgorithmStyles.Of(names).Distinct().Count());
        // One alone has the style that it has beside all others.
        int[] all = AlgorithmStyles.Of(names);
        Assert.All(names.Zip(all), pair => Assert.Equal([pair.Second], AlgorithmStyles.Of([pair.First])));
    }
}
