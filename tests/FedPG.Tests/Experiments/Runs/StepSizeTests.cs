using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core.Options;
using FedPG.Experiments;
using FedPG.Experiments.Reading;
using Xunit;

namespace FedPG.Tests.Experiments.Runs;

public sealed class StepSizeTests
{
    private const string Cosine = """federation.localStepSize={"schedule":"cosine","from":0.5,"to":0.1,"until":6}""";
    private const string Inverse = """federation.localStepSize={"schedule":"1/t","from":0.5,"delay":2.5}""";

    [Fact]
    public void A_constant_object_gives_the_bits_of_the_number()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment("federation.localStepSize=0.3"), folder["number"]);
        RunTesting.Run(RunTesting.Experiment("""federation.localStepSize={"value":0.3}"""), folder["object"]);
        Assert.Equal(RunTesting.Bits(folder["number"]), RunTesting.Bits(folder["object"]));
    }

    [Fact]
    public void The_theorems_schedules_are_their_formulas()
    {
        // N = 4, H = 3, T = 4.
        double theorem2 = 4 * Math.Log(48) / (0.3 * 3 * 4), theorem3 = 4 / 3.0 * Math.Sqrt(12 / 4.0);
        Assert.Equal(theorem2, EtaOf("""{"schedule":"theorem-2","mu":0.3}""", 0), 1e-12);
        Assert.Equal(theorem2 / 8, EtaOf("""{"schedule":"theorem-2","mu":0.3,"factor":0.125}""", 3), 1e-12);
        Assert.Equal(theorem3, EtaOf("""{"schedule":"theorem-3"}""", 0), 1e-12);
        Assert.Equal(theorem3 * 2, EtaOf("""{"schedule":"theorem-3","factor":2}""", 3), 1e-12);
    }

    [Fact]
    public void The_falling_schedules_pass_through_their_named_points()
    {
        const string inverse = """{"schedule":"1/t","from":0.5,"delay":10}""",
            cosine = """{"schedule":"cosine","from":0.5,"to":0.1,"until":8}""";
        Assert.Equal((0.5, 0.25), (EtaOf(inverse, 0), EtaOf(inverse, 10)));
        Assert.Equal(0.5, EtaOf(cosine, 0));
        Assert.Equal(0.3, EtaOf(cosine, 4), 1e-12);
        Assert.Equal((0.1, 0.1), (EtaOf(cosine, 8), EtaOf(cosine, 1000)));
        double[] etas = [.. Enumerable.Range(0, 9).Select(t => EtaOf(cosine, t))];
        Assert.Equal(etas.OrderDescending(), etas);
        // Without "until" the cosine takes the whole run.
        Assert.Equal(0, EtaOf("""{"schedule":"cosine"}""", 4));
    }

    [Theory]
    [InlineData("0.25")]
    [InlineData("""{"schedule":"constant","value":0.25}""")]
    [InlineData("""{"schedule":"theorem-2","mu":0.3}""")]
    [InlineData("""{"schedule":"theorem-3","factor":0.5}""")]
    [InlineData("""{"schedule":"1/t","from":0.5}""")]
    [InlineData("""{"schedule":"cosine","from":0.5,"until":7}""")]
    public void The_resolved_schedule_reads_back_to_itself(string schedule)
    {
        JsonObject resolved = RunTesting.Experiment($"federation.localStepSize={schedule}").Resolved;
        Experiment again = ExperimentReader.Default.Read(JsonSerializer.SerializeToElement(resolved), "again.json", "/", []);
        Assert.Equal(resolved.ToJsonString(), again.Resolved.ToJsonString());
        Assert.Equal(schedule[0] == '{', resolved["federation"]!["localStepSize"] is JsonObject);
        Assert.Equal(EtaOf(schedule, 2), again.Federation.LocalStepSize.At(2));
    }

    [Theory]
    [InlineData("fast-fedpg", Cosine)]
    [InlineData("fedavg", Inverse)]
    [InlineData("centralized", Cosine)]
    public void A_run_with_a_schedule_is_resumed_to_the_same_bits_and_differs_from_a_constant(string algorithm, string schedule)
    {
        using var folder = new TemporaryFolder();
        Experiment experiment = RunTesting.Experiment($"federation.algorithm={algorithm}", schedule, "federation.rounds=7");
        RunTesting.Run(experiment, folder["whole"]);
        RunTesting.RunUntil(3, experiment, folder["parts"]);
        RunTesting.ResumeUntil(null, folder["parts"], threads: 2);
        Assert.Equal(RunTesting.Bits(folder["whole"]), RunTesting.Bits(folder["parts"]));
        RunTesting.Run(RunTesting.Experiment($"federation.algorithm={algorithm}", "federation.localStepSize=0.5", "federation.rounds=7"),
            folder["constant"]);
        Assert.NotEqual(RunTesting.Bits(folder["whole"]), RunTesting.Bits(folder["constant"]));
    }

    [Theory]
    [InlineData("true", "--set: federation.localStepSize: true; must be a number greater than 0, or { \"schedule\": \"constant\" | ")]
    [InlineData("""{"value":0}""", "--set: federation.localStepSize.value: 0; must be a number greater than 0")]
    [InlineData("""{"schedule":"theorem-4"}""", "--set: federation.localStepSize.schedule: \"theorem-4\"; must be ",
        "(nearest: \"theorem-")]
    [InlineData("""{"schedule":"theorem-2"}""",
        "federation.localStepSize.mu: is needed by the schedule \"theorem-2\": a number greater than 0")]
    [InlineData("""{"schedule":"theorem-2","mu":-1}""", "--set: federation.localStepSize.mu: -1; must be a number greater than 0")]
    [InlineData("""{"schedule":"theorem-2","mu":1e-320}""", "gives eta = Infinity here; it must be a number greater than 0")]
    [InlineData("""{"schedule":"theorem-3","mu":1}""", "--set: federation.localStepSize.mu: unknown key; the nearest key is ")]
    [InlineData("""{"schedule":"theorem-3","factor":0}""", "--set: federation.localStepSize.factor: 0; must be a number greater than 0")]
    [InlineData("""{"schedule":"1/t","delay":0}""", "--set: federation.localStepSize.delay: 0; must be a number greater than 0")]
    [InlineData("""{"schedule":"1/t","dealy":3}""", "--set: federation.localStepSize.dealy: unknown key; the nearest key is \"delay\"")]
    [InlineData("""{"schedule":"cosine","to":-1}""", "--set: federation.localStepSize.to: -1; must be a number of at least 0")]
    [InlineData("""{"schedule":"cosine","until":0}""", "--set: federation.localStepSize.until: 0; must be a whole number from 1 to ")]
    public void A_fault_names_the_nested_key(string schedule, params string[] expected)
    {
        InvalidInputException e = Assert.Throws<InvalidInputException>(() => RunTesting.Experiment($"federation.localStepSize={schedule}"));
        string fault = Assert.Single(e.Errors).ToString();
        Assert.All(expected, part => Assert.Contains(part, fault, StringComparison.Ordinal));
    }

    private static double EtaOf(string schedule, int round) =>
        RunTesting.Experiment($"federation.localStepSize={schedule}").Federation.LocalStepSize.At(round);
}
