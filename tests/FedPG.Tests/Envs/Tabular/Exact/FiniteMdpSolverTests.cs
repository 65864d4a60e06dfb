using CsCheck;
using FedPG.Core.Streams;
using FedPG.Envs;
using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Exact;
using FedPG.Envs.Tabular.Exact.Sparse;
using FedPG.Tests.Federation;
using Xunit;

namespace FedPG.Tests.Envs.Tabular.Exact;

public sealed class FiniteMdpSolverTests
{
    private static readonly Gen<Case> Cases = Gen.Select(
        Gen.Int[1, 20], Gen.Int[1, 4], Gen.Int[1, 4], Gen.Double[0, 0.99], RandomKernels.OneOf(0, 0.05, 1.0),
        RandomKernels.OneOf(LinearSolver.Automatic, LinearSolver.Iterative), Gen.Long[0, 1L << 40],
        (states, actions, branching, discount, tau, solver, seed) =>
        {
            var random = new RandomSequence(new StreamKey(seed, StreamPurpose.Environment, 6, 0, 0));
            TransitionKernel kernel = RandomKernels.Kernel(random, states, actions, branching, absorbing: 0.1);
            double[] initial = RandomKernels.Simplex(random, states), costs = RandomKernels.Numbers(random, states * actions);
            double[] policy = RandomKernels.Policy(random, states, actions, deterministic: false);
            double[] other = RandomKernels.Policy(random, states, actions, deterministic: tau == 0);
            return new Case(new FiniteMdpSolver(kernel, discount, initial, costs, solver), kernel, discount, initial, costs, policy, other,
                tau);
        });

    [Fact]
    public void Solutions_obey_the_Bellman_equations() => Cases.Sample(
        c =>
        {
            ExactSolution solution = c.Solver.Evaluate(c.Policy, c.Temperature);
            for (int row = 0; row < c.Costs.Length; row++)
            {
                Assert.Equal(c.Costs[row] + (c.Discount * c.Kernel.Expectation(row, solution.Values)), solution.ActionValues[row],
                    c.Tolerance);
                Assert.Equal(c.StepCost(c.Policy, row) - c.Costs[row] + solution.ActionValues[row] - solution.Values[row / c.Actions],
                    solution.Advantages[row], c.Tolerance);
            }
            for (int s = 0; s < c.Initial.Length; s++)
                Assert.Equal(0, c.Rows(s).Sum(row => c.Policy[row] * solution.Advantages[row]), c.Tolerance);
        },
        iter: 200);

    [Fact]
    public void The_objective_is_that_of_the_start_and_of_the_occupancy() => Cases.Sample(
        c =>
        {
            ExactSolution solution = c.Solver.Evaluate(c.Policy, c.Temperature);
            Assert.Equal(1, solution.Occupancy.Sum() * (1 - c.Discount), 1e-12);
            Assert.All(solution.Occupancy, d => Assert.True(d >= -1e-12));
            Assert.Equal(c.Initial.Zip(solution.Values, (p, v) => p * v).Sum(), solution.Objective, c.Tolerance);
            double byOccupancy = Enumerable.Range(0, c.Costs.Length).Sum(row =>
                solution.Occupancy[row / c.Actions] * c.Policy[row] * c.StepCost(c.Policy, row));
            Assert.Equal(byOccupancy, solution.Objective, c.Tolerance);
            // What flows into a state is what starts there and what comes from elsewhere.
            double[] inflow = [.. c.Initial];
            for (int row = 0; row < c.Costs.Length; row++)
            {
                for (int k = 0; k < c.Kernel.Next(row).Length; k++)
                    inflow[c.Kernel.Next(row)[k]] +=
                        c.Discount * solution.Occupancy[row / c.Actions] * c.Policy[row] * c.Kernel.Probabilities(row)[k];
            }
            for (int s = 0; s < inflow.Length; s++) Assert.Equal(inflow[s], solution.Occupancy[s], c.Tolerance);
        },
        iter: 200);

    /// <summary>
    /// Kakade and Langford: J(pi') - J(pi) = E under pi' of the advantages of pi; with entropy, of the next policy's own log pi'.
    /// </summary>
    [Fact]
    public void The_difference_of_two_policies_is_the_mean_advantage() => Cases.Sample(
        c =>
        {
            ExactSolution solution = c.Solver.Evaluate(c.Policy, c.Temperature), other = c.Solver.Evaluate(c.Other, c.Temperature);
            double difference = 0;
            for (int row = 0; row < c.Costs.Length; row++)
            {
                double advantage = solution.Advantages[row] + c.StepCost(c.Other, row) - c.StepCost(c.Policy, row);
                difference += other.Occupancy[row / c.Actions] * c.Other[row] * advantage;
            }
            Assert.Equal(difference, other.Objective - solution.Objective, c.Tolerance);
        },
        iter: 200);

    [Fact]
    public void A_greedy_policy_is_nowhere_worse_and_the_optimum_is_greedy_with_respect_to_itself() => Cases.Sample(
        c =>
        {
            ExactSolution solution = c.Solver.Evaluate(c.Policy);
            double[] greedy = new double[c.Costs.Length];
            for (int s = 0; s < c.Initial.Length; s++) greedy[c.Rows(s).MinBy(row => solution.ActionValues[row])] = 1;
            ExactSolution improved = c.Solver.Evaluate(greedy);
            ExactOptimum optimum = c.Solver.Optimum();
            for (int s = 0; s < c.Initial.Length; s++)
            {
                Assert.True(improved.Values[s] <= solution.Values[s] + c.Tolerance);
                Assert.True(optimum.Values[s] <= improved.Values[s] + c.Tolerance);
                double least = c.Rows(s).Min(row => optimum.ActionValues[row]);
                Assert.Equal(least, optimum.Values[s], c.Tolerance);
                foreach (int row in c.Rows(s))
                {
                    if (optimum.Policy[row] == 1) Assert.True(optimum.OptimalActions[row]);
                    if (optimum.ActionValues[row] > least + 1e-6) Assert.False(optimum.OptimalActions[row]);
                }
            }
        },
        iter: 100);

    [Fact]
    public void The_soft_optimum_is_the_Gibbs_policy_of_its_action_values() => Cases.Where(c => c.Temperature > 0).Sample(
        c =>
        {
            ExactOptimum soft = c.Solver.Optimum(c.Temperature);
            for (int row = 0; row < c.Costs.Length; row++)
                Assert.Equal(Math.Exp((soft.Values[row / c.Actions] - soft.ActionValues[row]) / c.Temperature), soft.Policy[row], 1e-8);
            Assert.Equal(soft.Objective, c.Solver.Evaluate(soft.Policy, c.Temperature).Objective, c.Tolerance);
            Assert.True(soft.Objective <= c.Solver.Evaluate(c.Policy, c.Temperature).Objective + c.Tolerance);
        },
        iter: 60);

    [Fact]
    public void Ties_are_all_optimal()
    {
        TransitionKernel kernel = TransitionKernel.Create(2, 3, (s, a) => [(a == 0 ? s : 1 - s, 1)]);
        ExactOptimum optimum = new FiniteMdpSolver(kernel, 0.5, [1, 0], [1, 0, 0, 0, 1, 1]).Optimum();
        Assert.Equal([false, true, true, true, false, false], optimum.OptimalActions);
        Assert.Equal(0, optimum.Objective);
    }

    [Fact]
    public void What_is_never_done_has_no_entropy()
    {
        TransitionKernel kernel = TransitionKernel.Create(1, 2, (_, _) => [(0, 1)]);
        ExactSolution solution = new FiniteMdpSolver(kernel, 0.5, [1], [2, 7]).Evaluate([1, 0], temperature: 0.3);
        Assert.Equal(4, solution.Objective, 1e-14);
        Assert.Equal(0, solution.ScoreWeights[1]);
        Assert.Equal(double.NegativeInfinity, solution.Advantages[1]);
    }

    [Fact]
    public void Wrong_sizes_and_rows_that_are_no_distributions_are_refused()
    {
        FiniteMdp mdp = NumericsTesting.Mdp("random-1", 2);
        FiniteMdpSolver solver = FiniteMdpSolver.OfAgent(mdp, 1, Objective.Regret);
        double[] policy = solver.UniformPolicy();
        policy[mdp.Actions] += 0.1;
        Assert.Contains("state 1", Assert.Throws<ArgumentException>(() => solver.Evaluate(policy)).Message);
        Assert.Throws<ArgumentException>(() => solver.Evaluate([1]));
        Assert.Throws<ArgumentException>(() => solver.Evaluate(solver.UniformPolicy(), -1));
        Assert.Throws<ArgumentException>(() => solver.Optimum(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => FiniteMdpSolver.OfAgent(mdp, 2, Objective.Regret));
        Assert.Throws<InvalidOperationException>(() =>
            FiniteMdpSolver.OfAverage(NumericsTesting.Mdp("random-own-kernels", 2), Objective.Regret));
        Assert.Throws<ArgumentException>(() => new FiniteMdpSolver(mdp.Agents[0].Kernel, 1, mdp.Initial, mdp.Agents[0].Rewards));
    }

    private sealed record Case(
        FiniteMdpSolver Solver, TransitionKernel Kernel, double Discount, double[] Initial, double[] Costs, double[] Policy, double[] Other,
        double Temperature)
    {
        public int Actions => Kernel.Actions;

        public double Tolerance => 1e-12 * (1 + (10 * Temperature)) / ((1 - Discount) * (1 - Discount));

        public IEnumerable<int> Rows(int state) => Enumerable.Range(state * Actions, Actions);

        /// <summary>c + tau log pi, finite.</summary>
        public double StepCost(double[] policy, int row) =>
            Temperature == 0 ? Costs[row] : Costs[row] + (Temperature * Math.Log(policy[row]));
    }
}
