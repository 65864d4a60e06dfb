using CsCheck;
using FedPG.Core.Streams;
using FedPG.Envs;
using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Exact;
using FedPG.Envs.Tabular.Exact.Sparse;
using FedPG.Tests.Federation;
using Xunit;

namespace FedPG.Tests.Envs.Tabular.Exact;

public sealed class IterativeSolverTests
{
    /// <summary>Up to 60 states, some of them absorbing, and discounts up to 0.999.</summary>
    private static readonly Gen<Case> Cases = Gen.Select(
        Gen.Int[1, 60], Gen.Int[1, 4], Gen.Int[1, 6], RandomKernels.OneOf(0, 0.5, 0.95, 0.99, 0.999), RandomKernels.OneOf(0, 0.2,
            0.9), Gen.Bool, Gen.Long[0, 1L << 40],
        (states, actions, branching, discount, absorbing, deterministic, seed) =>
        {
            var random = new RandomSequence(new StreamKey(seed, StreamPurpose.Environment, 5, 0, 0));
            TransitionKernel kernel = RandomKernels.Kernel(random, states, actions, branching, absorbing);
            double[] policy = RandomKernels.Policy(random, states, actions, deterministic);
            return new Case(kernel, discount, RandomKernels.Simplex(random, states), RandomKernels.Numbers(random, states * actions),
                policy);
        });

    public static TheoryData<string> Grids() => new("grid-walls", "grid-ending", "grid-10", "frozen-lake");

    [Fact]
    public void Iterations_solve_what_elimination_solves() => Cases.Sample(AssertSameSolutions, iter: 400);

    [Theory]
    [MemberData(nameof(Grids))]
    public void Iterations_solve_grids(string name)
    {
        FiniteMdp mdp = NumericsTesting.Mdp(name, 2);
        var random = new RandomSequence(new StreamKey(8, StreamPurpose.Environment, 6, 0, 0));
        double[] policy = RandomKernels.Policy(random, mdp.States, mdp.Actions, deterministic: false);
        AssertSameSolutions(new Case(mdp.Agents[1].Kernel, 0.999, mdp.Initial, Objective.Regret.Costs(mdp.Agents[1]), policy));
    }

    [Fact]
    public void Optima_are_those_of_elimination() => Cases.Sample(
        c =>
        {
            (ExactEvaluation banded, ExactEvaluation iterative) = c.Evaluations();
            foreach (double tau in (double[])[0, 0.02, 1])
            {
                OptimalPolicy expected = OptimumOf(banded, tau), actual = OptimumOf(iterative, tau);
                AssertClose(expected.Values, actual.Values, 1e-10);
            }
            OptimalPolicy OptimumOf(ExactEvaluation evaluation, double tau) => tau == 0
                ? Optimum.Of(evaluation, c.Costs, c.Initial)
                : Optimum.Regularised(evaluation, c.Costs, c.Initial, tau);
        },
        iter: 60);

    [Fact]
    public void Equal_systems_give_equal_bits_whatever_came_before()
    {
        var random = new RandomSequence(new StreamKey(4, StreamPurpose.Environment, 5, 0, 0));
        TransitionKernel kernel = RandomKernels.Kernel(random, 300, 3, 4, absorbing: 0.1);
        double[] costs = RandomKernels.Numbers(random, 900);
        double[] first = RandomKernels.Policy(random, 300, 3, deterministic: true);
        double[] second = RandomKernels.Policy(random, 300, 3, deterministic: false);
        var used = new ExactEvaluation(kernel, 0.99, LinearSolver.Iterative);
        double[] Values(ExactEvaluation evaluation, double[] policy)
        {
            double[] values = new double[300];
            evaluation.SetPolicy(policy);
            evaluation.StateValues(costs, values);
            return values;
        }
        Values(used, first);
        double[] expected = Values(new ExactEvaluation(kernel, 0.99, LinearSolver.Iterative), second);
        Assert.Equal(expected, Values(used, second));
        Assert.Equal(expected, Values(used.Clone(), second));
    }

    [Fact]
    public void Elimination_stays_the_default_where_it_is_quick()
    {
        Assert.Equal(LinearSolver.Sparse, Default("GridWorld-v0", """{ "width": 60, "height": 60 }"""));
        Assert.Equal(LinearSolver.Banded, Default("RandomMdp-v0", """{ "states": 700, "branching": 5 }"""));
        Assert.Equal(LinearSolver.Iterative, Default("RandomMdp-v0", """{ "states": 1500, "branching": 5 }"""));

        static LinearSolver Default(string id, string options) =>
            new ExactEvaluation(EnvTesting.Make(id, 1, options).Agents[0].Kernel, 0.9).Solver;
    }

    [Theory]
    [InlineData(0.95)]
    [InlineData(0.999)]
    public void Ten_thousand_states_without_geometry_are_solved_to_rounding_level(double discount)
    {
        FiniteMdp mdp = EnvTesting.Make("RandomMdp-v0", 1, $$"""{ "states": 10000, "branching": 5, "discount": {{discount}} }""");
        FiniteMdpSolver solver = FiniteMdpSolver.OfAverage(mdp, Objective.Regret);
        Assert.Equal(LinearSolver.Iterative, solver.Solver);
        ExactOptimum optimum = solver.Optimum();
        double scale = optimum.Values.Max();
        for (int s = 0; s < mdp.States; s++)
            Assert.Equal(optimum.ActionValues.AsSpan(s * mdp.Actions, mdp.Actions).ToArray().Min(), optimum.Values[s], 1e-12 * scale);
        ExactSolution evaluated = solver.Evaluate(optimum.Policy);
        Assert.Equal(optimum.Objective, evaluated.Objective, 1e-12 * scale);
        Assert.Equal(1, evaluated.Occupancy.Sum() * (1 - discount), 1e-12);
    }

    [Fact]
    public void No_numbers_in_no_numbers_out()
    {
        TransitionKernel ring = TransitionKernel.Create(3, 1, (s, _) => [((s + 1) % 3, 1)]);
        foreach (LinearSolver solver in (LinearSolver[])[LinearSolver.Banded, LinearSolver.Iterative])
        {
            var evaluation = new ExactEvaluation(ring, 0.9, solver);
            double[] values = new double[3];
            evaluation.SetPolicy([1, 1, 1]);
            evaluation.StateValues([0, 0, 0], values);
            Assert.Equal([0, 0, 0], values);
            evaluation.SetPolicy([double.NaN, 1, 1]);
            evaluation.StateValues([1, 2, 3], values);
            Assert.All(values, v => Assert.True(double.IsNaN(v)));
        }
    }

    private static void AssertSameSolutions(Case c)
    {
        (ExactEvaluation banded, ExactEvaluation iterative) = c.Evaluations();
        int n = c.Initial.Length;
        double[] expected = new double[n], actual = new double[n];
        banded.SetPolicy(c.Policy);
        iterative.SetPolicy(c.Policy);
        banded.StateValues(c.Costs, expected);
        iterative.StateValues(c.Costs, actual);
        AssertClose(expected, actual, 1e-11);
        // The bound is on the distance to the true solution; elimination has its own rounding.
        double slack = 1e-12 * Math.Max(1, expected.Max(Math.Abs));
        Assert.InRange(expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max(), 0, iterative.ErrorBound + slack);
        banded.Occupancy(c.Initial, expected);
        iterative.Occupancy(c.Initial, actual);
        AssertClose(expected, actual, 1e-11);
    }

    private static void AssertClose(double[] expected, double[] actual, double relative)
    {
        double scale = Math.Max(1, expected.Max(Math.Abs));
        for (int s = 0; s < expected.Length; s++) Assert.Equal(expected[s], actual[s], relative * scale);
    }

    private sealed record Case(TransitionKernel Kernel, double Discount, double[] Initial, double[] Costs, double[] Policy)
    {
        public (ExactEvaluation Banded, ExactEvaluation Iterative) Evaluations() =>
            (new(Kernel, Discount, LinearSolver.Banded), new(Kernel, Discount, LinearSolver.Iterative));
    }
}
