using FedPG.Cluster.Wire;
using FedPG.Cluster.Worker;
using FedPG.Federation.Execution;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Cluster;

/// <summary>What a site keeps of its agents, in memory and in files.</summary>
public sealed class SiteStatesTests
{
    private const string Experiment = "0123456789abcdef0123456789abcdef";
    private static readonly BlockRange Block = new(1, 1);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_a_checkpoint_goes_on_from_outlasts_any_number_of_rounds(bool inFiles)
    {
        using var folder = new TemporaryFolder();
        var states = new SiteStates(inFiles ? folder["state"] : null);
        for (int round = 1; round <= 60; round++)
        {
            // The checkpoint after round t and the snapshot before round t + 1 are of the same state.
            if (round % 25 == 1) states.Keep(Experiment, Block, round, isLasting: true, State(round));
            states.Keep(Experiment, Block, round, isLasting: false, State(round));
        }
        SiteStates asked = inFiles ? new SiteStates(folder["state"]) : states;
        int[] known = [.. Enumerable.Range(0, 70).Where(round => asked.Find(Experiment, Block, round) is not null)];
        Assert.Equal([26, 51, 57, 58, 59, 60], known);
        Assert.All(known, round => Assert.Equal(State(round)[0].Values, asked.Find(Experiment, Block, round)![0].Values));
        if (inFiles) Assert.Equal(known.Length, Directory.GetFiles(folder["state"]).Length);
    }

    private static TensorData[] State(int round) =>
        [new TensorData("memory", NumberKind.Float32, [1, 1], BitConverter.GetBytes((float)round))];
}
