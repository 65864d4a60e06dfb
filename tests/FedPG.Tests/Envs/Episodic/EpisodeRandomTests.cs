using FedPG.Core.Streams;
using Xunit;

namespace FedPG.Tests.Envs.Episodic;

public sealed class EpisodeRandomTests
{
    [Fact]
    public void Equal_seeds_give_equal_numbers_and_others_do_not()
    {
        static double[] Numbers(long seed)
        {
            var random = new EpisodeRandom(seed);
            return [.. Enumerable.Range(0, 50)
                .Select(k => k % 3 == 0 ? random.Normal() : k % 3 == 1 ? random.Uniform(-2, 3) : random.Below(100))];
        }

        Assert.Equal(Numbers(7), Numbers(7));
        Assert.NotEqual(Numbers(7), Numbers(8));
        Assert.NotEqual(Numbers(7), Numbers(7 + (1L << 40)));
    }

    [Fact]
    public void Numbers_never_repeat_where_a_trajectory_of_the_stream_ends()
    {
        // Four words a draw, 2^16 draws a trajectory: the words on both sides of the border, and the first ones.
        var random = new EpisodeRandom(3);
        var words = new HashSet<ulong>();
        for (int k = 0; k < (4 << 16) + 4000; k++)
        {
            ulong pair = ((ulong)random.NextWord() << 32) | random.NextWord();
            if (k < 2000 || k is > (2 << 16) - 2000 and < (2 << 16) + 2000) Assert.True(words.Add(pair));
        }
    }

    [Fact]
    public void Moments_are_those_of_the_distributions()
    {
        const int count = 200_000;
        var random = new EpisodeRandom(11);
        double uniform = 0, normal = 0, square = 0;
        int[] below = new int[7];
        for (int k = 0; k < count; k++)
        {
            double u = random.NextDouble(), z = random.Normal();
            Assert.True(u is >= 0 and < 1);
            uniform += u;
            normal += z;
            square += z * z;
            below[random.Below(7)]++;
        }
        // Five standard errors each; seeds are fixed, otherwise a false alarm in 2 million per figure.
        double root = Math.Sqrt(count);
        Assert.Equal(0.5, uniform / count, 5 * Math.Sqrt(1 / 12.0) / root);
        Assert.Equal(0, normal / count, 5 / root);
        Assert.Equal(1, square / count, 5 * Math.Sqrt(2) / root);
        Assert.All(below, n => Assert.Equal(1 / 7.0, n / (double)count, 5 * Math.Sqrt(6 / 49.0) / root));
    }

    [Fact]
    public void Seeds_of_episodes_are_in_range_and_all_different()
    {
        var seeds = new HashSet<long>();
        for (int lane = 0; lane < 100; lane++)
        {
            for (int episode = 0; episode < 100; episode++)
            {
                long seed = EpisodeSeeds.Of(5, lane, episode);
                Assert.InRange(seed, 0, EpisodeSeeds.Greatest);
                Assert.True(seeds.Add(seed));
            }
        }
        Assert.DoesNotContain(EpisodeSeeds.Of(6, 0, 0), seeds);
    }
}
