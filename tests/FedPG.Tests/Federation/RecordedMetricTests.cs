using System.Text.Json.Nodes;
using FedPG.Core.Metrics;
using FedPG.Core.Options;
using FedPG.Experiments;
using FedPG.Experiments.Reading;
using FedPG.Experiments.Runs;
using FedPG.Federation;
using FedPG.Federation.Agents;
using FedPG.Federation.Algorithms;
using FedPG.Federation.States;
using FedPG.Tests.Experiments.Runs;
using Xunit;
using static TorchSharp.torch;

namespace FedPG.Tests.Federation;

/// <summary>A metric of an algorithm is one line where it arises, and reaches the report and metrics.csv without another.</summary>
public sealed class RecordedMetricTests
{
    [Fact]
    public void What_agents_and_server_record_is_in_the_report_and_in_appended_columns()
    {
        using var folder = new TemporaryFolder();
        var reports = new List<RoundReport>();
        Run(folder["run"], reports.Add);
        Assert.Null(reports[0].Metrics["train/steps"]);
        Assert.Equal(2, reports[3].Metrics["train/round"]);
        Assert.Equal(3, reports[3].Metrics["train/steps"]);
        Assert.Equal(4, reports[3].Metrics.PerAgent("train/length")!.Count(length => length > 0));
        var csv = new CsvFile(Path.Combine(folder["run"], "metrics.csv"));
        Assert.Equal(["", "0", "1", "2", "3"], csv["train/round"]);
        Assert.Equal(["", "3", "3", "3", "3"], csv["train/steps"]);
    }

    [Fact]
    public void Threads_blocks_and_stops_change_no_bit_of_it()
    {
        using var folder = new TemporaryFolder();
        Run(folder["whole"]);
        Run(folder["blocks"], threads: 2, block: 1);
        Run(folder["stopped"], stop: 2);
        Resume(folder["stopped"]);
        Assert.Equal(RunTesting.Bits(folder["whole"]), RunTesting.Bits(folder["blocks"]));
        Assert.Equal(RunTesting.Bits(folder["whole"]), RunTesting.Bits(folder["stopped"]));
    }

    /// <summary>The columns came after the checkpoint of round 0, so all rows are longer than that checkpoint knows.</summary>
    [Fact]
    public void A_run_goes_on_from_a_checkpoint_that_is_older_than_a_column()
    {
        using var folder = new TemporaryFolder();
        Run(folder["whole"]);
        Run(folder["killed"], stop: 0);
        string metrics = Path.Combine(folder["killed"], "metrics.csv");
        // Read whole before it is written: the rows are those of the file.
        string[] rows = [.. File.ReadLines(metrics).Select((line, k) => line + (k == 0 ? ",train/length,train/round,train/steps" : ",,,"))];
        Assert.Equal(2, rows.Length);
        File.WriteAllLines(metrics, rows);
        Resume(folder["killed"]);
        Assert.Equal(RunTesting.Bits(folder["whole"]), RunTesting.Bits(folder["killed"]));
    }

    private static readonly ExperimentReader Reader = CreateReader();

    private static ExperimentReader CreateReader()
    {
        var catalog = new ExperimentCatalog();
        catalog.Add(AlgorithmDefinition.For<RecordingOptions>("records metrics", (_, _) => new Recording()));
        return new ExperimentReader(catalog);
    }

    private static Experiment Experiment() => Reader.Read(
        JsonDocuments.Parse(System.Text.Encoding.UTF8.GetBytes(RunTesting.Tiny), "tiny"), "tiny", Environment.CurrentDirectory,
        ["federation.algorithm=recording"]);

    private static void Run(string folder, Action<RoundReport>? observe = null, int threads = 1, int? block = null, int? stop = null)
    {
        using var cancel = new CancellationTokenSource();
        var sink = new Sink(report =>
        {
            observe?.Invoke(report);
            if (report.Round == stop) cancel.Cancel();
        });
        using TrainingRun run = TrainingRun.Start(
            Experiment(), RunTesting.Execution(threads, block), folder, new JsonObject { ["fedpg"] = "test" }, sink, TimeProvider.System);
        run.Run(cancel.Token);
    }

    private static void Resume(string folder)
    {
        using TrainingRun? run = TrainingRun.Resume(folder, Reader, _ => RunTesting.Execution(2, 2), Sink.None, TimeProvider.System);
        run!.Run(TestContext.Current.CancellationToken);
    }

    private sealed record RecordingOptions : AlgorithmOptions
    {
        public override string Algorithm => "recording";
    }

    private sealed class Recording : Algorithm<ServerState>
    {
        public override ServerState CreateServer(Tensor theta) => new(theta);

        public override void Round(ServerState server, IAgents<NoState> agents, int t)
        {
            agents.Metrics.Record("train/round", t, MetricKind.Last);
            agents.Mean(Delta, Send, t);
        }

        private static Tensor Send(AgentBlock<NoState> agents, int t)
        {
            double[] lengths = [.. Enumerable.Range(agents.First, agents.Count).Select(agent => Math.Pow(10, agent * 3 % 4) / 3)];
            agents.Metrics.Record("train/steps", 3);
            agents.Record("train/length", tensor(lengths), MetricKind.PerAgent);
            return agents.Theta;
        }
    }
}
