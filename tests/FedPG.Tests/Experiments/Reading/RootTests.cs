using System.Text;
using FedPG.Core.Options;
using FedPG.Experiments.Reading;
using Xunit;

namespace FedPG.Tests.Experiments.Reading;

/// <summary>The root of an experiment is an object; nothing else is read, and no override is dropped.</summary>
public sealed class RootTests
{
    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("3")]
    [InlineData("\"fast-fedpg\"")]
    [InlineData("true")]
    public void A_root_that_is_no_object_is_refused(string text)
    {
        var root = JsonDocuments.Parse(Encoding.UTF8.GetBytes(text), "x.json");
        foreach (string[] assignments in (string[][])[[], ["seed=7", "federation.nosuchkey=1"]])
        {
            var e = Assert.Throws<InvalidInputException>(() => ExperimentReader.Default.Read(root, "x.json", ".", assignments));
            Assert.Equal($"x.json: {text}; must be an object {{ ... }}", Assert.Single(e.Errors).ToString());
            Assert.Throws<InvalidInputException>(() => ExperimentReader.Default.LoadPlugins(root, "x.json", ".", assignments));
        }
    }

    [Fact]
    public void Overrides_of_a_section_that_is_null_are_kept()
    {
        var root = JsonDocuments.Parse("""{ "federation": null }"""u8.ToArray(), "x.json");
        Assert.Equal(2, ExperimentReader.Default.Read(root, "x.json", ".", ["federation.rounds=2"]).Federation.Rounds);
        var e = Assert.Throws<InvalidInputException>(() => ExperimentReader.Default.Read(root, "x.json", ".", ["federation.nosuchkey=1"]));
        Assert.Equal("federation.nosuchkey", Assert.Single(e.Errors).KeyPath);
    }
}
