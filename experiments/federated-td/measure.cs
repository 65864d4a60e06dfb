// The noise floor of federated TD(0) against the number of agents, and what heterogeneity leaves.
//     dotnet run -c Release experiments/federated-td/measure.cs
// writes docs/data/federated-td.csv, a row a run, and prints the tables of docs/algorithms/fedtd.md.
#:project ../../src/Experiments/FedPG.Experiments.csproj
#:property UsesTorchNatives=true
#:property PublishAot=false

using System.Globalization;
using System.Runtime.CompilerServices;
using FedPG.Experiments;
using FedPG.Experiments.Reading;
using FedPG.Federation;
using FedPG.Federation.Evaluation;
using FedPG.Federation.Execution;
using TorchSharp;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
torch.set_num_threads(1);
const int seeds = 10;
const double burnIn = 0.25;
string folder = ThisFolder();
int[] agents = [1, 2, 5, 10, 20, 40];
double[] degrees = [0, 0.05, 0.1, 0.2, 0.5, 1];
using var csv = new StreamWriter(Path.Combine(folder, "..", "..", "docs", "data", "federated-td.csv")) { NewLine = "\n" };
csv.WriteLine("part,agents,heterogeneity,seed,gap,objective");

Console.WriteLine("| eta | N | floor of the gap | N times floor, over that of N = 1 |\n|---|---|---|---|");
foreach ((double eta, int[] counts, int rounds) in new[] { (0.1, agents, 4_000), (0.02, [1, 5, 20, 40], 12_000) })
{
    string[] settings = [$"federation.localStepSize={eta}", $"federation.rounds={rounds}"];
    double[][] floors = [.. counts.Select(n => Floors($"speedup-{eta}", n, 0, settings).Gaps)];
    for (int k = 0; k < counts.Length; k++)
    {
        double[] scaled = [.. floors[k].Select(f => counts[k] * f / floors[0].Average())];
        Console.WriteLine(
            $"| {eta} | {counts[k]} | {floors[k].Average():E3} +- {HalfWidth(floors[k]):E1} | {scaled.Average():F3} +- "
                + $"{HalfWidth(scaled):F3} |");
    }
    double[] slopes = [.. Enumerable.Range(0, seeds)
        .Select(s => Slope([.. counts.Select(n => Math.Log(n))], [.. floors.Select(f => Math.Log(f[s]))]))];
    Console.WriteLine($"\nslope of log floor in log N at eta = {eta}: {slopes.Average():F3} +- {HalfWidth(slopes):F3}\n");
}

Console.WriteLine(
    "| heterogeneity | error to the agents' own fixed points, N = 20 | its least for one theta | gap, along chains | gap, without noise "
        + "|\n|---|---|---|---|---|");
foreach (double degree in degrees)
{
    (double[] gaps, double[] objectives) = Floors("heterogeneity", 20, degree, "environment.options.rewards=own");
    EvaluationResult limit = Run("gradient.estimator=exact", "environment.options.rewards=own", "environment.agents=20",
        $"environment.options.heterogeneity={degree}", "federation.rounds=20000", "evaluateEvery=20000")[^1];
    csv.WriteLine($"without-noise,20,{degree:R},,{limit.Gap:R},{limit.Objective:R}");
    Console.WriteLine(
        $"| {degree} | {objectives.Average():E3} +- {HalfWidth(objectives):E1} | {limit.Objective - limit.Gap:E3} | {gaps.Average():E3} "
            + $"+- {HalfWidth(gaps):E1} | {limit.Gap:E3} |");
}

// Means over the rounds after the burn-in, [seeds].
(double[] Gaps, double[] Objectives) Floors(string part, int n, double degree, params string[] settings)
{
    (double[] gaps, double[] objectives) = (new double[seeds], new double[seeds]);
    for (int seed = 0; seed < seeds; seed++)
    {
        IReadOnlyList<EvaluationResult> all = Run([$"seed={seed + 1}", $"environment.agents={n}",
            $"environment.options.heterogeneity={degree}", .. settings]);
        EvaluationResult[] late = [.. all.Skip((int)(burnIn * all.Count))];
        (gaps[seed], objectives[seed]) = (late.Average(e => e.Gap!.Value), late.Average(e => e.Objective));
        csv.WriteLine($"{part},{n},{degree:R},{seed + 1},{gaps[seed]:R},{objectives[seed]:R}");
    }
    return (gaps, objectives);
}

IReadOnlyList<EvaluationResult> Run(params string[] settings)
{
    using var federation = new TrainingLoop(ExperimentReader.Default.ReadFile(Path.Combine(folder, "chain.json"), settings),
        new ExecutionOptions(1, torch.CPU), TimeProvider.System);
    var sink = new Evaluations();
    federation.Run(sink, null, CancellationToken.None);
    return sink.Values;
}

// 95 % of a mean over ten seeds, by Student's t.
static double HalfWidth(double[] values)
{
    const double student = 2.262;
    double mean = values.Average();
    return student * Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / values.Length / (values.Length - 1));
}

static double Slope(double[] x, double[] y)
{
    (double mx, double my) = (x.Average(), y.Average());
    return x.Zip(y, (a, b) => (a - mx) * (b - my)).Sum() / x.Sum(a => (a - mx) * (a - mx));
}

static string ThisFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;

internal sealed class Evaluations : IRoundSink
{
    public List<EvaluationResult> Values { get; } = [];

    public void Report(RoundReport report)
    {
        if (report.Evaluation is { } evaluation) Values.Add(evaluation);
    }
}
