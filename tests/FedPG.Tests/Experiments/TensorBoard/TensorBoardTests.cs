using System.Globalization;
using System.Text;
using System.Text.Json;
using FedPG.Cli.Train;
using FedPG.Core.Statistics;
using FedPG.Experiments;
using FedPG.Experiments.Runs;
using FedPG.Experiments.TensorBoard;
using FedPG.Experiments.Training;
using FedPG.Federation.Metrics;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Experiments.TensorBoard;

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
            "federated/objective", "federated/gap", "federated/grad_norm", "federated/drift", "federated/correction_norm",
            "federated/bytes_up", "federated/bytes_down", "rollout/ep_rew_mean", "rollout/ep_len_mean", "time/fps", "time/env_steps",
            "agents/agent-0/objective", "agents/agent-3/objective",
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
        string[] columns = ["objective", "gap", "drift", "bytes_up", "bytes_down", "regularized_objective", "regularized_gap"];
        foreach (string column in columns)
            Assert.Equal(metrics.Numbers(column).Select(x => (float)x), Curve($"federated/{column}"));
        Assert.Equal(metrics.Numbers("grad_norm_sq").Select(x => (float)Math.Sqrt(x)), Curve("federated/grad_norm"));
        var agents = new CsvFile(folder["agents.csv"]);
        Assert.Equal(
            agents.Rows.Where(r => r[1] == "agent-2").Select(r => float.Parse(r[2], CultureInfo.InvariantCulture)),
            Curve("agents/agent-2/objective"));
        Assert.Equal(metrics.Numbers("env_steps").Select(x => (float)x), Curve("time/env_steps"));
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
    public void After_stops_and_resumes_there_are_the_events_of_a_run_that_was_never_stopped()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment("federation.rounds=9"), folder["whole"]);
        RunTesting.RunUntil(3, RunTesting.Experiment("federation.rounds=9"), folder["stopped"]);
        RunTesting.ResumeUntil(7, folder["stopped"]);
        RunTesting.ResumeUntil(null, folder["stopped"]);
        List<EventValue> values = EventFile.ReadAll(folder["stopped"]);
        // Only the rate of the clock is another one; it is there in each round, too. Each file has its own share of the time.
        values = [.. values.Where(v => v.Tag != "time/logging_share")];
        (string, long, float?)[] Told(IEnumerable<EventValue> all) =>
            [.. all.Where(v => v.Tag != "time/logging_share").Select(v => (v.Tag, v.Step, v.Tag == "time/fps" ? 0 : v.Number))];
        Assert.Equal(Told(EventFile.ReadAll(folder["whole"])), Told(values));
        Assert.All(
            values.Where(v => v.Number is not null).GroupBy(v => v.Tag),
            curve => Assert.Equal(
                // What is left of a gradient is known from the first round on.
                Enumerable.Range(0, 10).Select(t => (long)t).Skip(curve.Key == MetricNames.GradientLeft ? 1 : 0),
                curve.Select(v => v.Step)));
        Assert.Single(values, v => v.Plugin == "text");
        // A file each time; where a run goes on, readers are told the first round that follows.
        Assert.Equal(3, EventFile.Files(folder["stopped"]).Length);
        Assert.Equal([4, 8], EventFile.ReadEvents(folder["stopped"]).Where(v => v.SessionState == 1).Select(v => v.Step));
    }

    [Fact]
    public void Times_are_seconds_since_1970_with_their_fractions_and_come_from_the_clock()
    {
        using var folder = new TemporaryFolder();
        var clock = new QuarterSeconds();
        using (TrainingRun run = RunTesting.Start(RunTesting.Experiment(), folder.FullPath, time: clock))
            run.Run(TestContext.Current.CancellationToken);
        List<EventValue> events = EventFile.ReadEvents(folder.FullPath);
        string file = Path.GetFileName(Assert.Single(EventFile.Files(folder.FullPath)));
        Assert.Equal("1800000000", file["events.out.tfevents.".Length..].Split('.')[0]);
        Assert.Equal("brain.Event:2", events[0].Version);
        Assert.All(events, e => Assert.InRange(e.WallTime, 1_800_000_000, 1_800_000_000 + (0.25 * clock.Calls)));
        double[] rounds = [.. events.Where(e => e.Tag == "federated/drift").Select(e => e.WallTime)];
        Assert.Equal([0.25, 0.25, 0.25, 0.25], rounds.Zip(rounds.Skip(1), (a, b) => b - a));
    }

    [Fact]
    public void The_options_are_hyperparameters_with_metrics()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment("federation.localStepSize=0.25"), folder.FullPath);
        List<EventValue> values = [.. EventFile.ReadAll(folder.FullPath).Where(v => v.Plugin == "hparams")];
        Assert.Equal(["_hparams_/experiment", "_hparams_/session_start_info", "_hparams_/session_end_info"], values.Select(v => v.Tag));

        // HParamsPluginData: 2 an experiment (4 hparam_infos with 1 name and 4 type, 5 metric_infos with 1 name of 2 tag).
        List<(int Field, ulong Scalar, byte[] Content)> experiment = Inside(values[0], 2);
        Dictionary<string, ulong> types = experiment.Where(f => f.Field == 4).Select(f => EventFile.Fields(f.Content))
            .ToDictionary(info => Text(info, 1), info => info.Single(f => f.Field == 4).Scalar);
        Assert.Equal(3UL, types["federation.localStepSize"]);
        Assert.Equal(3UL, types["federation.rounds"]);
        Assert.Equal(1UL, types["federation.algorithm"]);
        string[] metrics =
        [
            .. experiment.Where(f => f.Field == 5).Select(f => Text(EventFile.Fields(EventFile.Fields(f.Content).Single().Content), 2)),
        ];
        Assert.Contains("federated/objective", metrics);
        Assert.Contains("time/env_steps", metrics);

        // 3 the start (1 hparams, a map to google.protobuf.Value: 2 number_value, 3 string_value), 4 the end (1 status: success).
        Dictionary<string, List<(int Field, ulong Scalar, byte[] Content)>> options = Inside(values[1], 3).Where(f => f.Field == 1)
            .Select(f => EventFile.Fields(f.Content))
            .ToDictionary(entry => Text(entry, 1), entry => EventFile.Fields(entry.Single(f => f.Field == 2).Content));
        Assert.Equal(0.25, BitConverter.UInt64BitsToDouble(options["federation.localStepSize"].Single(f => f.Field == 2).Scalar));
        Assert.Equal("fast-fedpg", Text(options["federation.algorithm"], 3));
        Assert.Equal(types.Keys.Order(), options.Keys.Order());
        Assert.DoesNotContain(options.Keys, key => key.StartsWith("versions", StringComparison.Ordinal));
        Assert.Equal(1UL, Inside(values[2], 4).Single(f => f.Field == 1).Scalar);
    }

    [Fact]
    public void Curves_of_more_than_64_agents_are_quantiles()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment("environment.agents=65", "federation.rounds=1"), folder.FullPath);
        List<EventValue> values = [.. EventFile.ReadAll(folder.FullPath).Where(v => v.Tag.StartsWith("agents/", StringComparison.Ordinal))];
        Assert.Equal(
            ["agents/max/objective", "agents/median/objective", "agents/min/objective", "agents/p10/objective", "agents/p90/objective"],
            values.Where(v => v.Tag.EndsWith("/objective", StringComparison.Ordinal)).Select(v => v.Tag).Distinct()
                .Order(StringComparer.Ordinal));
        double[] last =
        [
            .. new CsvFile(folder["agents.csv"]).Rows.Where(r => r[0] == "1").Select(r => double.Parse(r[2], CultureInfo.InvariantCulture)),
        ];
        Assert.Equal(65, last.Length);
        float Value(string tag) => values.Single(v => v.Tag == tag && v.Step == 1).Number!.Value;
        Assert.Equal((float)last.Min(), Value("agents/min/objective"));
        Assert.Equal((float)Intervals.Quantile(last, 0.9), Value("agents/p90/objective"));
    }

    [Fact]
    public void Parameters_and_steps_have_histograms_at_a_twentieth_of_the_rounds()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment("federation.rounds=45", "evaluateEvery=45"), folder.FullPath);
        List<EventValue> values = [.. EventFile.ReadAll(folder.FullPath).Where(v => v.Plugin == "histograms")];
        long[] rounds = [.. Enumerable.Range(0, 15).Select(k => 3L * k), 45];
        Assert.Equal(rounds, values.Where(v => v.Tag == "parameters/theta").Select(v => v.Step));
        Assert.Equal(rounds.Skip(1), values.Where(v => v.Tag == "steps/theta").Select(v => v.Step));
        Assert.Equal(rounds.Skip(1), values.Where(v => v.Tag == "gradients/theta").Select(v => v.Step));
        // A tensor of float64 (type 2): left end, right end and count of each bucket. 5 states and 3 actions.
        EventValue last = values.Last(v => v.Tag == "parameters/theta");
        List<(int Field, ulong Scalar, byte[] Content)> tensor = EventFile.Fields(last.Tensor);
        Assert.Equal(2UL, tensor.Single(f => f.Field == 1).Scalar);
        double[] rows = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, double>(tensor.Single(f => f.Field == 4).Content).ToArray();
        Assert.Equal(3 * Histogram.Buckets, rows.Length);
        Assert.Equal(15, rows.Where((_, k) => k % 3 == 2).Sum());
        Assert.Equal(rows.Where((_, k) => k % 3 == 1).SkipLast(1), rows.Where((_, k) => k % 3 == 0).Skip(1));
        // All zero at the start: one bucket.
        Assert.Equal(24, EventFile.Fields(values[0].Tensor).Single(f => f.Field == 4).Content.Length);
    }

    [Fact]
    public void A_run_of_the_command_has_a_picture_of_the_first_agents_policy()
    {
        using var folder = new TemporaryFolder();
        Experiment experiment = RunTesting.Experiment(
            "environment={\"id\":\"GridWorld-v0\",\"agents\":2,\"options\":{\"width\":3,\"height\":3}}");
        using (var trainer = new FederatedTrainer(experiment, folder["run"]))
        {
            trainer.AddSink(new PolicyPainter(experiment));
            trainer.Run(cancellationToken: TestContext.Current.CancellationToken);
        }
        EventValue picture = EventFile.ReadAll(folder["run"]).Last(v => v.Plugin == "images");
        Assert.Equal(("policy/first_agent", 4L), (picture.Tag, picture.Step));
        // A tensor of strings: width, height, the file.
        byte[][] parts = [.. EventFile.Fields(picture.Tensor).Where(f => f.Field == 8).Select(f => f.Content)];
        Assert.Equal("PNG", Encoding.ASCII.GetString(parts[2], 1, 3));
        Assert.Equal(
            int.Parse(Encoding.ASCII.GetString(parts[0]), CultureInfo.InvariantCulture),
            System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(parts[2].AsSpan(16)));
    }

    [Fact]
    public void Names_of_agents_become_safe_and_stay_apart()
    {
        Assert.Equal(["pole_0.5_m", "a_b", "a_b-2", "\u00e9t\u00e9", "_"], AgentTags.Of(["pole 0.5 m", "a/b", "a,b", "\u00e9t\u00e9", ""]));
        Assert.Equal(["a_b-2", "a_b", "a_b-2-2"], AgentTags.Of(["a_b-2", "a b", "a_b"]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(70_000)]
    public void Records_of_any_length_have_the_checksums_of_the_format(int length)
    {
        // The check value of CRC32C, from its catalogue.
        Assert.Equal(0xE3069283u, EventFile.Checksum("123456789"u8));
        using var folder = new TemporaryFolder();
        using (var events = new EventWriter(Directory.CreateDirectory(folder.FullPath).FullName, TimeProvider.System))
        {
            events.WriteText("words", new string('x', length));
            events.Add("curve", double.NaN);
            events.Add("nothing", null);
            events.WriteScalars(-1);
        }
        List<EventValue> values = EventFile.ReadAll(folder.FullPath);
        Assert.Equal(["words", "curve"], values.Select(v => v.Tag));
        Assert.Equal(length, values[0].Text.Length);
        Assert.Equal((-1L, float.NaN), (values[1].Step, values[1].Number));
    }

    private static List<(int Field, ulong Scalar, byte[] Content)> Inside(EventValue value, int field) =>
        EventFile.Fields(EventFile.Fields(value.Content).Single(f => f.Field == field).Content);

    private static string Text(List<(int Field, ulong Scalar, byte[] Content)> message, int field) =>
        Encoding.UTF8.GetString(message.Single(f => f.Field == field).Content);

    /// <summary>A clock that goes on by a quarter of a second each time it is asked for the date.</summary>
    private sealed class QuarterSeconds : TimeProvider
    {
        public int Calls { get; private set; }

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeSeconds(1_800_000_000).AddSeconds(0.25 * Calls++);
    }
}
