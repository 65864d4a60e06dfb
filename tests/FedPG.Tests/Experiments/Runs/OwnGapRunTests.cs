using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.Json;
using FedPG.Experiments;
using FedPG.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Experiments.Runs;

/// <summary>The agents' own gaps in the files of a run.</summary>
public sealed class OwnGapRunTests
{
    private const string Double = "dtype=float64", Exact = "gradient={\"estimator\":\"exact\"}";

    [Fact]
    public void Own_gaps_follow_from_the_agents_objectives_and_optima()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment(Double, "evaluateEvery=2"), folder.FullPath);
        var metrics = new CsvFile(folder["metrics.csv"]);
        var agents = new CsvFile(folder["agents.csv"]);
        double[] objectives = agents.Numbers("objective"), optima = agents.Numbers("optimum");
        int count = objectives.Length / 3;
        foreach (int row in (int[])[0, 1, 2])
        {
            double[] left = [.. Enumerable.Range(row * count, count).Select(i => objectives[i] - optima[i])];
            double[] whole = [.. Enumerable.Range(0, count).Select(i => objectives[i] - optima[i])];
            Assert.Equal(left.Average(), Read(metrics["own_gap"][2 * row]), 1e-12);
            Assert.Equal(left.Zip(whole, (part, all) => part / all).Max(), Read(metrics["worst_own_gap"][2 * row]), 1e-12);
            Assert.True(Read(metrics["own_gap"][2 * row]) >= Read(metrics["gap"][2 * row]) - 1e-12);
        }
        // Rounds without an evaluation leave fields empty.
        Assert.Equal(("", ""), (metrics["own_gap"][1], metrics["worst_own_gap"][1]));

        JsonElement summary = RunTesting.Json(folder["summary.json"]);
        Assert.Equal(Read(metrics["own_gap"][^1]), summary.GetProperty("ownGap").GetDouble());
        Assert.Equal(Read(metrics["worst_own_gap"][^1]), summary.GetProperty("worstOwnGap").GetDouble());
        Assert.Equal(Read(metrics["own_gap"][0]), summary.GetProperty("uniformOwnGap").GetDouble(), 1e-12);
        double[] shares = [.. summary.GetProperty("agents").EnumerateArray().Select(agent => agent.GetProperty("ownShare").GetDouble())];
        Assert.Equal(shares.Max(), summary.GetProperty("worstOwnGap").GetDouble());
    }

    [Fact]
    public void The_uniform_policy_keeps_all_of_every_agents_own_gap()
    {
        using var folder = new TemporaryFolder();
        RunSummary summary = RunTesting.Run(RunTesting.Experiment(Double, "federation.rounds=0"), folder.FullPath);
        Assert.All(summary.Agents, agent => Assert.Equal(1, agent.OwnShare!.Value, 1e-9));
        Assert.Equal(1, summary.WorstOwnGap!.Value, 1e-9);
        Assert.Equal(summary.UniformOwnGap!.Value, summary.OwnGap!.Value, 1e-12);
    }

    [Fact]
    public void Agents_that_are_the_same_have_an_own_gap_that_is_the_gap()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment(Double, Exact, "environment.options.heterogeneity=0"), folder.FullPath);
        var metrics = new CsvFile(folder["metrics.csv"]);
        Assert.All(metrics.Numbers("gap").Zip(metrics.Numbers("own_gap")), pair => Assert.Equal(pair.First, pair.Second, 1e-9));
    }

    [Fact]
    public void Own_gaps_are_known_where_kernels_differ()
    {
        using var folder = new TemporaryFolder();
        RunSummary summary = RunTesting.Run(RunTesting.Experiment("environment.options.kernels=own"), folder.FullPath);
        Assert.Null(summary.Gap);
        Assert.True(summary.OwnGap > 0 && summary.WorstOwnGap > 0 && summary.UniformOwnGap > 0);
    }

    /// <summary>A folder that was begun before there were own gaps goes on with the columns that it has.</summary>
    [Fact]
    public void A_folder_whose_header_lacks_the_columns_goes_on_with_its_own_header()
    {
        using var folder = new TemporaryFolder();
        Experiment experiment = RunTesting.Experiment("federation.rounds=5");
        RunTesting.Run(experiment, folder["whole"]);
        RunTesting.RunUntil(3, experiment, folder["old"]);
        string path = folder["old/metrics.csv"];
        File.WriteAllLines(path, File.ReadLines(path).Select(WithoutLastTwo).ToArray());
        foreach (string manifest in Directory.GetFiles(folder["old/checkpoints"], "manifest.json", SearchOption.AllDirectories))
        {
            // Folders of that time have checkpoints of format 1, without checksums.
            JsonObject old = JsonNode.Parse(File.ReadAllText(manifest))!.AsObject();
            Assert.True(old.Remove("fileDigests") && old.Remove("digest"));
            old["format"] = 1;
            old["files"]!["metrics.csv"] = new FileInfo(path).Length;
            File.WriteAllText(manifest, old.ToJsonString());
        }
        RunTesting.ResumeUntil(null, folder["old"], threads: 2);
        string[] whole = [.. File.ReadLines(folder["whole/metrics.csv"]).Select(WithoutLastTwo)];
        var resumed = new CsvFile(path);
        Assert.Equal(whole[0], resumed.Header);
        Assert.Equal(6, resumed.Rows.Length);
        Assert.All(resumed.Rows, row => Assert.Equal(whole[0].Split(',').Length, row.Length));
        Assert.Equal(new CsvFile(folder["whole/metrics.csv"])["objective"], resumed["objective"]);
    }

    private static string WithoutLastTwo(string line) => string.Join(',', line.Split(',')[..^2]);

    private static double Read(string field) => double.Parse(field, CultureInfo.InvariantCulture);
}
