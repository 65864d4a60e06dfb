using System.Globalization;
using System.Text.Json;
using FedPG.Experiments.Reading;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Cli;

public sealed class OutputTests
{
    [Fact]
    public void Results_go_to_stdout_and_progress_to_stderr()
    {
        using var folder = new TemporaryFolder();
        Write(folder);
        Outcome outcome = Fedpg.Run(folder.FullPath, "train", "e.json", "--out", "run");
        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("optimum", outcome.Output, StringComparison.Ordinal);
        Assert.Contains(folder["run"], outcome.Output, StringComparison.Ordinal);
        Assert.Contains("round 4/4", outcome.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("round 4/4", outcome.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', outcome.Output + outcome.Errors);
        // The folder that was named is the run folder itself.
        Assert.True(File.Exists(folder["run/metrics.csv"]));
        Assert.Equal(["e.json", "run"], Directory.EnumerateFileSystemEntries(folder.FullPath).Select(e => Path.GetFileName(e))
            .Order(StringComparer.Ordinal));
    }

    [Fact]
    public void With_json_stdout_is_one_document_and_with_quiet_stderr_is_empty()
    {
        using var folder = new TemporaryFolder();
        Write(folder);
        Outcome outcome = Fedpg.Run(folder.FullPath, "train", "e.json", "--out", "run", "--json", "--quiet");
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Errors));
        using JsonDocument printed = JsonDocument.Parse(outcome.Output);
        Assert.Equal(RunTesting.Json(folder["run/summary.json"]).GetRawText(), printed.RootElement.GetRawText());

        Outcome again = Fedpg.Run(folder.FullPath, "train", "--resume", "run", "--json", "--quiet");
        Assert.Equal((0, outcome.Output, ""), (again.ExitCode, again.Output, again.Errors));
    }

    [Fact]
    public void Without_out_the_run_folder_is_named_after_the_experiment()
    {
        using var folder = new TemporaryFolder();
        Write(folder);
        Outcome outcome = Fedpg.Run(folder.FullPath, "train", "e.json", "--quiet", "--set", "federation.rounds=0", "--set", "name=mine");
        Assert.Equal(0, outcome.ExitCode);
        string run = Assert.Single(Directory.EnumerateDirectories(folder["runs"]));
        Assert.StartsWith("mine-", Path.GetFileName(run), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(run, "summary.json")));
    }

    [Fact]
    public void Overrides_win_in_the_order_given_wherever_the_file_stands()
    {
        using var folder = new TemporaryFolder();
        Write(folder);
        Outcome outcome = Fedpg.Run(
            folder.FullPath, "train", "--out", "run", "--quiet", "--seed", "9", "--set", "federation.rounds=1", "federation.rounds=2",
            "federation.rounds=1", "e.json", "--json");
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Errors));
        using JsonDocument summary = JsonDocument.Parse(outcome.Output);
        Assert.Equal((1, 9, "tiny"), (summary.RootElement.GetProperty("rounds").GetInt32(), summary.RootElement.GetProperty("seed")
            .GetInt32(), summary.RootElement.GetProperty("name").GetString()));
    }

    /// <summary>Of a pair of agents that want opposite things the best common policy is random, so a gap of 0 serves nobody.</summary>
    [Fact]
    public void A_policy_that_cannot_serve_all_agents_is_called_so()
    {
        using var folder = new TemporaryFolder();
        string[] common = ["train", "--quiet", "--set", "policy.kind=tabular-softmax", "federation.rounds=1", "gradient.trajectories=2"];
        Outcome pair = Fedpg.Run(folder.FullPath, [.. common, "environment.id=AdversarialPair-v0", "--out", "pair"]);
        Assert.True(pair.ExitCode == 0, pair.Errors);
        Assert.Contains("one policy serves all agents: agents keep ", pair.Output, StringComparison.Ordinal);
        Assert.Contains("policy.context", pair.Output, StringComparison.Ordinal);
        Assert.Matches(@"worst \d+\.\d\d %", pair.Output);
        Outcome same = Fedpg.Run(
            folder.FullPath, [.. common, "environment.id=RandomMdp-v0", "environment.options.heterogeneity=0", "--out", "same"]);
        Assert.True(same.ExitCode == 0, same.Errors);
        Assert.DoesNotContain("policy.context", same.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_process_in_another_culture_writes_the_same_numbers()
    {
        using var folder = new TemporaryFolder();
        Write(folder);
        var german = new Dictionary<string, string> { ["LANG"] = "de_DE.UTF-8", ["LC_ALL"] = "de_DE.UTF-8" };
        Outcome outcome = Fedpg.Run(folder.FullPath, german, ["train", "e.json", "--out", "run"]);
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        RunTesting.Run(ExperimentReader.Default.ReadFile(folder["e.json"], []), folder["here"]);
        Assert.Equal(RunTesting.Bits(folder["here"]), RunTesting.Bits(folder["run"]));
        Assert.Matches(@"\d\.\d{4}", outcome.Output);
        Assert.All(new CsvFile(folder["run/metrics.csv"])["seconds"],
            s => Assert.True(double.Parse(s, CultureInfo.InvariantCulture) < 1000));
    }

    [Fact]
    public void Divergence_is_a_failure_on_one_line()
    {
        using var folder = new TemporaryFolder();
        Write(folder);
        Outcome outcome = Fedpg.Run(folder.FullPath, "train", "e.json", "--out", "run", "--quiet", "--set",
            "federation.localStepSize=1e300");
        Assert.Equal((1, ""), (outcome.ExitCode, outcome.Output));
        Assert.Matches("^fedpg: round 0: the parameters or gradients of agent agent-[0-3] are no longer finite",
            Assert.Single(outcome.ErrorLines));
        Assert.Equal([0], new CsvFile(folder["run/metrics.csv"]).Whole("round"));
        Outcome again = Fedpg.Run(folder.FullPath, "train", "--resume", "run", "--quiet");
        Assert.Equal((1, outcome.Errors), (again.ExitCode, again.Errors));
    }

    [Fact]
    public void The_commands_of_env_print_tables_and_JSON()
    {
        using var folder = new TemporaryFolder();
        Outcome list = Fedpg.Run(folder.FullPath, "env", "list");
        Assert.Equal((0, ""), (list.ExitCode, list.Errors));
        Assert.Contains("GridWorld-v0", list.Output, StringComparison.Ordinal);
        Outcome info = Fedpg.Run(folder.FullPath, "env", "info", "GridWorld-v0", "--set", "width=4", "--json");
        Assert.Equal((0, ""), (info.ExitCode, info.Errors));
        using JsonDocument description = JsonDocument.Parse(info.Output);
        Assert.Equal(4, description.RootElement.GetProperty("options").GetProperty("width").GetInt32());
        Outcome text = Fedpg.Run(folder.FullPath, "env", "info", "FrozenLake-v1");
        Assert.All((string[])["Action space", "Observation space", "Starting state", "Rewards", "Episode end", "Arguments",
            "Version history"],
            heading => Assert.Contains(heading, text.Output, StringComparison.Ordinal));
        Outcome export = Fedpg.Run(folder.FullPath, "env", "export", "GridWorld-v0", "--set", "width=3", "height=3");
        Assert.Equal((0, ""), (export.ExitCode, export.Errors));
        File.WriteAllText(folder["m.json"], export.Output);
        File.WriteAllText(folder["e.json"], """{ "environment": { "mdp": "m.json" } }""");
        Assert.Equal(9, ExperimentReader.Default.ReadFile(folder["e.json"], []).Mdp.States);
    }

    [Fact]
    public void Info_is_a_table_or_one_JSON_document()
    {
        using var folder = new TemporaryFolder();
        Outcome json = Fedpg.Run(folder.FullPath, "info", "--json");
        Assert.Equal((0, ""), (json.ExitCode, json.Errors));
        using JsonDocument document = JsonDocument.Parse(json.Output);
        Assert.Contains("fast-fedpg", document.RootElement.GetProperty("algorithms").EnumerateArray().Select(a => a.GetString()));
        Outcome table = Fedpg.Run(folder.FullPath, "info");
        Assert.Contains("fast-fedpg", table.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help", "train", "bench")]
    [InlineData("train|--help", "--resume", "--block-size")]
    [InlineData("train|-h", "--threads", "--device")]
    [InlineData("env|--help", "export", "list")]
    [InlineData("--version", "0.", ".")]
    public void Help_is_there_without_loading_torch(string arguments, params string[] expected)
    {
        using var folder = new TemporaryFolder();
        (Outcome outcome, string loaded) = RunAndListLibraries(folder, arguments.Split('|'));
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Errors));
        Assert.All(expected, word => Assert.Contains(word, outcome.Output, StringComparison.Ordinal));
        Assert.DoesNotContain("libtorch", loaded, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("LibTorchSharp", loaded, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>That the check above sees libraries at all.</summary>
    [Fact]
    public void Info_does_load_torch()
    {
        using var folder = new TemporaryFolder();
        (Outcome outcome, string loaded) = RunAndListLibraries(folder, "info");
        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("libtorch_cpu", loaded, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_the_native_libraries_training_fails_on_one_line_and_leaves_nothing()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["app"]);
        foreach (string file in Directory.EnumerateFiles(AppContext.BaseDirectory))
        {
            string name = Path.GetFileName(file);
            if (name.EndsWith(".so", StringComparison.Ordinal)) File.WriteAllText(Path.Combine(folder["app"], name), "");
            else if (!name.Contains("Test", StringComparison.OrdinalIgnoreCase)
                && (name.EndsWith(".dll", StringComparison.Ordinal) || name.StartsWith("fedpg.", StringComparison.Ordinal)))
                File.Copy(file, Path.Combine(folder["app"], name));
        }
        File.Delete(Path.Combine(folder["app"], "fedpg.deps.json"));
        Write(folder);
        Outcome outcome = Fedpg.Run(folder.FullPath, new Dictionary<string, string>(), ["train", "e.json", "--out", "run"],
            Path.Combine(folder["app"], "fedpg.dll"));
        Assert.True(outcome.ExitCode == 1, $"{outcome.ExitCode}: {outcome.Errors}");
        Assert.Contains("native", Assert.Single(outcome.ErrorLines), StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["run"]));
    }

    /// <summary>Runs with the dynamic linker's log of opened files.</summary>
    private static (Outcome Outcome, string Loaded) RunAndListLibraries(TemporaryFolder folder, params string[] arguments)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only glibc's linker lists what it opens.");
        var log = new Dictionary<string, string> { ["LD_DEBUG"] = "files", ["LD_DEBUG_OUTPUT"] = folder["ld"] };
        Outcome outcome = Fedpg.Run(folder.FullPath, log, arguments);
        string[] files = Directory.GetFiles(folder.FullPath, "ld.*");
        Assert.SkipWhen(files.Length == 0, "This linker has no log.");
        return (outcome, string.Concat(files.Select(File.ReadAllText)));
    }

    private static void Write(TemporaryFolder folder) => File.WriteAllText(folder["e.json"], RunTesting.Tiny);
}
