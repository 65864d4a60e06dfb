using CsCheck;
using FedPG.Core.Streams;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using Xunit;

namespace FedPG.Tests.Envs;

public sealed class SpaceTests
{
    private static readonly Gen<Space> Spaces = Gen.OneOf<Space>(
        Gen.Int[1, 50].Select(n => (Space)new Discrete(n)),
        Gen.Int[1, 9].Array[1, 5].Select(counts => (Space)new MultiDiscrete(counts)),
        Gen.Select(Gen.Double[-5, 5], Gen.Double[0, 5], Gen.Bool, Gen.Bool).Array[1, 5].Select(bounds => (Space)new Box(
            [.. bounds.Select(b => b.Item3 ? b.Item1 : double.NegativeInfinity)],
            [.. bounds.Select(b => b.Item4 ? b.Item1 + b.Item2 : double.PositiveInfinity)])));

    [Fact]
    public void Drawn_values_lie_in_the_space_and_no_other_length_does() =>
        Gen.Select(Spaces, Gen.Long[0, EpisodeSeeds.Greatest]).Sample((space, seed) =>
        {
            var random = new EpisodeRandom(seed);
            double[] value = new double[space.Size];
            RandomActions.Draw(space, ref random, value);
            Assert.True(space.Contains(value));
            Assert.False(space.Contains([.. value, 0]));
            Assert.False(space.Contains(value.AsSpan(1)));
        }, iter: 1000);

    [Fact]
    public void No_number_that_is_not_finite_lies_in_any_space() =>
        Gen.Select(Spaces, Gen.Int[0, 2].Select(k => k == 0 ? double.NaN : k == 1 ? double.PositiveInfinity : double.NegativeInfinity))
            .Sample((space, wrong) =>
        {
            var random = new EpisodeRandom(1);
            double[] value = new double[space.Size];
            for (int k = 0; k < value.Length; k++)
            {
                RandomActions.Draw(space, ref random, value);
                value[k] = wrong;
                Assert.False(space.Contains(value));
            }
        }, iter: 300);

    [Fact]
    public void Discrete_spaces_hold_whole_numbers_below_their_count()
    {
        var three = new Discrete(3);
        Assert.Equal((false, true, true, false, false),
            (three.Contains([-1]), three.Contains([0]), three.Contains([2]), three.Contains([3]), three.Contains([1.5])));
        Assert.True(new MultiDiscrete(2, 3).Contains([1, 2]));
        Assert.False(new MultiDiscrete(2, 3).Contains([2, 1]));
    }

    [Fact]
    public void Equal_spaces_are_equal_and_say_what_they_are()
    {
        Assert.Equal(new MultiDiscrete(2, 3), new MultiDiscrete(2, 3));
        Assert.NotEqual(new MultiDiscrete(2, 3), new MultiDiscrete(3, 2));
        Assert.Equal(Box.Of(2, 0, 1), new Box([0, 0], [1, 1]));
        Assert.Equal(Box.Of(2, 0, 1).GetHashCode(), new Box([0, 0], [1, 1]).GetHashCode());
        Assert.NotEqual(Box.Of(2, 0, 1), Box.Of(2, 0, 2));
        Assert.Equal("Box([0, -Infinity], [1.5, Infinity])",
            new Box([0, double.NegativeInfinity], [1.5, double.PositiveInfinity]).ToString());
        Assert.Equal("MultiDiscrete([2, 3])", new MultiDiscrete(2, 3).ToString());
    }

    [Fact]
    public void A_box_may_have_the_shape_of_an_image()
    {
        Box image = Box.Of([2, 3, 4], 0, 255);
        Assert.Equal(24, image.Size);
        Assert.Equal([2, 3, 4], image.Shape);
        Assert.Equal("Box(0, 255, [2, 3, 4])", image.ToString());
        Assert.Equal("Box([0, 1], 2, [1, 2])", new Box([0, 1], [2, 2], [1, 2]).ToString());
        Assert.True(image.Contains(new double[24]));
        Assert.False(image.Contains(new double[12]));
        // Without a shape of its own a box is a list.
        Assert.Equal([3], Box.Of(3).Shape);
        Assert.Equal(Box.Of(3), Box.Of([3]));
        Assert.NotEqual(Box.Of([2, 3], 0, 1), Box.Of([3, 2], 0, 1));
        Assert.NotEqual(Box.Of(6, 0, 1), Box.Of([2, 3], 0, 1));
        Assert.Throws<ArgumentException>(() => new Box([0, 0], [1, 1], [3]));
        Assert.Throws<ArgumentException>(() => new Box([0, 0], [1, 1], [-1, -2]));
        Assert.Throws<ArgumentException>(() => new Box([0, 0], [1, 1], []));
        Assert.Throws<ArgumentException>(() => Box.Of([2, 0]));
    }

    [Fact]
    public void Spaces_that_hold_nothing_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Discrete(0));
        Assert.Throws<ArgumentException>(() => new MultiDiscrete());
        Assert.Throws<ArgumentException>(() => new MultiDiscrete(2, 0));
        Assert.Throws<ArgumentException>(() => new Box([], []));
        Assert.Throws<ArgumentException>(() => new Box([0], [1, 2]));
        Assert.Throws<ArgumentException>(() => new Box([2], [1]));
        Assert.Throws<ArgumentException>(() => new Box([double.NaN], [1]));
    }
}
