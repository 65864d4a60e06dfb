using System.Text.Json.Nodes;
using FedPG.Core.Options;
using FedPG.Experiments.Reading;
using FedPG.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Experiments.Runs;

/// <summary>What a later version wrote is refused by its number, and not read as something else.</summary>
public sealed class FormatVersionTests
{
    [Fact]
    public void Checkpoints_of_another_format_are_refused_by_its_number()
    {
        using var folder = new TemporaryFolder();
        RunTesting.RunUntil(3, RunTesting.Experiment("federation.rounds=5"), folder["run"]);
        foreach (string manifest in Directory.GetFiles(folder["run/checkpoints"], "manifest.json", SearchOption.AllDirectories))
            SetFormat(manifest);
        InvalidInputException refused = Assert.Throws<InvalidInputException>(() => RunTesting.ResumeUntil(null, folder["run"]));
        Assert.All(refused.Errors, error => Assert.Contains("has format 99; this version reads formats ", error.Allowed,
            StringComparison.Ordinal));
    }

    [Fact]
    public void A_policy_of_another_format_is_refused_by_its_number()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment("federation.rounds=1"), folder["run"]);
        SetFormat(folder["run/policy/manifest.json"]);
        InvalidInputException refused = Assert.Throws<InvalidInputException>(
            () => StoredPolicy.Read(folder["run"], ExperimentReader.Default));
        ValidationError error = Assert.Single(refused.Errors);
        Assert.Equal(("format", "99"), (error.KeyPath, error.Value));
        Assert.Contains("this version reads formats ", error.Allowed, StringComparison.Ordinal);
    }

    private static void SetFormat(string manifest)
    {
        JsonObject json = JsonNode.Parse(File.ReadAllText(manifest))!.AsObject();
        json["format"] = 99;
        File.WriteAllText(manifest, json.ToJsonString());
    }
}
