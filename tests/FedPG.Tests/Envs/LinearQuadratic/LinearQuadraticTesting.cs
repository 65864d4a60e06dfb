using FedPG.Envs.LinearQuadratic;
using FedPG.Experiments;
using FedPG.Tests.Experiments.Runs;
using FedPG.Tests.Federation;
using MathNet.Numerics.LinearAlgebra;
using Xunit;

namespace FedPG.Tests.Envs.LinearQuadratic;

/// <summary>Linear-quadratic problems by name, and small experiments on them.</summary>
internal static class LinearQuadraticTesting
{
    public const string Deterministic = """environment={"id":"LinearQuadratic-v0","agents":5}""";
    public const string Discounted = """environment={"id":"LinearQuadratic-v0","agents":5,"options":{"discount":0.9}}""";
    public const string Episodic = """environment={"id":"LinearQuadratic-v0","agents":5,"options":{"steps":4}}""";

    /// <summary>
    /// Three states and two controls that mix, unequal costs, a start covariance of its own; A alone is stable, and K_0 = 0.
    /// </summary>
    private const string Mixing = """
        "a": [[0.6, 0.3, 0], [-0.2, 0.5, 0.4], [0.1, 0, 0.7]], "b": [[1, 0.2], [0, 0.5], [-0.3, 1]],
        "q": [[[1, 0.2, 0], [0.2, 2, 0.1], [0, 0.1, 0.5]], [[3, 0, 0], [0, 0, 0], [0, 0, 1]]], "r": [[[1, 0.3], [0.3, 0.8]], [[0.2, 0],
          [0, 2]]],
        "initialGain": [[0, 0, 0], [0, 0, 0]]
        """;

    public static LinearQuadraticProblem Problem(string name) => name switch
    {
        "theory" => Make("{}", 10),
        "theory, discounted" => Make("""{ "discount": 0.9 }"""),
        "theory, 6 steps" => Make("""{ "steps": 6 }"""),
        "mixing" => Make($$"""{ {{Mixing}}, "startCovariance": [[2, 0.5, 0], [0.5, 1, 0], [0, 0, 0.3]] }"""),
        "mixing, discounted" => Make($$"""{ {{Mixing}}, "discount": 0.8, "startCovariance": [[2, 0.5, 0], [0.5, 1, 0], [0, 0, 0.3]] }"""),
        "mixing, 5 steps" => Make($$"""{ {{Mixing}}, "steps": 5, "startCovariance": [[1, 1, 0], [1, 1, 0], [0, 0, 0]] }"""),
        "mixing, 4 discounted steps" => Make($$"""{ {{Mixing}}, "steps": 4, "discount": 0.7 }"""),
        "own dynamics" =>
            Make("""{ "a": [[[0.5, 0.2], [0, 0.8]], [[0.9, 0], [-0.3, 0.4]]], "b": [[1], [0.5]], "initialGain": [[0, 0]] }"""),
        _ => throw new ArgumentException(name, nameof(name)),
    };

    public static LinearQuadraticProblem Make(string options, int agents = 2) =>
        Assert.IsType<LinearQuadraticProblem>(EnvTesting.Configure("LinearQuadratic-v0", agents, options).Build());

    /// <summary>A gain near the initial one, row by row.</summary>
    public static double[] Gain(LinearQuadraticProblem problem, int seed, double scale = 0.1) =>
        [.. Rows(problem.InitialGain).Zip(NumericsTesting.Uniform(seed, problem.States * problem.Controls, scale), (k, x) => k + x)];

    public static double[] Rows(Matrix<double> matrix) => [.. matrix.EnumerateRows().SelectMany(row => row)];

    public static Experiment Experiment(params string[] assignments) => RunTesting.Experiment(
    [
        Deterministic, "objective=reward", "dtype=float64", "policy.kind=linear", "gradient.estimator=exact",
        "federation.localStepSize=0.004", .. assignments,
    ]);
}
