// QAvg and PAvg on agents whose dynamics differ: how fast, how good, and how good where nobody trained.
//     dotnet run experiments/environment-heterogeneity/measure.cs
// writes docs/data/environment-heterogeneity.csv, a row a run, and prints the tables of docs/algorithms/qavg.md and pavg.md.
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
using FedPG.Federation.Families;
using FedPG.Federation.Threads;
using FedPG.Policies;
using TorchSharp;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
torch.set_num_threads(1);
const int trained = 5, held = 20, draws = 20;
int[] localSteps = [1, 2, 4, 8, 16, 32];
string folder = ThisFolder();
(string Name, string[] Settings)[] methods =
[
    ("qavg", ["federation.algorithm=qavg", "federation.localStepSize=VALUES"]),
    ("pavg softmax", ["federation.algorithm=pavg", "policy.kind=tabular-softmax", "federation.localStepSize=STEP"]),
    ("pavg projected", ["federation.algorithm=pavg", "policy.kind=tabular-direct", "federation.localStepSize=STEP"]),
];
using var pool = new WorkerPool(1);
using var csv = new StreamWriter(Path.Combine(folder, "..", "..", "docs", "data", "environment-heterogeneity.csv")) { NewLine = "\n" };
csv.WriteLine(
    "environment,draw,method,local_steps,rounds_to_1_percent,train_return,test_return,alone_train_return,"
        + "alone_test_return,best_train_return,best_test_return");
foreach ((string file, string seedKey, string valueStep, string policyStep) in new[]
{
    ("random", "environment.options.instance", "0.5", "0.1"), ("random-sparse", "environment.options.instance", "0.1", "0.1"),
    ("windy-cliff", "environment.options.agentSeed", "0.5", "0.01"),
})
{
    var rows =
        new List<(string Method, int E, double Rounds, double Train, double Test, double AloneTrain, double AloneTest, double BestTrain,
            double BestTest)>();
    for (int draw = 0; draw < draws; draw++)
    {
        foreach ((string method, string[] settings) in methods)
        {
            string[] common =
            [
                $"{seedKey}={draw}",
                .. settings.Select(s => s.Replace("STEP", policyStep, StringComparison.Ordinal)
                    .Replace("VALUES", valueStep, StringComparison.Ordinal)),
                // As in the authors' code, values start uniform on (0, 1): from 0, the first greedy policy is that of the rewards, and
                // often as good as the last.
                .. file == "random-sparse" && method == "qavg"
                    ? [$"policy.initial=[{string.Join(',', Start(draw, 25))}]"]
                    : Array.Empty<string>(),
            ];
            // Each agent alone, with the same method; then its policy in all the environments.
            double[] alone = Mean([.. Enumerable.Range(0, trained).Select(i =>
            {
                Experiment one = Read(file, [.. common, "environment.agents=1", $"environment.options.firstAgent={i}",
                    "federation.localSteps=32", "federation.rounds=100"]);
                return Returns(Train(one).Theta, file, common);
            })]);
            foreach (int e in localSteps)
            {
                Experiment experiment = Read(file,
                    [.. common, $"federation.localSteps={e}", $"federation.rounds={Math.Max(300, 2000 / e)}"]);
                (double[] theta, double[] curve) = Train(experiment);
                double[] both = Returns(theta, file, common), best = Best(file, common);
                // Rounds until the objective stays within 1 % of the way from its start to its end.
                double band = 0.01 * Math.Abs(curve[0] - curve[^1]);
                int rounds = curve.Length - curve.Reverse().TakeWhile(j => Math.Abs(j - curve[^1]) <= band).Count();
                rows.Add((method, e, rounds, both[0], both[1], alone[0], alone[1], best[0], best[1]));
                csv.WriteLine(
                    $"{file},{draw},{method},{e},{rounds},{both[0]:R},{both[1]:R},{alone[0]:R},{alone[1]:R},{best[0]:R},{best[1]:R}");
            }
        }
        csv.Flush();
    }
    Console.WriteLine($"\n{file}: means over {draws} draws of {trained} + {held} environments, with 95 % intervals\n");
    Console.WriteLine(
        "| method | E | rounds to within 1 % | return, trained | return, held out | held out, minus that of agents alone "
            + "|\n|---|---|---|---|---|---|");
    foreach (var group in rows.GroupBy(r => (r.Method, r.E)))
    {
        double[] gain = [.. group.Select(r => r.Test - r.AloneTest)];
        double[] settled = [.. group.Select(r => r.Rounds)];
        Console.WriteLine(
            $"| {group.Key.Method} | {group.Key.E} | {settled.Average():F1} +- {HalfWidth(settled):F1} | "
                + $"{group.Average(r => r.Train):F3} | {group.Average(r => r.Test):F3} | {gain.Average():F3} +- {HalfWidth(gain):F3} |");
    }
    Console.WriteLine(
        $"| each agent alone (qavg) | | | {rows.Where(r => r.Method == "qavg").Average(r => r.AloneTrain):F3} | "
            + $"{rows.Where(r => r.Method == "qavg").Average(r => r.AloneTest):F3} | |");
    Console.WriteLine(
        $"| each environment's own optimum | | | {rows.Average(r => r.BestTrain):F3} | {rows.Average(r => r.BestTest):F3} | |");
}

Experiment Read(string file, string[] settings) => ExperimentReader.Default.ReadFile(Path.Combine(folder, file + ".json"), settings);

static (double[] Theta, double[] Curve) Train(Experiment experiment)
{
    using var federation = new TrainingLoop(experiment, new ExecutionOptions(1, torch.CPU), TimeProvider.System);
    var sink = new Objectives();
    federation.Run(sink, null, CancellationToken.None);
    return (federation.Parameters(), [.. sink.Values]);
}

// The returns of parameters, the mean over the trained environments and over those held out.
double[] Returns(double[] theta, string file, string[] settings) =>
    [-Evaluated(theta, file, settings, 0, trained), -Evaluated(theta, file, settings, trained, held)];

double Evaluated(double[] theta, string file, string[] settings, int first, int agents)
{
    Experiment experiment = Read(file, [.. settings, $"environment.agents={agents}", $"environment.options.firstAgent={first}"]);
    using Evaluator evaluator = ProblemFamily.Of(experiment.Environment)
        .CreateEvaluator(experiment, experiment.CreatePolicy(TensorFormat.Float64), pool);
    using torch.Tensor row = torch.tensor(theta);
    return evaluator.Evaluate(row, null).Objective;
}

double[] Best(string file, string[] settings) => [.. new[] { (0, trained), (trained, held) }.Select(part =>
{
    Experiment experiment = Read(file, [.. settings, $"environment.agents={part.Item2}", $"environment.options.firstAgent={part.Item1}"]);
    using Evaluator evaluator = ProblemFamily.Of(experiment.Environment)
        .CreateEvaluator(experiment, experiment.CreatePolicy(TensorFormat.Float64), pool);
    return -evaluator.AgentOptima!.Average();
})];

static double[] Start(int draw, int numbers)
{
    var random = new Random(draw);
    return [.. Enumerable.Range(0, numbers).Select(_ => random.NextDouble())];
}

static double[] Mean(double[][] vectors) => [.. Enumerable.Range(0, vectors[0].Length).Select(k => vectors.Average(v => v[k]))];

// Of a mean, by the normal distribution.
static double HalfWidth(double[] values)
{
    double mean = values.Average();
    return 1.96 * Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / values.Length / (values.Length - 1));
}

static string ThisFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;

internal sealed class Objectives : IRoundSink
{
    public List<double> Values { get; } = [];

    public void Report(RoundReport report) => Values.Add(report.Evaluation!.Objective);
}
