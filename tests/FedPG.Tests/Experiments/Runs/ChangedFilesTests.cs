using FedPG.Core.Options;
using FedPG.Experiments;
using FedPG.Experiments.Reading;
using FedPG.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Experiments.Runs;

/// <summary>
/// Files that were changed, cut, moved or linked while a run was not looking: each is noticed, and nothing goes on silently.
/// </summary>
public sealed class ChangedFilesTests
{
    private const int Rounds = 9;
    private const string Mdp = """
        { "states": 2, "actions": 2, "discount": 0.9, "initial": [1, 0], "transitions": [[[1, 0], [0.2, 0.8]], [[0, 1], [0.5, 0.5]]],
          "agents": [ { "name": "a", "rewards": [[0, 0], [1, 1]] }, { "name": "b", "rewards": [[0, 0.1], [0, 1]] } ] }
        """;

    [Fact]
    public void Another_content_of_the_MDP_file_is_refused_by_name_until_it_is_accepted()
    {
        using var folder = new TemporaryFolder();
        RunTesting.RunUntil(4, OnMdp(folder), folder["run"]);
        File.WriteAllText(folder["mdp.json"], Mdp.Replace("[1, 1]", "[0.5, 1]", StringComparison.Ordinal));
        foreach (Action read in (Action[])[() => RunTesting.Resume(folder["run"]),
            () => StoredPolicy.Read(folder["run"], ExperimentReader.Default)])
        {
            ValidationError error = Assert.Single(Assert.Throws<InvalidInputException>(read).Errors);
            Assert.Equal(folder["mdp.json"], error.Source);
            Assert.Contains("--accept-changes", error.Allowed, StringComparison.Ordinal);
        }
        Assert.Equal(4, StoredPolicy.Read(folder["run"], ExperimentReader.Default, acceptChanges: true).Rounds);
        RunTesting.ResumeUntil(6, folder["run"], changes: new ResumeChanges(Accept: true));
        // What was accepted once is what the run has read from then on.
        RunTesting.ResumeUntil(null, folder["run"]);
    }

    [Fact]
    public void A_run_goes_on_where_its_MDP_file_is_gone_because_it_keeps_a_copy()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(OnMdp(folder), folder["whole"]);
        RunTesting.RunUntil(4, OnMdp(folder), folder["run"]);
        File.Delete(folder["mdp.json"]);
        Directory.Move(folder["run"], folder["moved"]);
        RunTesting.ResumeUntil(null, folder["moved"]);
        Assert.Equal(File.ReadAllBytes(folder["whole/policy/theta.bin"]), File.ReadAllBytes(folder["moved/policy/theta.bin"]));
        File.AppendAllText(folder["moved/inputs/mdp.json"], " ");
        InvalidInputException e = Assert.Throws<InvalidInputException>(() => StoredPolicy.Read(folder["moved"], ExperimentReader.Default));
        Assert.Equal(Path.Combine(folder["moved"], "inputs", "mdp.json"), Assert.Single(e.Errors).Source);
    }

    [Theory]
    [InlineData("\"round\": 7", "\"round\": 8")]
    [InlineData("\"received/theta\"", "\"seceived/theta\"")]
    [InlineData("\"envSteps\": ", "\"envSteps\": 1")]
    [InlineData("\"bytesUp\": ", "\"bytesUp\": 1")]
    public void A_manifest_changed_by_hand_is_passed_over_and_that_is_said(string old, string changed)
    {
        using var folder = new TemporaryFolder();
        Experiment experiment = Started(folder);
        string manifest = Newest(folder["run"]);
        string text = File.ReadAllText(manifest);
        Assert.Contains(old, text, StringComparison.Ordinal);
        File.WriteAllText(manifest, text.Replace(old, changed, StringComparison.Ordinal));
        Assert.StartsWith($"{manifest}: was changed since", GoesOn(folder, experiment), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("metrics.csv", true)]
    [InlineData("agents.csv", true)]
    [InlineData("exchange.csv", false)]
    public void A_log_that_was_cut_or_changed_falls_back_to_the_checkpoint_before(string name, bool cut)
    {
        using var folder = new TemporaryFolder();
        Experiment experiment = Started(folder);
        string log = Path.Combine(folder["run"], name);
        byte[] bytes = File.ReadAllBytes(log);
        if (cut) bytes = bytes[..^1];
        else bytes[^3] ^= 1;
        File.WriteAllBytes(log, bytes);
        Assert.StartsWith($"{log}: ", GoesOn(folder, experiment), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("metrics.csv")]
    [InlineData("policy/theta.bin")]
    [InlineData("experiment.json.tmp")]
    [InlineData("checkpoints")]
    public void A_link_in_a_run_folder_is_neither_followed_nor_written_through(string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need rights there");
        using var folder = new TemporaryFolder();
        Started(folder);
        string linked = Path.Combine(folder["run"], name), victim = folder["victim"];
        bool isFolder = Directory.Exists(linked);
        if (isFolder) Directory.Move(linked, victim);
        else File.WriteAllText(victim, "precious");
        if (File.Exists(linked)) File.Delete(linked);
        if (isFolder) Directory.CreateSymbolicLink(linked, victim);
        else File.CreateSymbolicLink(linked, victim);
        foreach (Action read in (Action[])[() => RunTesting.Resume(folder["run"]),
            () => StoredPolicy.Read(folder["run"], ExperimentReader.Default)])
        {
            ValidationError error = Assert.Single(Assert.Throws<InvalidInputException>(read).Errors);
            Assert.Equal(linked, error.Source);
            Assert.Contains($"is a link to {victim}", error.Allowed, StringComparison.Ordinal);
        }
        if (!isFolder) Assert.Equal("precious", File.ReadAllText(victim));
    }

    [Fact]
    public void A_manifest_of_a_policy_reaches_no_file_outside()
    {
        using var folder = new TemporaryFolder();
        Started(folder);
        string manifest = folder["run/policy/manifest.json"];
        File.Move(folder["run/policy/theta.bin"], folder["theta.bin"]);
        string text = File.ReadAllText(manifest).Replace("\"file\": \"theta.bin\"", "\"file\": \"../../theta.bin\"",
            StringComparison.Ordinal);
        File.WriteAllText(manifest, text);
        InvalidInputException e = Assert.Throws<InvalidInputException>(() => StoredPolicy.Read(folder["run"], ExperimentReader.Default));
        Assert.Contains("none beside it", Assert.Single(e.Errors).Allowed, StringComparison.Ordinal);
    }

    [Fact]
    public void Columns_that_came_later_do_not_look_like_a_change()
    {
        using var folder = new TemporaryFolder();
        string log = folder["log.csv"];
        File.WriteAllText(log, "round,a\n0,1\n1,2\n");
        using var digests = new LogDigests();
        string before = digests.Of(log, 16);
        File.AppendAllText(log, "2,3\n");
        Assert.NotEqual(before, digests.Of(log, 20));
        Assert.True(LogDigests.Match(log, 16, before));
        File.WriteAllText(log, "round,a,b,c\n0,1,,\n1,2,,\n2,3,4,5\n");
        Assert.True(LogDigests.Match(log, 16, before));
        string anew = digests.Of(log, new FileInfo(log).Length);
        Assert.True(LogDigests.Match(log, new FileInfo(log).Length, anew));
        File.WriteAllText(log, "round,a,b,c\n0,1,,\n1,3,,\n2,3,4,5\n");
        Assert.False(LogDigests.Match(log, 16, before));
    }

    private static Experiment OnMdp(TemporaryFolder folder)
    {
        File.WriteAllText(folder["mdp.json"], Mdp);
        return RunTesting.Experiment($$"""environment={"mdp":{{System.Text.Json.JsonSerializer.Serialize(folder["mdp.json"])}}}""",
            $"federation.rounds={Rounds}");
    }

    /// <summary>A run that was stopped after round 7, with checkpoints of the rounds 6 and 7, beside one that never stopped.</summary>
    private static Experiment Started(TemporaryFolder folder)
    {
        Experiment experiment = RunTesting.Experiment($"federation.rounds={Rounds}", "checkpointEvery=3");
        RunTesting.Run(experiment, folder["whole"]);
        RunTesting.RunUntil(7, experiment, folder["run"]);
        return experiment;
    }

    private static string Newest(string run) =>
        Path.Combine(Directory.EnumerateDirectories(Path.Combine(run, "checkpoints")).Max(StringComparer.Ordinal)!, "manifest.json");

    /// <summary>Resumes, to the same bits as without a stop; what was said meanwhile.</summary>
    private static string GoesOn(TemporaryFolder folder, Experiment experiment)
    {
        var said = new List<string>();
        RunTesting.ResumeUntil(null, folder["run"], changes: new ResumeChanges(Notice: said.Add));
        Assert.Equal(RunTesting.Bits(folder["whole"]), RunTesting.Bits(folder["run"]));
        Assert.True(experiment.Federation.Rounds == Rounds, "the resumed run has the rounds of the whole one");
        // The runs of these tests are of a version "test".
        Assert.Contains("began with other software, which may give other numbers: fedpg test then, ", said[^1], StringComparison.Ordinal);
        string line = Assert.Single(said[..^1]);
        Assert.EndsWith("an older checkpoint is used", line, StringComparison.Ordinal);
        return line;
    }
}
