using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Envs.Python;

/// <summary>Spaces of Python environments, and the numbers that go to and fro.</summary>
public sealed class PythonSpaceTests
{
    [Theory]
    [InlineData("discrete", "Discrete(5)", new double[] { 2 })]
    [InlineData("box", "Box([-1, 0], [Infinity, 2])", new double[] { 3.5, 1 })]
    [InlineData("image", "Box(0, 255, [2, 3, 2])", new double[] { 7, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 })]
    [InlineData("scalar", "Box([0], [9])", new double[] { 7 })]
    [InlineData("multi-discrete", "MultiDiscrete([3, 4])", new double[] { 1, 3 })]
    [InlineData("multi-binary", "Box([0, 0, 0], [1, 1, 1])", new double[] { 1, 1, 0 })]
    [InlineData("dict", "Box([0, 0, 0, 0, ..., 0 (11 in all)], [1, 1, 1, 1, ..., 1 (11 in all)])",
        new double[] { 0, 1, 0, 1, 0, 0, 1, 0, 0, 1, 0.25 })]
    public void Observations_come_as_Gymnasium_flattens_them(string kind, string space, double[] expected)
    {
        EpisodicEnvironment environment = PythonTesting.Create("small_gym:Shapes", $$"""{ "observe": "{{kind}}" }""");
        Assert.Equal(kind == "dict" ? expected.Length : 0, kind == "dict" ? environment.ObservationSpace.Size : 0);
        if (kind != "dict") Assert.Equal(space, environment.ObservationSpace.ToString());
        double[] seen = new double[environment.ObservationSpace.Size];
        environment.Create(0).Reset(7, seen);
        Assert.Equal(expected, seen);
        Assert.True(environment.ObservationSpace.Contains(seen));
    }

    [Fact]
    public void A_large_observation_comes_whole()
    {
        EpisodicEnvironment environment = PythonTesting.Create("small_gym:Shapes", """{ "observe": "large" }""");
        double[] seen = new double[192];
        environment.Create(0).Reset(100, seen);
        Assert.Equal([.. Enumerable.Range(0, 192).Select(k => 100.0 + (k / 24))], seen);
    }

    [Theory]
    [InlineData("discrete", "Discrete(4)", new double[] { 3 }, "2")]
    [InlineData("box", "Box([-1, -2], [1, 2])", new double[] { 0.5, -2 }, "[0.5, -2.0]")]
    [InlineData("whole-box", "Box(-3, 3, [2, 1])", new double[] { 0.6, -2.4 }, "[[1], [-2]]")]
    [InlineData("multi-discrete", "MultiDiscrete([2, 3])", new double[] { 1, 2 }, "[6, 2]")]
    [InlineData("multi-binary", "MultiDiscrete([2, 2])", new double[] { 0, 1 }, "[0, 1]")]
    [InlineData("dict", "Box([-1, -1, 0], [1, 1, 1])", new double[] { 0.5, -0.5, 0.25 }, "{'a': [0.5, -0.5], 'b': [0.25]}")]
    [InlineData("tuple", "MultiDiscrete([3, 2])", new double[] { 2, 1 }, "(3, [1])")]
    public void Actions_go_as_the_environment_expects_them(string kind, string space, double[] action, string expected)
    {
        using var folder = new TemporaryFolder();
        EpisodicEnvironment environment = PythonTesting.Create("small_gym:Shapes",
            $$"""{ "act": "{{kind}}", "log": "{{folder["log"]}}" }""");
        Assert.Equal(space, environment.ActionSpace.ToString());
        IEnvironment lane = environment.Create(0);
        double[] seen = new double[2];
        lane.Reset(1, seen);
        Assert.Equal(new StepResult(1, false), lane.Step(action, seen));
        Assert.Equal(expected, File.ReadAllText(folder["log"]).Trim());
    }

    [Fact]
    public void Actions_of_two_kinds_and_other_spaces_are_refused()
    {
        Assert.Contains("its actions mix real and whole numbers", PythonTesting.ErrorOf("small_gym:Shapes", """{ "act": "mixed" }"""),
            StringComparison.Ordinal);
        Assert.Contains("the space Graph cannot be used", PythonTesting.ErrorOf("small_gym:Shapes", """{ "observe": "graph" }"""),
            StringComparison.Ordinal);
    }
}
