using FedPG.Envs;
using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Exact;
using FedPG.Policies;
using FedPG.Policies.Tabular;
using FedPG.Policies.Tabular.Exact;
using FedPG.Tests.Build;
using FedPG.Tests.Federation;
using Xunit;

namespace FedPG.Tests.Envs.Tabular.Exact;

public sealed class ExactLayerDocumentTests
{
    /// <summary>The lines of docs/exact-layer.md, compiled.</summary>
    [Fact]
    public void The_example_runs()
    {
        FiniteMdp mdp = NumericsTesting.Mdp("grid-walls", 3);
        FiniteMdpSolver solver = FiniteMdpSolver.OfAverage(mdp, Objective.Regret);
        ExactSolution uniform = solver.Evaluate(solver.UniformPolicy());
        ExactOptimum best = solver.Optimum(), soft = solver.Optimum(temperature: 0.1);
        using var objective = new FederatedObjective(mdp, Objective.Regret,
            new TabularSoftmax(mdp.States, mdp.Actions, TensorFormat.Float64));
        double[] theta = new double[objective.Dimension], gradient = [.. theta];
        objective.Gradient(theta, gradient);

        Assert.Equal(uniform.Objective, objective.Value(theta), 1e-12);
        Assert.True(soft.Objective <= best.Objective && best.Objective < uniform.Objective);
        Assert.Contains(gradient, slope => slope != 0);
    }

    [Fact]
    public void The_document_shows_the_lines_that_run()
    {
        string[] document = [.. ExampleOf(Path.Combine(Repository.Root, "docs", "exact-layer.md"), "```csharp", "```")];
        Assert.Equal(7, document.Length);
        HashSet<string> source = [.. File.ReadLines(Path.Combine(Repository.Root, "tests", "FedPG.Tests", "Envs", "Tabular", "Exact",
            "ExactLayerDocumentTests.cs")).Select(line => line.Trim())];
        Assert.All(document, line => Assert.Contains(line, source));
    }

    private static IEnumerable<string> ExampleOf(string file, string begin, string end) =>
        File.ReadLines(file).SkipWhile(line => line != begin).Skip(1).TakeWhile(line => line != end).Select(line =>
            line.Split("//")[0].Trim());
}
