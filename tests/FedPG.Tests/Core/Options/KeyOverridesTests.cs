using System.Text.Json.Nodes;
using FedPG.Core.Options;
using Xunit;

namespace FedPG.Tests.Core.Options;

public sealed class KeyOverridesTests
{
    [Theory]
    [InlineData("a=1", """{"a":1}""")]
    [InlineData("a=1e-3", """{"a":1e-3}""")]
    [InlineData("a=true", """{"a":true}""")]
    [InlineData("a=null", """{"a":null}""")]
    [InlineData("a=\"true\"", """{"a":"true"}""")]
    [InlineData("a=8x8", """{"a":"8x8"}""")]
    [InlineData("a=", """{"a":""}""")]
    [InlineData("a=b=c", """{"a":"b=c"}""")]
    [InlineData("a=[1,[2]]", """{"a":[1,[2]]}""")]
    [InlineData("a={\"b\":1}", """{"a":{"b":1}}""")]
    [InlineData("a.b.c=1", """{"a":{"b":{"c":1}}}""")]
    [InlineData("a=S.#/..G", """{"a":"S.#/..G"}""")]
    public void Values_are_JSON_and_otherwise_strings(string assignment, string expected)
    {
        JsonObject target = [];
        var errors = new ValidationErrors("file");
        KeyOverrides.Parse([assignment], errors).ApplyTo(target, errors);
        Assert.Empty(errors.Items);
        Assert.Equal(expected, target.ToJsonString());
    }

    [Fact]
    public void Values_go_into_what_is_there_and_the_last_wins()
    {
        JsonObject target = JsonNode.Parse("""{"gradient":{"horizon":50,"trajectories":32},"seed":1,"policy":null}""")!.AsObject();
        var errors = new ValidationErrors("file");
        var overrides = KeyOverrides.Parse(["gradient.horizon=20", "policy.kind=linear", "gradient.horizon=30"], errors);
        overrides.ApplyTo(target, errors);
        Assert.Empty(errors.Items);
        Assert.Equal("""{"gradient":{"horizon":30,"trajectories":32},"seed":1,"policy":{"kind":"linear"}}""", target.ToJsonString());
        Assert.Equal(["gradient.horizon", "policy.kind"], overrides.Paths);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("=1")]
    [InlineData("a..b=1")]
    [InlineData(".a=1")]
    [InlineData("a.=1")]
    public void What_is_no_assignment_is_a_fault_of_set(string assignment)
    {
        var errors = new ValidationErrors("file");
        KeyOverrides.Parse([assignment, "good=1"], errors);
        Assert.Equal($"--set: \"{assignment}\"; must be key=value or key.path=value", Assert.Single(errors.Items).ToString());
    }

    [Fact]
    public void A_path_through_something_that_is_no_object_is_a_fault()
    {
        JsonObject target = JsonNode.Parse("""{"seed":1}""")!.AsObject();
        var errors = new ValidationErrors("file");
        KeyOverrides.Parse(["seed.x=2"], errors).ApplyTo(target, errors);
        Assert.Equal("--set: seed.x: 2; \"seed\" is not an object, so nothing inside it can be set",
            Assert.Single(errors.Items).ToString());
        Assert.Equal("""{"seed":1}""", target.ToJsonString());
    }

    [Theory]
    [InlineData("a.b", true)]
    [InlineData("a.b.c", true)]
    [InlineData("a.b[2]", true)]
    [InlineData("a.bc", false)]
    [InlineData("a", false)]
    public void A_fault_with_an_overridden_key_says_so(string keyPath, bool overridden)
    {
        var errors = new ValidationErrors("file", ["a.b"]);
        errors.Add(keyPath, null, "wrong");
        Assert.Equal(overridden ? "--set" : "file", errors.Items[0].Source);
    }
}
