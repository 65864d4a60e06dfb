using FedPG.Core.Options;
using FedPG.Experiments;
using FedPG.Experiments.Reading;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Envs.GridWorlds;

/// <summary>
/// A map in a text file, relative to the experiment that names it, is the same environment as its rows written out; faults name the file.
/// </summary>
public sealed class MapFileTests
{
    [Fact]
    public void A_map_file_is_the_map_that_it_holds_and_the_resolved_experiment_holds_the_map()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["maps"]);
        File.WriteAllText(folder["maps/site.txt"], "S..#0\r\n.#...\r\n..L.1\r\n");
        File.WriteAllText(folder["e.json"], """{ "environment": { "agents": 2, "options": { "map": "maps/site.txt" } } }""");
        Experiment byFile = ExperimentReader.Default.ReadFile(folder["e.json"], []);
        Experiment byRows = ExperimentReader.Default.ReadFile(folder["e.json"],
            ["""environment.options.map=["S..#0", ".#...", "..L.1"]"""]);
        Assert.Equal(byRows.Resolved.ToJsonString(), byFile.Resolved.ToJsonString());
        Assert.True(byRows.Mdp.Agents[0].Kernel.SameAs(byFile.Mdp.Agents[0].Kernel));
    }

    [Theory]
    [InlineData("S..\n.1\n..0\n", "\".1\"; row 1 has 2 cells and row 0 has 3; all rows must be equally long")]
    [InlineData("S.x\n.10\n", "\"S.x\"; row 0, column 2: unknown letter 'x'; allowed are ")]
    [InlineData("S#1\n##0\n", "[0, 2]; the goal of agent 1 cannot be reached from any start cell",
        "[1, 2]; the goal of agent 0 cannot be reached from any start cell")]
    [InlineData("\n\n", "the map has no cells")]
    public void A_fault_in_the_map_names_its_file_and_row(string map, params string[] expected)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["site.txt"], map);
        File.WriteAllText(folder["e.json"], """{ "environment": { "agents": 2, "options": { "map": "site.txt" } } }""");
        InvalidInputException e = Assert.Throws<InvalidInputException>(() => ExperimentReader.Default.ReadFile(folder["e.json"], []));
        Assert.Equal(expected.Length, e.Errors.Count);
        foreach (string line in expected) Assert.Contains(e.Errors, f =>
            f.ToString().StartsWith($"{folder["site.txt"]}: {line}", StringComparison.Ordinal));
    }

    [Fact]
    public void A_map_file_that_is_not_there_is_the_only_fault()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["e.json"], """{ "environment": { "options": { "map": "none.txt" } } }""");
        InvalidInputException e = Assert.Throws<InvalidInputException>(() => ExperimentReader.Default.ReadFile(folder["e.json"], []));
        Assert.Equal($"{folder["none.txt"]}: the map's file does not exist", Assert.Single(e.Errors).ToString());
    }
}
