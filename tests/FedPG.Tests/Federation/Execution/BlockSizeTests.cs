using System.Numerics;
using FedPG.Federation.Execution;
using Xunit;
using static TorchSharp.torch;

namespace FedPG.Tests.Federation.Execution;

/// <summary>How many agents a block holds when nobody says: no bits depend on it, only time.</summary>
public sealed class BlockSizeTests
{
    private const int ShortRow = 1_600;

    [Theory]
    [InlineData(10, 2, 8)]
    [InlineData(7, 2, 4)]
    [InlineData(16, 2, 8)]
    [InlineData(8, 2, 4)]
    [InlineData(10, 1, 16)]
    [InlineData(10_000, 2, 16)]
    [InlineData(3, 4, 1)]
    public void A_few_large_blocks_rather_than_an_odd_number_of_small_ones(int agents, int threads, int size) =>
        Assert.Equal(size, new ExecutionOptions(threads, CPU).BlockSizeFor(agents, ShortRow));

    [Theory]
    [InlineData(10_884, 16)]
    [InlineData(92_676, 4)]
    [InlineData(1_003_204, 4)]
    public void Rows_of_a_block_fit_into_the_cache_where_they_can(int parameters, int size) =>
        Assert.Equal(size, new ExecutionOptions(1, CPU).BlockSizeFor(16, sizeof(float) * parameters));

    [Fact]
    public void No_smaller_block_gives_the_busiest_thread_fewer_agents_in_no_more_calls()
    {
        for (int threads = 1; threads <= 9; threads++)
        {
            for (int agents = 1; agents <= 200; agents++)
            {
                int size = new ExecutionOptions(threads, CPU).BlockSizeFor(agents, ShortRow);
                Assert.True(BitOperations.IsPow2(size) && size <= 16);
                (int calls, int rows) = Busiest(agents, threads, size);
                for (int other = 1; other <= 16; other *= 2)
                {
                    (int otherCalls, int otherRows) = Busiest(agents, threads, other);
                    Assert.False(otherCalls <= calls && otherRows < rows,
                        $"{agents} agents, {threads} threads: blocks of {other} in the place of {size}");
                }
            }
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(6, 4)]
    [InlineData(64, 64)]
    public void A_size_that_is_given_is_rounded_down_to_a_power_of_two(int given, int size) =>
        Assert.Equal(size, new ExecutionOptions(2, CPU, given).BlockSizeFor(100, ShortRow));

    /// <summary>Blocks dealt in turn: the calls and the agents of the thread that has most of each.</summary>
    private static (int Calls, int Rows) Busiest(int agents, int threads, int size)
    {
        (int[] calls, int[] rows) = (new int[threads], new int[threads]);
        IReadOnlyList<BlockRange> blocks = BlockRange.Of(agents, size);
        for (int k = 0; k < blocks.Count; k++)
        {
            calls[k % threads]++;
            rows[k % threads] += blocks[k].Count;
        }
        return (calls.Max(), rows.Max());
    }
}
