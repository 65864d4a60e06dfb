using System.Globalization;
using FedPG.Tests.Cli;
using FedPG.Tests.Cluster.Hosts;
using FedPG.Tests.Experiments.Plugins;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Cluster;

/// <summary>
/// Agents that are pinned to sites: the environment is in a plug-in that the sites have, and the process that trains does not.
/// </summary>
[Collection(ClusterGroup.Name)]
public sealed class SiteTests
{
    internal const string Experiment = """
        {
          "name": "glide", "seed": 5, "objective": "reward",
          "environment": { "id": "Glider-v0", "agents": 3 },
          "policy": { "kind": "neural-softmax", "hidden": [8] },
          "gradient": { "estimator": "gpomdp", "horizon": 10, "trajectories": 40, "baseline": "leave-one-out" },
          "federation": { "algorithm": "scaffold", "rounds": 40, "localSteps": 2, "localStepSize": 0.05 }, "evaluateEvery": 5,
            "checkpointEvery": 5
        }
        """;

    /// <summary>In time that the machine had for it.</summary>
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(15);

    private static string Orchard => SamplePlugin.File;

    [Fact]
    public void Sites_train_the_policy_of_a_simulation_and_all_that_crosses_is_listed_in_either_type()
    {
        using var folder = new TemporaryFolder();
        using var cluster = new LocalCluster(folder);
        string expected = Simulated(folder);
        cluster.StartWorker("--site", "a", "--plugin", Orchard);
        cluster.StartWorker("--site", "b", "--plugin", Orchard, "--outbound");
        using Fedpg.Started training = cluster.StartTraining("run", 1, "e.json", "--sites", "a:2,b");
        Outcome outcome = training.Wait();
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        Assert.Equal(expected, Policy(folder["run"]));
        var exchange = new CsvFile(Path.Combine(folder["run"], "exchange.csv"));
        Assert.Equal(
            ["control", "control_change", "delta", "environment_card", "evaluate", "objective", "observations", "theta"],
            exchange["name"].Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(exchange.Whole("bytes").Sum(),
            RunTesting.Json(Path.Combine(folder["run"], "summary.json")).GetProperty("bytes").GetInt64());
        // What the sites are worth is their own estimate, and what would need their environments is not there.
        var metrics = new CsvFile(Path.Combine(folder["run"], "metrics.csv"));
        Assert.All(metrics["gap"], Assert.Empty);
        Assert.Equal(9, metrics["objective"].Count(o => o.Length > 0));
        AssertFloat16IsSentWhereTheExperimentSaysSo(folder, cluster);
    }

    [Fact]
    public void A_site_that_is_killed_goes_on_from_its_own_state_and_so_does_a_killed_server()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are for Unix.");
        using var folder = new TemporaryFolder();
        using var cluster = new LocalCluster(folder);
        string expected = Simulated(folder);
        Fedpg.Started site = cluster.StartWorker("--site", "a", "--plugin", Orchard, "--state", "state-a");
        cluster.StartWorker("--site", "b", "--plugin", Orchard, "--state", "state-b");
        using (Fedpg.Started training = cluster.StartTraining("run", 1, "e.json", "--sites", "a:2,b"))
        {
            training.WaitUntil(() => RunTesting.RoundsOf(folder["run"]) >= 8);
            site.Signal(Fedpg.Started.Kill);
            cluster.StartWorker("--site", "a", "--plugin", Orchard, "--state", "state-a");
            training.WaitUntil(() => RunTesting.RoundsOf(folder["run"]) >= 18);
            training.Signal(Fedpg.Started.Kill);
            training.Wait();
        }
        Assert.Equal(expected, Policy(Resumed(folder, cluster, "a:2,b")));
    }

    /// <summary>Of two sites that have served a run before, and now serve another.</summary>
    private static void AssertFloat16IsSentWhereTheExperimentSaysSo(TemporaryFolder folder, LocalCluster cluster)
    {
        string expected = Simulated(folder, "federation.messages=float16");
        cluster.Train("rounded", 1, "e.json", "--sites", "a:2,b", "--set", "federation.messages=float16");
        Assert.Equal(expected, Policy(folder["rounded"]));
        var exchange = new CsvFile(Path.Combine(folder["rounded"], "exchange.csv"));
        long d = long.Parse(exchange.Rows.First(r => r[3] == "delta")[4], CultureInfo.InvariantCulture);
        Assert.All(exchange.Rows.Zip(exchange.Whole("bytes")).Where(r => r.First[3] is "theta" or "delta" or "control" or "control_change"),
            r => Assert.Equal(2 * d, r.Second));
    }

    [Theory]
    [InlineData("fail")]
    [InlineData("skip")]
    public void A_missing_site_ends_the_run_or_is_done_without(string policy)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are for Unix.");
        using var folder = new TemporaryFolder();
        using var cluster = new LocalCluster(folder);
        File.WriteAllText(folder["e.json"], Experiment);
        cluster.StartWorker("--site", "a", "--plugin", Orchard);
        Fedpg.Started missing = cluster.StartWorker("--site", "b", "--plugin", Orchard);
        using Fedpg.Started training = cluster.StartTraining("run", 1, "e.json", "--sites", "a:2,b", "--missing-site", policy);
        training.WaitUntil(() => RunTesting.RoundsOf(folder["run"]) >= 5);
        missing.Signal(Fedpg.Started.Kill);
        Outcome outcome = training.Wait();
        Assert.True(outcome.ExitCode == (policy == "fail" ? 1 : 0), outcome.Errors);
        if (policy == "fail") Assert.Contains("site b is missing", outcome.Errors, StringComparison.Ordinal);
        else Assert.DoesNotContain("agent-2,up,delta",
            string.Join('\n', File.ReadLines(Path.Combine(folder["run"], "exchange.csv"))
                .Where(l => l.StartsWith("40,", StringComparison.Ordinal))), StringComparison.Ordinal);
    }

    [Fact]
    public void Sites_whose_agents_keep_nothing_go_on_after_the_server_was_stopped()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are for Unix.");
        const string stateless = "federation.algorithm=fedavg";
        using var folder = new TemporaryFolder();
        using var cluster = new LocalCluster(folder);
        string expected = Simulated(folder, stateless);
        cluster.StartWorker("--site", "a", "--plugin", Orchard);
        using (Fedpg.Started training = cluster.StartTraining("run", 1, ["e.json", "--sites", "a:3", "--set", stateless]))
        {
            training.WaitUntil(() => RunTesting.RoundsOf(folder["run"]) >= 8);
            training.Signal(Fedpg.Started.Interrupt);
            training.Wait();
        }
        Assert.Equal(expected, Policy(Resumed(folder, cluster, "a:3")));
    }

    /// <summary>Before anybody has joined: there is no worker here.</summary>
    [Theory]
    [InlineData("""personalise={"steps":3}""", "3")]
    [InlineData("personalise={}", "20")]
    public void Steps_after_the_last_round_are_refused_before_sites_have_joined(string setting, string steps)
    {
        using var folder = new TemporaryFolder();
        string[] command = ["train", "--out", "run", "--cluster", "127.0.0.1:1", "--sites", "a:8", "--set", setting];
        Outcome outcome = Fedpg.Run(folder.FullPath, command);
        Assert.Equal(2, outcome.ExitCode);
        Assert.StartsWith($"--sites: personalise.steps: {steps}; must be 0", Assert.Single(outcome.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public void A_site_that_only_connects_is_found_missing_within_seconds()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are for Unix.");
        using var folder = new TemporaryFolder();
        using var cluster = new LocalCluster(folder);
        File.WriteAllText(folder["e.json"], Experiment);
        Fedpg.Started missing = cluster.StartWorker("--site", "a", "--plugin", Orchard, "--outbound");
        using Fedpg.Started training = cluster.StartTraining("run", 1, "e.json", "--sites", "a:3", "--missing-site", "fail", "--set",
            "federation.rounds=1000000");
        training.WaitUntil(() => RunTesting.RoundsOf(folder["run"]) >= 5);
        var watch = new FairWatch();
        missing.Signal(Fedpg.Started.Kill);
        training.WaitUntil(() => training.HasExited || watch.Look() > Late);
        Outcome outcome = training.Wait();
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("site a is missing", outcome.Errors, StringComparison.Ordinal);
        // Five seconds of silence; the engine's own time-outs would take forty.
        Assert.True(watch.Elapsed < Late, $"{watch.Elapsed}");
    }

    [Fact]
    public void What_fails_at_a_site_is_told_there_and_nowhere_else()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are for Unix.");
        using var folder = new TemporaryFolder();
        using var cluster = new LocalCluster(folder);
        string plugin = PluginCompiler.CompileFaulty(
            folder.FullPath, "observation[0] = 0; return new StepResult(0, true);",
            """throw new System.InvalidOperationException("patient 4711 in /data/ward");""");
        Fedpg.Started site = cluster.StartWorker("--site", "a", "--plugin", plugin);
        Outcome outcome =
            cluster.StartTraining("run", 1, "--sites", "a:1", "--set", """environment={"id":"A-v0","agents":1}""", "--set",
                "objective=reward").Wait();
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("failed at its site", outcome.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("4711", outcome.Errors, StringComparison.Ordinal);
        site.Signal(Fedpg.Started.Interrupt);
        Assert.Contains("patient 4711", site.Wait().Errors, StringComparison.Ordinal);
    }

    /// <summary>
    /// What a run with absent sites is can be stated where an agent keeps nothing from round to round: the
    /// run in one process in which the same agents took part.
    /// </summary>
    [Fact]
    public void A_site_that_was_skipped_takes_part_again_when_it_is_back()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are for Unix.");
        using var folder = new TemporaryFolder();
        using var cluster = new LocalCluster(folder);
        string[] settings = ["federation.algorithm=fedavg", "federation.rounds=1500", "checkpointEvery=0", "evaluateEvery=2000",
            "gradient.trajectories=4"];
        File.WriteAllText(folder["e.json"], Experiment);
        cluster.StartWorker("--site", "a", "--plugin", Orchard);
        Fedpg.Started skipped = cluster.StartWorker("--site", "b", "--plugin", Orchard);
        using Fedpg.Started training = cluster.StartTraining("run", 1,
            ["e.json", "--sites", "a:2,b", "--missing-site", "skip", .. settings.SelectMany(s => new[] { "--set", s })]);
        training.WaitUntil(() => RunTesting.RoundsOf(folder["run"]) >= 20);
        skipped.Signal(Fedpg.Started.Kill);
        int killed = RunTesting.RoundsOf(folder["run"]);
        training.WaitUntil(() => RunTesting.RoundsOf(folder["run"]) >= killed + 20);
        cluster.StartWorker("--site", "b", "--plugin", Orchard);
        Outcome outcome = training.Wait();
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        int[][] present = [.. new CsvFile(Path.Combine(folder["run"], "exchange.csv")).Rows.Where(r => r[3] == "delta")
            .GroupBy(r => int.Parse(r[0], CultureInfo.InvariantCulture)).OrderBy(g => g.Key)
            .Select(g => g.Select(r => int.Parse(r[1]["agent-".Length..], CultureInfo.InvariantCulture)).ToArray())];
        Assert.Equal(1500, present.Length);
        Assert.Contains(present, p => p is [0, 1]);
        Assert.Equal([0, 1, 2], present[^1]);
        string trace = string.Join(',', present.Select(p => $"[{string.Join(',', p)}]"));
        Assert.Equal(Simulated(folder, [.. settings, $$"""federation.participation={"kind":"trace","trace":[{{trace}}]}"""]),
            Policy(folder["run"]));
    }

    private static string Resumed(TemporaryFolder folder, LocalCluster cluster, string sites)
    {
        using Fedpg.Started training = Fedpg.Start(folder.FullPath, "train", "--resume", "run", "--cluster", cluster.Address,
            "--sites", sites);
        Outcome resumed = training.Wait();
        Assert.True(resumed.ExitCode == 0, resumed.Errors);
        return folder["run"];
    }

    private static string Simulated(TemporaryFolder folder, params string[] assignments) => SimulatedWith(Orchard, folder, assignments);

    private static string SimulatedWith(string plugin, TemporaryFolder folder, params string[] assignments)
    {
        File.WriteAllText(folder["e.json"], Experiment);
        string name = $"simulated-{Guid.NewGuid():N}";
        using Fedpg.Started training = Fedpg.Start(folder.FullPath,
            ["train", "e.json", "--plugin", plugin, "--out", name, "--threads", "1",
                .. assignments.SelectMany(a => new[] { "--set", a })]);
        Outcome outcome = training.Wait();
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        return Policy(folder[name]);
    }

    private static string Policy(string run) => Convert.ToHexString(File.ReadAllBytes(Path.Combine(run, "policy", "theta.bin")));
}
