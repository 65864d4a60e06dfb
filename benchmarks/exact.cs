// Measures what the exact layer costs on large MDPs, for the table of docs/exact-layer.md: a row for the
// case that is named, least and most over three discounts.
//     dotnet run -c Release benchmarks/exact.cs -- grid-50 | grid-100 | random-2500 | random-10000 | dense-2500
#:project ../src/Policies/FedPG.Policies.csproj
#:property PublishAot=false
#:property UsesTorchNatives=true

using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using FedPG.Experiments;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Exact;
using FedPG.Envs.Tabular.Exact.Sparse;
using FedPG.Policies;
using FedPG.Policies.Tabular;
using FedPG.Policies.Tabular.Exact;

const int agents = 2;
double[] discounts = [0.95, 0.99, 0.999];
(string Id, string Options)? found = args.FirstOrDefault() switch
{
    "grid-50" => ("GridWorld-v0", "\"width\": 50, \"height\": 50, \"slip\": 0.1"),
    "grid-100" => ("GridWorld-v0", "\"width\": 100, \"height\": 100, \"slip\": 0.1"),
    "random-2500" => ("RandomMdp-v0", "\"states\": 2500, \"branching\": 5"),
    "random-10000" => ("RandomMdp-v0", "\"states\": 10000, \"branching\": 5"),
    "dense-2500" => ("RandomMdp-v0", "\"states\": 2500"),
    _ => null,
};
if (found is not { } problem)
{
    Console.Error.WriteLine("name a case: grid-50, grid-100, random-2500, random-10000 or dense-2500");
    return 2;
}

TorchSharp.torch.set_num_threads(1);
List<double> construction = [], gradients = [], products = [], optima = [], softOptima = [];
LinearSolver solver = default;
foreach (double discount in discounts)
{
    FiniteMdp mdp = Mdp(problem.Id, string.Create(CultureInfo.InvariantCulture, $"{{ {problem.Options}, \"discount\": {discount} }}"));
    FederatedObjective objective = null!;
    construction.Add(
        Seconds(() =>
            objective = new FederatedObjective(mdp, Objective.Regret,
                new TabularSoftmax(mdp.States, mdp.Actions, TensorFormat.Float64), 0.05)));
    double[] theta = new double[objective.Dimension], result = new double[theta.Length], direction = new double[theta.Length];
    Array.Fill(direction, 1 / Math.Sqrt(direction.Length));
    int step = 0;
    (double gradient, double product) = (double.MaxValue, double.MaxValue);
    for (int repeat = 0; repeat < 5; repeat++)
    {
        // Other parameters each time, so that nothing of the last solution is of use.
        for (int k = 0; k < theta.Length; k++) theta[k] = Math.Sin(++step);
        gradient = Math.Min(gradient, Seconds(() => objective.Gradient(theta, result)));
        product = Math.Min(product, Seconds(() => objective.HessianVector(theta, direction, result)));
    }
    gradients.Add(gradient);
    products.Add(product);
    objective.Dispose();
    FiniteMdpSolver average = FiniteMdpSolver.OfAverage(mdp, Objective.Regret);
    solver = average.Solver;
    optima.Add(Seconds(() => average.Optimum()));
    softOptima.Add(Seconds(() => average.Optimum(0.05)));
}
Console.WriteLine(
    $"| {args[0]} | {solver.ToString().ToLowerInvariant()} | {Range(construction)} | {Range(gradients)} | {Range(products)} | "
        + $"{Range(optima)} | {Range(softOptima)} | {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MiB |");
return 0;

static FiniteMdp Mdp(string id, string options)
{
    var errors = new ValidationErrors(id);
    ConfiguredEnvironment? configured = ExperimentCatalog.Default.Environments.Configure(id, agents,
        JsonDocument.Parse(options).RootElement,
        EnvironmentKeys.CommandLine, errors);
    errors.ThrowIfAny();
    return (FiniteMdp)configured!.Build();
}

static double Seconds(Action action)
{
    long started = Stopwatch.GetTimestamp();
    action();
    return Stopwatch.GetElapsedTime(started).TotalSeconds;
}

static string Range(List<double> seconds)
{
    string Text(double number) => number.ToString(number < 0.1 ? "F3" : number < 10 ? "F2" : "F0", CultureInfo.InvariantCulture);
    (string least, string most) = (Text(seconds.Min()), Text(seconds.Max()));
    return least == most ? least : $"{least}-{most}";
}
