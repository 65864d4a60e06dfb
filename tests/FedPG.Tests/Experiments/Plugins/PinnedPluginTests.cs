using System.Text;
using System.Text.Json;
using FedPG.Core.Options;
using FedPG.Experiments;
using FedPG.Experiments.Plugins;
using FedPG.Experiments.Reading;
using FedPG.Experiments.Runs;
using FedPG.Federation;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Experiments.Plugins;

/// <summary>
/// A plug-in decides a run, and so do the assemblies that it loads: runs record them all. And a plug-in is a program: a folder of somebody
/// else's does not bring one along.
/// </summary>
public sealed class PinnedPluginTests
{
    private const int Rounds = 4;

    [Fact]
    public void An_assembly_that_a_plug_in_loads_is_recorded_and_another_content_is_refused_until_it_is_accepted()
    {
        using var folder = new TemporaryFolder();
        string helper = PluginOf(folder), run = folder["run"];
        StopAt(2, sink => TrainingRun.Start(Read(folder), RunTesting.Execution(), run, [], sink, TimeProvider.System));
        JsonElement recorded = RunTesting.Json(folder["run/experiment.json"]).GetProperty("plugins")[0];
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(helper))),
            recorded.GetProperty("loads").GetProperty("Helper").GetString());
        StopAt(3, sink => Resume(run, sink));

        // Bytes behind the end of an assembly change its hash and nothing else.
        File.WriteAllBytes(helper, [.. File.ReadAllBytes(helper), 0]);
        foreach (Action read in (Action[])[() => Resume(run, Sink.None), () => StoredPolicy.Read(run, FreshReader())])
        {
            ValidationError error = Assert.Single(Assert.Throws<InvalidInputException>(read).Errors);
            Assert.Equal(folder["Mine.dll"], error.Source);
            Assert.Contains($"{helper}, which it loads, has another content", error.Allowed, StringComparison.Ordinal);
        }
        Assert.Equal(3, StoredPolicy.Read(run, FreshReader(), acceptChanges: true).Rounds);
        // What was accepted once is what the run has read from then on.
        StopAt(4, sink => Resume(run, sink, new ResumeChanges(Accept: true)));
        Assert.Equal(4, StoredPolicy.Read(run, FreshReader()).Rounds);
        File.Delete(helper);
        Assert.Contains("Helper, which it loaded, is gone",
            Assert.Throws<InvalidInputException>(() => StoredPolicy.Read(run, FreshReader())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plug_in_that_only_a_folder_names_is_not_loaded()
    {
        using var folder = new TemporaryFolder();
        PluginOf(folder);
        JsonElement experiment = JsonDocuments.Parse(Encoding.UTF8.GetBytes("""{ "plugins": [{ "path": "Mine.dll" }] }"""), "e.json");
        void Require() => PluginTrust.Require(experiment, "e.json", folder.FullPath);

        InvalidInputException e = Assert.Throws<InvalidInputException>(Require);
        Assert.StartsWith($"{folder["Mine.dll"]}: the plug-in is named by e.json, and is not one that you have used", e.Message,
            StringComparison.Ordinal);
        Assert.EndsWith("name it by --plugin FILE.dll", e.Message, StringComparison.Ordinal);

        new PluginHost(new ExperimentCatalog()).Load(folder["Mine.dll"]);
        Require();
        File.WriteAllBytes(folder["Mine.dll"], [.. File.ReadAllBytes(folder["Mine.dll"]), 0]);
        Require();

        // The same content elsewhere is known, another content elsewhere is not.
        using var elsewhere = new TemporaryFolder();
        foreach (string name in (string[])["Mine.dll", "Helper.dll"]) File.Copy(folder[name], elsewhere[name]);
        void There() => PluginTrust.Require(experiment, "e.json", elsewhere.FullPath);
        Assert.Throws<InvalidInputException>(There);
        byte[] changed = File.ReadAllBytes(elsewhere["Mine.dll"]);
        File.WriteAllBytes(elsewhere["Mine.dll"], changed[..^1]);
        There();
        File.WriteAllBytes(elsewhere["Helper.dll"], [.. File.ReadAllBytes(elsewhere["Helper.dll"]), 0]);
        Assert.Throws<InvalidInputException>(There);
    }

    /// <summary>A run folder that names a plug-in which lies in it, as it may come by mail: nothing of it runs.</summary>
    [Fact]
    public void A_run_folder_brings_no_program_along()
    {
        using var folder = new TemporaryFolder();
        RunTesting.RunUntil(2, RunTesting.Experiment(), folder["run"]);
        string marker = folder["marker"];
        PluginCompiler.Compile(folder["run"], "Evil", PluginCompiler.Plugin(
            $"""System.IO.File.WriteAllText({JsonSerializer.Serialize(marker)}, ""); contents.Add(Nothing.Definition("E-v0"));"""));
        string experiment = folder["run/experiment.json"];
        File.WriteAllText(experiment, File.ReadAllText(experiment).Insert(1, """ "plugins": ["Evil.dll"],"""));
        File.Delete(folder["run/inputs/manifest.json"]);
        foreach (Action read in (Action[])[() => RunTesting.Resume(folder["run"]),
            () => RunTesting.Resume(folder["run"], changes: new ResumeChanges(Accept: true)),
            () => StoredPolicy.Read(folder["run"], ExperimentReader.Default)])
            Assert.Contains("it would run with your rights", Assert.Throws<InvalidInputException>(read).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(marker));
    }

    /// <summary>Mine.dll, whose environment A-v0 asks Helper.dll beside it; the path of that one.</summary>
    private static string PluginOf(TemporaryFolder folder)
    {
        string helper = PluginCompiler.Compile(
            folder.FullPath, "Helper", "public static class Physics { public static double Pay => 0.5; }");
        const string register = """contents.Add(Nothing.Definition("A-v0") with { RewardRange = NumberRange.UnitInterval });""";
        string source = PluginCompiler.Plugin(register)
            .Replace("new StepResult(0, true)", "new StepResult(Physics.Pay, true)", StringComparison.Ordinal);
        PluginCompiler.Compile(folder.FullPath, "Mine", source, helper);
        return helper;
    }

    /// <summary>A reader as a new process has one: it knows no plug-in yet.</summary>
    private static ExperimentReader FreshReader()
    {
        var catalog = new ExperimentCatalog();
        return new ExperimentReader(catalog, new PluginHost(catalog));
    }

    private static Experiment Read(TemporaryFolder folder) => FreshReader().Read(JsonDocuments.Parse(Encoding.UTF8.GetBytes($$"""
        { "plugins": ["Mine.dll"], "environment": { "id": "A-v0", "agents": 2 }, "gradient": { "horizon": 2, "trajectories": 2 },
          "federation": { "rounds": {{Rounds}}, "localSteps": 1, "localStepSize": 0.1 }, "checkpointEvery": 1 }
        """), "e.json"), "e.json", folder.FullPath, []);

    private static TrainingRun Resume(string run, IRoundSink sink, ResumeChanges? changes = null) =>
        TrainingRun.Resume(run, FreshReader(), _ => RunTesting.Execution(), sink, TimeProvider.System, changes: changes)!;

    private static void StopAt(int round, Func<IRoundSink, TrainingRun> start)
    {
        using var stop = new CancellationTokenSource();
        using TrainingRun run = start(new Sink(report =>
        {
            if (report.Round == round) stop.Cancel();
        }));
        run.Run(stop.Token);
    }
}
