using System.Text.Json.Nodes;
using FedPG.Tests.Cli;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Experiments.Plugins;

/// <summary>
/// The sample plug-in in the program as users start it: every kind of thing it brings, what a run writes down of it, and going on with it.
/// </summary>
public sealed class PluginRunTests
{
    private const string Experiment = """
        { "environment": { "id": "AppleTree-v0", "agents": 3, "options": { "heterogeneity": 1 } },
          "policy": { "kind": "gated-softmax" },
          "gradient": { "estimator": "gpomdp", "horizon": 10, "trajectories": 4 },
          "federation": { "algorithm": "clipped-average", "clip": 0.5, "rounds": 4, "localSteps": 2, "localStepSize": 0.5 },
            "checkpointEvery": 2 }
        """;

    [Fact]
    public void A_run_with_a_plug_ins_environment_policy_and_algorithm_says_so_and_goes_on_to_the_same_bits()
    {
        using var folder = new TemporaryFolder();
        string plugin = SamplePlugin.CopyTo(folder["plug"]);
        File.WriteAllText(folder["e.json"], Experiment);
        Succeed(folder, "train", "e.json", "--out", "run", "--quiet", "--plugin", plugin);

        JsonNode recorded = Assert.Single((JsonArray)Document(folder)["plugins"]!)!;
        Assert.Equal(plugin, (string?)recorded["path"]);
        Assert.Equal("Orchard", (string?)recorded["assembly"]);
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(plugin))),
            (string?)recorded["sha256"]);
        string[] whole = WithoutSeconds(folder);

        // Back to the checkpoint of round 2, as if the run had been killed then.
        Rewind(folder);
        Succeed(folder, "train", "--resume", "run", "--quiet");
        Assert.Equal(whole, WithoutSeconds(folder));

        // The run's own experiment names its plug-in, and can be run anew.
        Succeed(folder, "train", "run/experiment.json", "--out", "again", "--quiet");
    }

    [Fact]
    public void A_plug_in_that_is_gone_or_changed_stops_a_run_from_going_on_until_it_is_named()
    {
        using var folder = new TemporaryFolder();
        string plugin = SamplePlugin.CopyTo(folder["plug"]);
        File.WriteAllText(folder["e.json"], Experiment);
        Succeed(folder, "train", "e.json", "--out", "run", "--quiet", "--plugin", plugin);
        Rewind(folder);

        string moved = folder["moved.dll"];
        File.Move(plugin, moved);
        Outcome gone = Fedpg.Run(folder.FullPath, "train", "--resume", "run", "--quiet");
        Assert.Equal((2, ""), (gone.ExitCode, gone.Output));
        Assert.Equal(
            $"{plugin}: the plug-in does not exist ({folder["run/experiment.json"]} names it in plugins[0]); if it was moved, "
                + "name it by --plugin FILE.dll", Assert.Single(gone.ErrorLines));

        // Bytes behind the end of an assembly change its hash and nothing else.
        File.WriteAllBytes(plugin, [.. File.ReadAllBytes(moved), 0]);
        Outcome changed = Fedpg.Run(folder.FullPath, "train", "--resume", "run", "--quiet");
        Assert.Equal((2, ""), (changed.ExitCode, changed.Output));
        Assert.Contains($"{plugin}: the plug-in has changed: ", Assert.Single(changed.ErrorLines), StringComparison.Ordinal);

        Outcome named = Fedpg.Run(folder.FullPath, "train", "--resume", "run", "--quiet", "--plugin", moved);
        Assert.Equal((0, ""), (named.ExitCode, named.Errors));
        Rewind(folder);
        Outcome other = Fedpg.Run(folder.FullPath, "train", "--resume", "run", "--quiet", "--plugin", plugin);
        Assert.Equal(0, other.ExitCode);
        Assert.Contains("the plug-in is another build", Assert.Single(other.ErrorLines), StringComparison.Ordinal);
    }

    /// <summary>
    /// A trace is of the steps that the author wrote, also where states are listed: here they pay what the list does not.
    /// </summary>
    [Fact]
    public void A_trace_takes_the_steps_of_the_plug_ins_own()
    {
        using var folder = new TemporaryFolder();
        string file = PluginCompiler.Compile(folder.FullPath, "Mine", $$"""
            {{PluginCompiler.Usings}}
            public sealed class Row : FedPG.Envs.Tabular.ITabularEnvironment
            {
                private int _place;
                public Space ObservationSpace => new Discrete(3);
                public Space ActionSpace => new Discrete(2);
                public IEnumerable<(int State, double Probability)> Starts() => new[] { (0, 1.0) };
                public IEnumerable<FedPG.Envs.Tabular.TabularOutcome> Outcomes(int state, int action) =>
                    new[] { new FedPG.Envs.Tabular.TabularOutcome(Math.Min(state + 1, 2), 1, 0.5) };
                public void Reset(long seed, Span<double> observation) => observation[0] = _place = 0;
                public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
                {
                    observation[0] = _place = Math.Min(_place + 1, 2);
                    return new StepResult(0.25 * action[0], false);
                }
            }
            public sealed class MyPlugin : IPlugin
            {
                public void Register(PluginContents contents) =>
                    contents.Add(new EpisodicDefinition { Id = "Row-v0", Summary = "A row.", Make = _ => _ => new Row() });
            }
            """);
        JsonNode trace =
            JsonNode.Parse(Fedpg.Run(folder.FullPath, "env", "trace", "Row-v0", "--actions", "[1, 0, 1]", "--plugin", file).Output)!;
        Assert.Equal("[0.25,0,0.25]", trace["rewards"]!.ToJsonString());
        Assert.Equal("[0,1,2,2]", trace["states"]!.ToJsonString());
        Assert.Equal("""["state"]""", trace["stateNames"]!.ToJsonString());
        Outcome placed = Fedpg.Run(folder.FullPath, "env", "trace", "Row-v0", "--actions", "[1]", "--state", "1", "--plugin", file);
        Assert.Equal(
            (2,
                "--state: 1; the state of this environment cannot be set, it is no IStatefulEnvironment; leave it out, and "
                    + "choose a start by --seed"), (placed.ExitCode, Assert.Single(placed.ErrorLines)));
    }

    [Fact]
    public void An_environment_of_unlisted_states_trains_by_the_experiments_own_list_of_plug_ins()
    {
        using var folder = new TemporaryFolder();
        SamplePlugin.CopyTo(folder["plug"]);
        File.WriteAllText(folder["e.json"], """
            { "plugins": ["plug/Orchard.dll"], "environment": { "id": "Glider-v0", "agents": 2, "options": { "heterogeneity": 1 } },
              "policy": { "kind": "neural-softmax", "hidden": [8] }, "gradient": { "horizon": 20, "trajectories": 4 },
              "federation": { "rounds": 2, "localSteps": 2, "localStepSize": 0.01 } }
            """);
        Succeed(folder, "train", "e.json", "--out", "run", "--quiet");
        Assert.Equal(folder["plug/Orchard.dll"], (string?)((JsonArray)Document(folder)["plugins"]!)[0]!["path"]);
    }

    /// <summary>
    /// A torch module of the plug-in's own, on observations: the same bits for any threads and blocks, and after a stop; a change of the
    /// seed is a change of theta_0 and of everything.
    /// </summary>
    [Fact]
    public void A_module_of_the_plug_ins_own_trains_on_observations_with_the_same_bits_however_it_is_run()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["e.json"], """
            { "environment": { "id": "Glider-v0", "agents": 3, "options": { "heterogeneity": 1 } }, "policy": { "kind": "gated-softmax" },
              "gradient": { "horizon": 20, "trajectories": 4, "baseline": "leave-one-out" },
              "federation": { "rounds": 4, "localSteps": 2, "localStepSize": 0.05 }, "checkpointEvery": 2, "evaluationEpisodes": 4 }
            """);
        string[] plugin = ["--quiet", "--plugin", SamplePlugin.File];
        Succeed(folder, ["train", "e.json", "--out", "run", "--threads", "1", .. plugin]);
        string[] whole = WithoutSeconds(folder);
        Rewind(folder);
        Succeed(folder, ["train", "--resume", "run", "--threads", "2", .. plugin]);
        Assert.Equal(whole, WithoutSeconds(folder));
        Directory.Delete(folder["run"], recursive: true);
        Succeed(folder, ["train", "e.json", "--out", "run", "--threads", "3", "--block-size", "1", .. plugin]);
        Assert.Equal(whole, WithoutSeconds(folder));
        Directory.Delete(folder["run"], recursive: true);
        Succeed(folder, ["train", "e.json", "--out", "run", "--seed", "2", .. plugin]);
        Assert.NotEqual(whole, WithoutSeconds(folder));
    }

    [Theory]
    [InlineData("(inputs, actions) => nn.Linear(inputs, actions + 1)", "[3, 4] for observations [3, 2]; [3, 3] is needed")]
    [InlineData("(inputs, actions) => nn.Linear(inputs + 1, actions)", "mat1 and mat2 shapes cannot be multiplied")]
    [InlineData("(inputs, actions) => nn.Tanh()", "has no parameters")]
    public void A_module_that_does_not_fit_is_a_fault_of_the_plug_ins(string make, string expected)
    {
        using var folder = new TemporaryFolder();
        string source =
            PluginCompiler.Plugin($"""contents.Add(FedPG.Policies.Modules.ModuleKinds.Softmax("mine", "a module", _ => {make}));""")
                .Insert(0, "using static TorchSharp.torch;\n");
        string file = PluginCompiler.Compile(folder.FullPath, "Mine", source);
        Outcome outcome = Fedpg.Run(folder.FullPath, "train", "--plugin", SamplePlugin.File, "--plugin", file, "--quiet", "--out", "run",
            "--set", "environment.id=Glider-v0", "--set", "environment.options={}", "--set", "policy={\"kind\":\"mine\"}");
        Assert.Equal("", outcome.Output);
        Assert.InRange(outcome.ExitCode, 1, 2);
        Assert.Contains(expected, Assert.Single(outcome.ErrorLines), StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["run"]));
    }

    [Theory]
    [InlineData("""{ "plugins": "Mine.dll" }""", "e.json: plugins: \"Mine.dll\"; must be a list of paths of plug-ins")]
    [InlineData("""{ "plugins": [3] }""", "e.json: plugins[0]: 3; must be the path of a plug-in's .dll")]
    [InlineData("""{ "plugins": [""] }""", "e.json: plugins[0]: \"\"; must be the path of a plug-in's .dll")]
    [InlineData("""{ "plugins": [{ "file": "Mine.dll" }] }""", "e.json: plugins[0].path: must be the path of a plug-in's .dll",
        "e.json: plugins[0].file: unknown key; the nearest key is \"path\"")]
    [InlineData("""{ "plugins": ["Mine.dll"] }""", "/Mine.dll: the plug-in does not exist (e.json names it in plugins[0])")]
    public void Bad_plug_ins_in_an_experiment_are_its_faults(string file, params string[] expected)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["e.json"], file);
        Outcome outcome = Fedpg.Run(folder.FullPath, "train", "e.json", "--out", "run");
        Assert.Equal((2, ""), (outcome.ExitCode, outcome.Output));
        Assert.Equal(expected.Length, outcome.ErrorLines.Length);
        foreach (string line in expected) Assert.Contains(line, outcome.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["run"]));
    }

    [Fact]
    public void Every_command_takes_plug_ins_and_says_what_is_wrong_with_all_of_them()
    {
        using var folder = new TemporaryFolder();
        Outcome two = Fedpg.Run(folder.FullPath, "env", "list", "--plugin", "a.dll", "--plugin", "b.dll");
        Assert.Equal((2, ""), (two.ExitCode, two.Output));
        Assert.Equal(["a.dll: the plug-in does not exist", "b.dll: the plug-in does not exist"], two.ErrorLines);

        Outcome before = Fedpg.Run(folder.FullPath, "--plugin", SamplePlugin.File, "env", "list");
        Assert.Equal((0, ""), (before.ExitCode, before.Errors));
        Assert.Contains("Glider-v0", before.Output, StringComparison.Ordinal);
        Assert.Contains("AppleTree-v0", before.Output, StringComparison.Ordinal);

        Outcome help = Fedpg.Run(folder.FullPath, "train", "--help", "--plugin", "a.dll");
        Assert.Equal(0, help.ExitCode);
        Assert.Contains("--plugin <FILE.dll>", help.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void An_exception_in_a_step_ends_a_run_with_the_plug_ins_name_and_place()
    {
        using var folder = new TemporaryFolder();
        string source = PluginCompiler.Plugin("""contents.Add(Nothing.Definition("A-v0"));""")
            .Replace("return new StepResult(0, true);",
                """if (observation.Length == 1) throw new InvalidOperationException("stuck"); return new StepResult(0, true);""",
                StringComparison.Ordinal);
        string file = PluginCompiler.Compile(folder.FullPath, "Mine", source);
        Outcome outcome = Fedpg.Run(folder.FullPath, "train", "--plugin", file, "--quiet", "--out", "run", "--set", "environment.id=A-v0",
            "--set", "environment.options={}", "--set", "objective=reward");
        Assert.Equal((1, ""), (outcome.ExitCode, outcome.Output));
        Assert.Equal($"fedpg: {file}: the plug-in failed in Nothing.Step: InvalidOperationException: stuck",
            PluginCompiler.WithoutLine(Assert.Single(outcome.ErrorLines)));
    }

    private static JsonNode Document(TemporaryFolder folder) => JsonNode.Parse(File.ReadAllText(folder["run/experiment.json"]))!;

    private static void Succeed(TemporaryFolder folder, params string[] arguments)
    {
        Outcome outcome = Fedpg.Run(folder.FullPath, arguments);
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
    }

    private static void Rewind(TemporaryFolder folder)
    {
        File.Delete(folder["run/summary.json"]);
        Directory.Delete(folder["run/checkpoints/round-000000004"], recursive: true);
    }

    /// <summary>The rows of metrics.csv but for the seconds.</summary>
    private static string[] WithoutSeconds(TemporaryFolder folder)
    {
        string[][] rows = [.. File.ReadAllLines(folder["run/metrics.csv"]).Select(l => l.Split(','))];
        int seconds = Array.IndexOf(rows[0], "seconds");
        return [.. rows.Select(r => string.Join(',', r.Where((_, k) => k != seconds)))];
    }
}
