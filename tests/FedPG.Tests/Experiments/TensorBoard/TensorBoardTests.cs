using System.Text.Json;
using Xunit;

namespace FedPG.Tests.Experiments.Runs;

public sealed class TensorBoardTests
{
    [Fact]
    public void Every_tag_of_the_contract_has_a_value_at_every_round()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment(), folder.FullPath);
        List<EventValue> values = EventFile.ReadAll(folder.FullPath);
        string[] tags =
        [
            "federated/objective", "federated/gap", "federated/grad_norm", "federated/drift", "federated/correction_norm", "federated/bytes_up",
            "federated/bytes_down", "rollout/ep_rew_mean", "rollout/ep_len_mean", "time/fps", "agents/agent-0/objective", "agents/agent-3/objective",
        ];
        Assert.All(tags, tag => Assert.Equal([0, 1, 2, 3, 4], values.Where(v => v.Tag == tag).Select(v => v.Step)));
    }

    [Fact]
    public void The_curves_are_the_numbers_of_the_logs()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment("gradient.entropy=0.1"), folder.FullPath);
        List<EventValue> values = EventFile.ReadAll(folder.FullPath);
        float[] Curve(string tag) => [.. values.Where(v => v.Tag == tag).Select(v => v.Number!.Value)];
        var metrics = new CsvFile(folder["metrics.csv"]);
        foreach (string column in (string[])["objective", "gap", "drift", "bytes_up", "bytes_down", "regularized_objective", "regularized_gap"])
            Assert.Equal(metrics.Numbers(column).Select(x => (float)x), Curve($"federated/{column}"));
        Assert.Equal(metrics.Numbers("grad_norm_sq").Select(x => (float)Math.Sqrt(x)), Curve("federated/grad_norm"));
        var agents = new CsvFile(folder["agents.csv"]);
        Assert.Equal(agents.Rows.Where(r => r[1] == "agent-2").Select(r => float.Parse(r[2], System.Globalization.CultureInfo.InvariantCulture)), Curve("agents/agent-2/objective"));
        // No state is terminal here: every episode is as long as the horizon, and its undiscounted reward lies between 0 and that.
        Assert.All(Curve("rollout/ep_len_mean"), length => Assert.Equal(5, length));
        Assert.All(Curve("rollout/ep_rew_mean"), reward => Assert.InRange(reward, 0, 5));
        Assert.All(Curve("time/fps"), rate => Assert.True(rate > 0));
    }

    [Fact]
    public void The_resolved_experiment_stands_there_as_text()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment(), folder.FullPath);
        EventValue text = Assert.Single(EventFile.ReadAll(folder.FullPath), v => v.Tag.StartsWith("experiment", StringComparison.Ordinal));
        using JsonDocument document = JsonDocument.Parse(text.Text);
        Assert.Equal("tiny", document.RootElement.GetProperty("name").GetString());
        Assert.Equal(1.0, document.RootElement.GetProperty("federation").GetProperty("globalStepSize").GetDouble());
    }

    [Fact]
    public void Rounds_that_are_not_evaluated_have_no_value()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment("evaluateEvery=3"), folder.FullPath);
        List<EventValue> values = EventFile.ReadAll(folder.FullPath);
        Assert.Equal([0, 3, 4], values.Where(v => v.Tag == "federated/objective").Select(v => v.Step));
        Assert.Equal([0, 1, 2, 3, 4], values.Where(v => v.Tag == "federated/drift").Select(v => v.Step));
    }

    [Fact]
    public void After_stops_and_resumes_every_curve_has_each_round_once()
    {
        using var folder = new TemporaryFolder();
        RunTesting.RunUntil(3, RunTesting.Experiment("federation.rounds=9"), folder.FullPath);
        RunTesting.ResumeUntil(7, folder.FullPath);
        RunTesting.ResumeUntil(null, folder.FullPath);
        List<EventValue> values = EventFile.ReadAll(folder.FullPath);
        Assert.All(values.Where(v => v.Number is not null).GroupBy(v => v.Tag), curve => Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], curve.Select(v => v.Step)));
        Assert.Single(values, v => v.Number is null && v.Tag.Length > 0);
    }
}
