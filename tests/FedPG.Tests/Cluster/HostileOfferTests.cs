using System.Text;
using System.Text.Json.Nodes;
using FedPG.Cluster.Server;
using FedPG.Cluster.Wire;
using FedPG.Cluster.Worker;
using FedPG.Tests.Experiments.Plugins;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Cluster;

/// <summary>What a server may not do to a worker by the experiment that it offers: run code there, or read its files.</summary>
public sealed class HostileOfferTests
{
    private static readonly Software Same = new("1", "1", []);

    [Fact]
    public void A_plugin_that_the_server_names_is_not_loaded()
    {
        string refusal = RefusalOf(document => document["plugins"] = new JsonArray(SamplePlugin.File));
        Assert.Contains("a worker loads none but those of its own command line", refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plugins")]
    [InlineData("environment.options.map")]
    public void A_file_is_taken_for_nothing_but_an_mdp(string key) =>
        Assert.Contains($"\"{key}\"", RefusalOf(_ => { }, new OfferedFile(key, "x.dll", [1])), StringComparison.Ordinal);

    [Theory]
    [InlineData("""{ "mdp": "/etc/hostname" }""")]
    [InlineData("""{ "id": "GridWorld-v0", "options": { "map": "/etc/hostname.txt" } }""")]
    public void A_file_of_the_worker_is_not_read(string environment) =>
        Assert.Contains("names a file of this machine", RefusalOf(document => document["environment"] = JsonNode.Parse(environment)),
            StringComparison.Ordinal);

    /// <summary>What is said to an offer that is otherwise in order, its hash included.</summary>
    private static string RefusalOf(Action<JsonObject> change, params OfferedFile[] files)
    {
        SessionOffer offer = ExperimentOffer.Of(RunTesting.Experiment(), Same);
        JsonObject document = JsonNode.Parse(offer.Experiment)!.AsObject();
        change(document);
        byte[] changed = Encoding.UTF8.GetBytes(document.ToJsonString());
        return Assert.Throws<RefusedException>(() =>
            WorkerSession.Open(offer with { Experiment = changed, Hash = ResolvedExperiment.HashOf(changed), Files = files },
                Same)).Message;
    }
}
