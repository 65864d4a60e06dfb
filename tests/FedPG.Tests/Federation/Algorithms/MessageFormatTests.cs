using System.Runtime.InteropServices;
using FedPG.Experiments;
using FedPG.Federation;
using FedPG.Federation.Agents;
using FedPG.Federation.Algorithms;
using FedPG.Tests.Experiments.Runs;
using TorchSharp;
using Xunit;

namespace FedPG.Tests.Federation.Algorithms;

/// <summary>Messages as float16: rounded once, to the nearest, ties to even, and by whoever sends them.</summary>
public sealed class MessageFormatTests
{
    private static readonly MessageFormat Half = new(MessageNumbers.Float16);

    /// <summary>
    /// All float16 numbers, what lies half-way between neighbours, and a little on either side of that;
    /// beside them what would be wrong if it were rounded twice.
    /// </summary>
    [Theory]
    [InlineData(torch.ScalarType.Float32)]
    [InlineData(torch.ScalarType.Float64)]
    public void Numbers_are_rounded_to_the_nearest_and_ties_to_even(torch.ScalarType dtype)
    {
        double nudge = dtype == torch.ScalarType.Float64 ? Math.Pow(2, -40) : Math.Pow(2, -12);
        var numbers = new List<double>();
        for (ushort bits = 0; bits < 0x7bff; bits++)
        {
            double low = (double)BitConverter.UInt16BitsToHalf(bits), high = (double)BitConverter.UInt16BitsToHalf((ushort)(bits + 1)),
                middle = (low + high) / 2;
            numbers.AddRange([low, middle, middle - ((high - low) * nudge), middle + ((high - low) * nudge), -middle]);
        }
        using torch.Tensor tensor = torch.tensor(numbers.ToArray(), dtype: dtype);
        using torch.Tensor sent = Half.AsSent(tensor).to(torch.ScalarType.Float64);
        double[] rounded = MemoryMarshal.Cast<byte, double>(sent.bytes).ToArray();
        for (int k = 0; k < numbers.Count; k += 5)
        {
            (double low, double high) = (numbers[k], k + 5 < numbers.Count ? numbers[k + 5] : 65504);
            double even = (BitConverter.HalfToUInt16Bits((System.Half)low) & 1) == 0 ? low : high;
            Assert.Equal([low, even, low, high, -even], rounded[k..(k + 5)]);
        }
        Assert.Same(tensor, default(MessageFormat).AsSent(tensor));
    }

    [Theory]
    [InlineData("fedavg", 2, 4)]
    [InlineData("fast-fedpg", 2, 4)]
    [InlineData("decentralized", 2, 4)]
    [InlineData("fedlin", 6, 8)]
    public void Bytes_are_two_a_number_and_four_more_with_a_place(string algorithm, int half, int full)
    {
        string[] sparse = algorithm == "fedlin" ? ["federation.agentTopK=3"] : [];
        ExchangeEntry[] Uplinks(string messages) =>
            [
                .. AlgorithmTesting.Reports(AlgorithmTesting.Experiment(algorithm,
                    ["dtype=float32", $"federation.messages={messages}", .. sparse]))
            .SelectMany(r => r.Exchanges).Where(e => e.Direction == ExchangeDirection.Up && (sparse.Length == 0 || e.Name == "gradient"))];
        ExchangeEntry[] rounded = Uplinks("float16"), whole = Uplinks("full");
        Assert.Equal(whole.Select(e => (e.Name, e.Shape, e.Bytes * half)), rounded.Select(e => (e.Name, e.Shape, e.Bytes * full)));
    }

    /// <summary>
    /// What an agent keeps as its memory is what it sent: with exact gradients the corrections
    /// have no mean, and the optimum stays a fixed point.
    /// </summary>
    [Theory]
    [InlineData("fast-fedpg")]
    [InlineData("scaffold")]
    [InlineData("fedlin")]
    public void What_is_kept_of_a_message_is_what_was_sent(string algorithm)
    {
        string[] wanted = [AlgorithmTesting.Rounded, "federation.rounds=3"];
        using var federation = new TrainingLoop(AlgorithmTesting.Experiment(algorithm, wanted), RunTesting.Execution(),
            TimeProvider.System);
        federation.Run(Sink.None, checkpoint: null, TestContext.Current.CancellationToken);
        foreach (AgentBlock block in federation.LocalAgents.Blocks)
        {
            torch.Tensor kept = block.StateRecord switch
            {
                FastFedPg.Agents a => a.Memory,
                FedLin.Agents a => a.Gradient,
                Scaffold.Agents a => a.Control,
                _ => throw new InvalidOperationException(),
            };
            using torch.Tensor mean = kept.mean([0]);
            torch.Tensor known = federation.Server switch
            {
                FastFedPg.Server s => s.MemoryMean,
                FedLin.Server s => s.GradientMean,
                Scaffold.Server s => s.Control,
                _ => throw new InvalidOperationException(),
            };
            using torch.Tensor expected = algorithm == "fedlin" ? Half.AsSent(mean) : mean;
            using torch.Tensor apart = (expected - known).abs().max();
            Assert.True(apart.item<double>() < 1e-15, $"{apart.item<double>()} apart");
        }
    }

    /// <summary>
    /// Without a server what rounding takes off stays with its sender: the mean of all rows moves by the agents' steps alone.
    /// </summary>
    [Fact]
    public void Gossip_of_rounded_rows_keeps_their_mean()
    {
        string[] still = ["federation.localStepSize=1e-200", "policy.initial=[0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9,1.1,1.2,1.3]",
            "federation.rounds=5", AlgorithmTesting.Rounded];
        double[][] path = AlgorithmTesting.Path(AlgorithmTesting.Experiment("decentralized", still));
        AlgorithmTesting.AssertClose([.. path.Select(_ => path[0])], path, 1e-15);
    }

    [Theory]
    [InlineData("fedavg", 1e7, "agent-0: \"delta\" holds ")]
    [InlineData("decentralized", 1e7, "agent-0: \"theta\" holds ")]
    public void A_number_that_float16_cannot_hold_ends_the_run_and_is_named(string algorithm, double step, string said)
    {
        Experiment experiment = AlgorithmTesting.Experiment(algorithm, AlgorithmTesting.Rounded,
            FormattableString.Invariant($"federation.localStepSize={step}"));
        DivergedException e = Assert.Throws<DivergedException>(() => AlgorithmTesting.Path(experiment));
        Assert.Contains(said, e.Message, StringComparison.Ordinal);
        Assert.Contains("float16 ends at 65504", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void So_does_one_of_the_servers()
    {
        string start = $"policy.initial=[{string.Join(',', Enumerable.Repeat("70000", 12))}]";
        DivergedException e = Assert.Throws<DivergedException>(() =>
            AlgorithmTesting.Path(AlgorithmTesting.Experiment("fedavg", AlgorithmTesting.Rounded, start)));
        Assert.Contains("the server: \"theta\" holds 69999.", e.Message, StringComparison.Ordinal);
    }
}
