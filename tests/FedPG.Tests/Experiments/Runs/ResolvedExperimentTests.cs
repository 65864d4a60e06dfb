using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Cli.Train;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Files;
using FedPG.Experiments;
using FedPG.Experiments.Reading;
using FedPG.Tests.Build;
using Xunit;

namespace FedPG.Tests.Experiments.Runs;

public sealed class ResolvedExperimentTests
{
    [Theory]
    [InlineData]
    [InlineData(RunTesting.Neural, "gradient.entropy=0.25")]
    [InlineData("""policy={"kind":"log-linear"}""", "federation.memory=fresh", "seed=9007199254740992")]
    [InlineData("""gradient={"entropy":{"from":0.1,"to":0.001,"until":7},"baseline":"constant","baselineValue":-1.5}""")]
    [InlineData("""environment={"id":"FrozenLake-v1","agents":2}""",
        """policy={"kind":"neural-softmax","hidden":[],"observation":"coordinates"}""")]
    [InlineData("""environment={"id":"GridWorld-v0"}""", """policy={"kind":"log-linear","features":"radial","centres":[2,3]}""",
        "objective=reward", "dtype=float64")]
    [InlineData("gradient.estimator=exact", "federation.algorithm=centralized", "evaluateEvery=7", "checkpointEvery=0",
        "federation.localStepSize=1e-7")]
    public void The_resolved_experiment_reads_back_to_itself(params string[] assignments)
    {
        JsonObject resolved = RunTesting.Experiment(assignments).Resolved;
        Experiment again = ExperimentReader.Default.Read(JsonSerializer.SerializeToElement(resolved), "again.json", "/", []);
        Assert.Equal(resolved.ToJsonString(), again.Resolved.ToJsonString());
    }

    [Fact]
    public void So_does_the_file_of_a_run_with_its_versions()
    {
        using var folder = new TemporaryFolder();
        Experiment experiment = RunTesting.Experiment("gradient.entropy=0.1");
        RunTesting.Run(experiment, folder.FullPath);
        Experiment again = ExperimentReader.Default.ReadFile(folder["experiment.json"], []);
        Assert.Equal(experiment.Resolved.ToJsonString(), again.Resolved.ToJsonString());
        JsonElement json = RunTesting.Json(folder["experiment.json"]);
        Assert.Equal("test", json.GetProperty("versions").GetProperty("fedpg").GetString());
        Assert.Equal(3, json.GetProperty("seed").GetInt32());
    }

    [Fact]
    public void The_path_of_a_finite_MDP_is_kept_whole_so_that_the_run_folder_may_lie_anywhere()
    {
        using var folder = new TemporaryFolder();
        var errors = new ValidationErrors("test");
        var mdp =
            Assert.IsType<FiniteMdp>(
                ExperimentCatalog.Default.Environments.Configure("RandomMdp-v0", 3, default, EnvironmentKeys.Experiment, errors)!.Build());
        FiniteMdpFile.Write(mdp, folder["m.json"]);
        File.WriteAllText(folder["e.json"], """{ "environment": { "mdp": "m.json" }, "federation": { "rounds": 1 } }""");
        Experiment experiment = ExperimentReader.Default.ReadFile(folder["e.json"], []);
        Assert.Equal(3, experiment.Mdp.Agents.Count);
        RunTesting.Run(experiment, folder["deep/down/run"]);
        Experiment again = ExperimentReader.Default.ReadFile(Path.Combine(folder["deep/down/run"], "experiment.json"), []);
        Assert.Equal(experiment.Resolved.ToJsonString(), again.Resolved.ToJsonString());
    }

    [Fact]
    public void The_built_in_experiment_is_the_default_file()
    {
        string file = Path.Combine(Repository.Root, "experiments", "default.json");
        Assert.SkipUnless(File.Exists(file), "The tests run outside of the repository.");
        Assert.Equal(RunTesting.Json(file).GetRawText(), TrainCommand.BuiltInExperiment().GetRawText());
        Experiment builtIn = ExperimentReader.Default.Read(TrainCommand.BuiltInExperiment(), "built-in", "/", []);
        Assert.Equal(("neural-softmax", 8, "GridWorld-v0", "fast-fedpg"),
            (builtIn.PolicyKind, builtIn.Mdp.Agents.Count, builtIn.Mdp.Name, builtIn.AlgorithmName));
    }

    /// <summary>The same problem with a policy that is told of no agent, which claims and comparisons are about.</summary>
    [Fact]
    public void The_common_policy_experiment_is_told_nothing_of_its_agents()
    {
        string file = Path.Combine(Repository.Root, "experiments", "common-policy.json");
        Assert.SkipUnless(File.Exists(file), "The tests run outside of the repository.");
        Experiment common = ExperimentReader.Default.ReadFile(file, []);
        Assert.Equal("none", (string?)common.Resolved["policy"]!["context"]);
        Experiment builtIn = ExperimentReader.Default.Read(TrainCommand.BuiltInExperiment(), "built-in", "/", []);
        Assert.Equal("task", (string?)builtIn.Resolved["policy"]!["context"]);
        Assert.Equal(common.Resolved["environment"]!.ToJsonString(), builtIn.Resolved["environment"]!.ToJsonString());
    }

    /// <summary>Another environment's tasks are others, where it has any: its policy is told of nothing unless the user says so.</summary>
    [Theory]
    [InlineData("none", "environment.id=RandomMdp-v0")]
    [InlineData("none", "environment={\"id\":\"RandomMdp-v0\",\"agents\":2}")]
    [InlineData("task", "environment.id=GridWorld-v0")]
    [InlineData("agent", "environment.id=RandomMdp-v0", "policy.context=agent")]
    public void Another_environment_than_the_built_in_one_resets_the_context(string context, params string[] assignments)
    {
        JsonElement document = TrainCommand.BuiltInExperiment(assignments);
        Experiment experiment = ExperimentReader.Default.Read(document, "built-in", "/", assignments);
        Assert.Equal(context, (string?)experiment.Resolved["policy"]!["context"]);
    }

    [Fact]
    public void A_file_can_be_run_with_another_kind_of_policy()
    {
        Experiment experiment = RunTesting.Experiment("policy={\"kind\":\"tabular-softmax\",\"hidden\":[3],\"width\":0.2}");
        Assert.Equal("tabular-softmax", experiment.PolicyKind);
        Assert.Equal(["kind", "personal", "context", "critic", "normalise", "initial"],
            ((System.Text.Json.Nodes.JsonObject)experiment.Resolved["policy"]!).Select(p => p.Key));
    }
}
