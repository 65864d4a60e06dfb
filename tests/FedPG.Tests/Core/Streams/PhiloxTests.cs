using FedPG.Core.Streams;
using Xunit;

namespace FedPG.Tests.Core.Streams;

public sealed class PhiloxTests
{
    [Fact]
    public void Known_answers_of_Random123_are_met()
    {
        Assert.Equal((0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u), Philox.Block(0, 0, 0, 0, 0, 0));
        const uint ones = 0xffffffff;
        Assert.Equal((0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu), Philox.Block(ones, ones, ones, ones, ones, ones));
        Assert.Equal(
            (0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u),
            Philox.Block(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0));
    }

    [Fact]
    public void Sequences_of_different_keys_share_no_numbers()
    {
        StreamKey[] keys =
        [
            new(1, StreamPurpose.Environment, 0, 0, 0),
            new(2, StreamPurpose.Environment, 0, 0, 0),
            new(1L << 40, StreamPurpose.Environment, 0, 0, 0),
            new(1, StreamPurpose.Rollout, 0, 0, 0),
            new(1, StreamPurpose.Environment, 1, 0, 0),
            new(1, StreamPurpose.Environment, 0, 1, 0),
            new(1, StreamPurpose.Environment, 0, 0, 1),
        ];
        IEnumerable<RandomSequence> sequences = keys.SelectMany(k => new[] { new RandomSequence(k), new RandomSequence(k, 1) });
        double[] numbers = [.. sequences.SelectMany(s => Enumerable.Range(0, 100).Select(_ => s.NextDouble()))];
        Assert.Equal(numbers.Length, numbers.Distinct().Count());
        Assert.All(numbers, u => Assert.True(u is > 0 and < 1));
        // The mean of n uniform numbers has the standard error sqrt(1 / (12 n)); six of them are allowed.
        Assert.Equal(0.5, numbers.Average(), 6 * Math.Sqrt(1.0 / (12 * numbers.Length)));
    }
}
