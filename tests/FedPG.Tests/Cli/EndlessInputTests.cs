using System.Text.Json.Nodes;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Cli;

/// <summary>Input that does not end, or that is wrong in more places than anybody reads: a few lines, soon, in little memory.</summary>
public sealed class EndlessInputTests
{
    [Theory]
    [InlineData("train /dev/zero", "/dev/zero: the file")]
    [InlineData("train --plugin /dev/zero", "/dev/zero: the plug-in")]
    public void A_device_without_an_end_is_refused(string command, string named)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "there is no /dev/zero");
        using var folder = new TemporaryFolder();
        Outcome outcome = Fedpg.Run(folder.FullPath, command.Split(' '));
        string expected = $"{named} cannot be read: it gives more than 64,000,000 bytes and does not tell its size";
        Assert.Equal((2, expected), (outcome.ExitCode, Assert.Single(outcome.ErrorLines)));
    }

    /// <summary>A run keeps a copy of its MDP file, and a pipe can be read once.</summary>
    [Theory]
    [InlineData("/dev/zero")]
    [InlineData("/dev/null")]
    public void A_finite_MDP_is_read_from_regular_files_alone(string path)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "there are no such devices");
        using var folder = new TemporaryFolder();
        string[] settings = [$"environment={{\"mdp\":\"{path}\"}}", "policy={\"kind\":\"tabular-softmax\"}"];
        foreach (string[] command in (string[][])[["env", "info", path], ["train", "--out", "run", "--set", .. settings]])
        {
            Outcome outcome = Fedpg.Run(folder.FullPath, command);
            Assert.Equal(2, outcome.ExitCode);
            string expected = $"{path}: the file cannot be read: it is empty, or a pipe";
            Assert.StartsWith(expected, outcome.ErrorLines.First(), StringComparison.Ordinal);
        }
        Assert.False(Directory.Exists(folder["run"]));
    }

    [Fact]
    public void The_first_hundred_faults_are_listed_and_the_others_counted()
    {
        using var folder = new TemporaryFolder();
        var keys = new JsonObject(Enumerable.Range(0, 10_000).Select(i => KeyValuePair.Create<string, JsonNode?>($"key{i}", i)));
        File.WriteAllText(folder["e.json"], keys.ToJsonString());
        Outcome outcome = Fedpg.Run(folder.FullPath, "train", "e.json", "--out", "run");
        Assert.Equal((2, 101), (outcome.ExitCode, outcome.ErrorLines.Length));
        Assert.Equal("e.json: and 9900 more", outcome.ErrorLines.Last());
        Assert.False(Directory.Exists(folder["run"]));
    }
}
