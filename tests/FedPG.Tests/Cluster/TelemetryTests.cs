using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using FedPG.Tests.Cli;
using FedPG.Tests.Cluster.Hosts;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Cluster;

/// <summary>
/// Meters and spans of real processes reach a collector. These begin and end with their commands, as users' do: most tests of clusters use
/// processes that stay.
/// </summary>
[Collection(ClusterGroup.Name)]
public sealed class TelemetryTests
{
    [Fact]
    public void The_process_that_trains_and_its_workers_send_meters_and_spans_to_the_collector_that_the_environment_names()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are for Unix.");
        using var folder = new TemporaryFolder();
        using var cluster = new LocalCluster(folder);
        using var collector = new Collector();
        File.WriteAllText(folder["e.json"], RunTesting.Tiny);
        var environment = new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Address,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        };
        using Fedpg.Started worker = Fedpg.Start(folder.FullPath, environment, ["worker", "--cluster", cluster.Address, "--threads", "1"]);
        Outcome trained = Fedpg.Run(folder.FullPath, environment,
            ["train", "e.json", "--out", "run", "--threads", "1", "--cluster", cluster.Address]);
        Assert.True(trained.ExitCode == 0, trained.Errors);
        worker.Signal(Fedpg.Started.Terminate);
        Assert.Equal(130, worker.Wait().ExitCode);
        foreach ((string path, string service, string[] names) in new (string, string, string[])[]
        {
            ("/v1/metrics", "fedpg-server", ["fedpg.training.rounds", "fedpg.training.objective"]),
            ("/v1/metrics", "fedpg-server", ["fedpg.cluster.sent", "fedpg.cluster.received", "fedpg.cluster.call", "orleans"]),
            ("/v1/traces", "fedpg-server", ["round", "memory", "delta"]),
            ("/v1/metrics", "fedpg-worker", ["fedpg.cluster.computed", "orleans"]),
            ("/v1/traces", "fedpg-worker", ["block"]),
        })
        {
            string[] messages = [.. collector.Received.Where(r => r.Path == path && r.Body.Contains(service, StringComparison.Ordinal))
                .Select(r => r.Body)];
            Assert.NotEmpty(messages);
            foreach (string name in names) Assert.Contains(messages, m => m.Contains(name, StringComparison.Ordinal));
        }
    }

    /// <summary>Takes what is posted to it. Names are plain text in the messages, which is enough to find them.</summary>
    private sealed class Collector : IDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly ConcurrentQueue<(string Path, string Body)> _received = new();

        public Collector()
        {
            Address = $"http://127.0.0.1:{Ports.Free().ToString(CultureInfo.InvariantCulture)}";
            _listener.Prefixes.Add(Address + "/");
            _listener.Start();
            _ = Task.Run(Serve);
        }

        public string Address { get; }

        public IEnumerable<(string Path, string Body)> Received => _received;

        public void Dispose() => _listener.Close();

        private async Task Serve()
        {
            try
            {
                while (true)
                {
                    HttpListenerContext context = await _listener.GetContextAsync();
                    using var body = new MemoryStream();
                    await context.Request.InputStream.CopyToAsync(body);
                    _received.Enqueue((context.Request.Url!.AbsolutePath, Encoding.Latin1.GetString(body.ToArray())));
                    context.Response.Close();
                }
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                // The collector has ended.
            }
        }
    }
}
