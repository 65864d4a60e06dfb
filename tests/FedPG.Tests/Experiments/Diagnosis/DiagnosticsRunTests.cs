using System.Text.Json;
using FedPG.Experiments;
using FedPG.Experiments.Diagnosis;
using FedPG.Federation.Setup;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Experiments.Diagnosis;

/// <summary>diagnostics.csv and the certificate as parts of a run.</summary>
public sealed class DiagnosticsRunTests
{
    private const string Entropy = """gradient.entropy={"from":0.3,"to":0.1,"until":4}""";

    [Fact]
    public void A_diagnosed_run_trains_to_the_same_bits_and_writes_a_row_every_few_rounds_and_at_the_end()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment(Entropy, "federation.rounds=7"), folder["plain"]);
        RunTesting.Run(RunTesting.Experiment(Entropy, "federation.rounds=7", "diagnoseEvery=3"), folder["diagnosed"]);
        Assert.Equal(RunTesting.Bits(folder["plain"]), RunTesting.Bits(folder["diagnosed"]));
        Assert.False(File.Exists(folder["plain/diagnostics.csv"]));
        var table = new CsvFile(folder["diagnosed/diagnostics.csv"]);
        Assert.Equal([0.0, 3, 6, 7], table.Numbers("round"));
        foreach (string column in (string[])["smoothness", "mean_smoothness", "trace_sigma", "trace_sigma_se", "truncation",
            "mu", "weak_mu"])
            Assert.All(table.Numbers(column), x => Assert.True(x > 0, column));
        // The Hessian of a mean is at most the largest of its parts'.
        Assert.All(table.Numbers("smoothness").Zip(table.Numbers("mean_smoothness")), x => Assert.True(x.Second <= 1.01 * x.First));
    }

    [Theory]
    [InlineData("policy.kind=tabular-softmax")]
    [InlineData(RunTesting.Neural)]
    public void A_stopped_run_goes_on_to_the_same_diagnostics(string policy)
    {
        using var folder = new TemporaryFolder();
        Experiment experiment = RunTesting.Experiment(Entropy, policy, "federation.rounds=6", "diagnoseEvery=2", "checkpointEvery=4");
        RunTesting.Run(experiment, folder["whole"]);
        RunTesting.RunUntil(3, experiment, folder["parts"]);
        Assert.Equal(JsonValueKind.Null, RunTesting.Json(folder["parts/summary.json"]).GetProperty("certificate").ValueKind);
        RunTesting.ResumeUntil(null, folder["parts"], threads: 2);
        Assert.Equal(RunTesting.Bits(folder["whole"]), RunTesting.Bits(folder["parts"]));
        Assert.Equal(File.ReadAllText(folder["whole/diagnostics.csv"]), File.ReadAllText(folder["parts/diagnostics.csv"]));
        Assert.Equal(
            RunTesting.Json(folder["whole/summary.json"]).GetProperty("certificate").GetRawText(),
            RunTesting.Json(folder["parts/summary.json"]).GetProperty("certificate").GetRawText());
    }

    [Fact]
    public void Exact_gradients_have_neither_noise_nor_truncation()
    {
        RoundDiagnostics diagnostics = Diagnose("gradient.estimator=exact", "gradient.entropy=0.2");
        Assert.Equal((0.0, 0.0), (diagnostics.Noise.Trace, diagnostics.Truncation));
        Assert.True(diagnostics.Mu > 0);
    }

    [Fact]
    public void With_kernels_of_their_own_there_is_no_gap_and_so_no_domination()
    {
        RoundDiagnostics diagnostics = Diagnose("environment.options.kernels=own");
        Assert.Null(diagnostics.Mu);
        Assert.True(diagnostics.Smoothness > 0 && diagnostics.Truncation > 0);
        Certificate certificate = Certifier.Of(RunTesting.Experiment("environment.options.kernels=own"), new double[15], 1)!;
        Assert.Equal((null, null), (certificate.Gap, certificate.Remainder));
        Assert.NotNull(certificate.NoiseFloor);
    }

    [Fact]
    public void Linear_quadratic_problems_are_diagnosed_and_certified_too()
    {
        string[] problem =
        [
            """environment={"id":"LinearQuadratic-v0","agents":2}""", """policy={"kind":"linear"}""", "objective=reward", "dtype=float64",
            "gradient.estimator=exact", "federation.localStepSize=0.0001", "diagnoseEvery=2", "checkpointEvery=0",
        ];
        using var folder = new TemporaryFolder();
        Certificate certificate = RunTesting.Run(RunTesting.Experiment(problem), folder["run"]).Certificate!;
        Assert.Equal((0.0, 0.0, 0.0), (certificate.HeterogeneityBias, certificate.TruncationBias, certificate.NoiseFloor));
        Assert.Equal(certificate.Gap, certificate.Remainder);
        Assert.All(new CsvFile(folder["run/diagnostics.csv"]).Numbers("mu"), mu => Assert.True(mu > 0));
    }

    private static RoundDiagnostics Diagnose(params string[] assignments)
    {
        using var diagnoser = new Diagnoser(RunTesting.Experiment(assignments));
        return diagnoser.Diagnose(new double[15], 0);
    }
}
