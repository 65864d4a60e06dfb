using CsCheck;
using FedPG.Core.Streams;
using FedPG.Envs;
using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Exact;
using FedPG.Envs.Tabular.Exact.Sparse;
using FedPG.Federation.Estimators;
using FedPG.Federation.Estimators.Tabular;
using FedPG.Policies;
using FedPG.Policies.Tabular;
using FedPG.Tests.Federation;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FedPG.Tests.Envs.Tabular.Exact;

public sealed class SparseSolverTests
{
    private static readonly Gen<Case> Cases = Gen.Select(
        Gen.Int[1, 60], Gen.Int[1, 4], Gen.Int[1, 6], RandomKernels.OneOf(0, 0.5, 0.95, 0.999), RandomKernels.OneOf(0, 0.2,
            0.9), Gen.Bool, Gen.Long[0, 1L << 40],
        (states, actions, branching, discount, absorbing, deterministic, seed) =>
        {
            var random = new RandomSequence(new StreamKey(seed, StreamPurpose.Environment, 8, 0, 0));
            TransitionKernel kernel = RandomKernels.Kernel(random, states, actions, branching, absorbing);
            double[][] policies = [.. Enumerable.Range(0, ExactBatch.Lanes).Select(_ =>
                RandomKernels.Policy(random, states, actions, deterministic))];
            double[][] costs = [.. Enumerable.Range(0, ExactBatch.Lanes).Select(_ => RandomKernels.Numbers(random, states * actions))];
            return new Case(kernel, discount, RandomKernels.Simplex(random, states), policies, costs);
        });

    public SparseSolverTests() => set_num_threads(1);

    [Fact]
    public void Sparse_elimination_solves_what_a_band_solves() => Cases.Sample(
        c =>
        {
            Solution expected = c.Alone(0, LinearSolver.Banded), actual = c.Alone(0, LinearSolver.Sparse);
            AssertClose(expected.Occupancy, actual.Occupancy);
            AssertClose(expected.Values, actual.Values);
        },
        iter: 400);

    [Fact]
    public void Agents_that_are_evaluated_together_have_the_bits_of_each_alone() => Cases.Sample(
        c =>
        {
            ExactBatch batch = ExactBatch.On(new ExactEvaluation(c.Kernel, c.Discount, LinearSolver.Sparse))!;
            double[] costs = new double[c.Costs[0].Length * ExactBatch.Lanes];
            for (int k = 0; k < costs.Length; k++)
                (costs[k], batch.Policy[k]) = (c.Costs[k % ExactBatch.Lanes][k / ExactBatch.Lanes],
                    c.Policies[k % ExactBatch.Lanes][k / ExactBatch.Lanes]);
            batch.Evaluate(c.Initial, costs);
            for (int lane = 0; lane < ExactBatch.Lanes; lane++)
            {
                Solution alone = c.Alone(lane, LinearSolver.Sparse);
                Assert.Equal(alone.Occupancy, Lane(batch.Occupancy, lane));
                Assert.Equal(alone.Values, Lane(batch.Values, lane));
                Assert.Equal(alone.ActionValues, Lane(batch.ActionValues, lane));
            }
        },
        iter: 100);

    /// <summary>
    /// The search for an order ends early where the order would not be used, and only there. A band's multiplications are at least a third
    /// of its size times both widths.
    /// </summary>
    [Fact]
    public void An_order_is_found_where_it_spares_most_of_a_band_and_not_used_where_it_spares_little() => Gen.Select(
        Gen.Int[40, 160], Gen.Int[1, 2], Gen.Int[1, 4], RandomKernels.OneOf(0, 0.2, 0.6), Gen.Long[0, 1L << 40]).Sample(
        (states, actions, branching, absorbing, seed) =>
        {
            var random = new RandomSequence(new StreamKey(seed, StreamPurpose.Environment, 8, 0, 0));
            TransitionKernel kernel = RandomKernels.Kernel(random, states, actions, branching, absorbing);
            double band = Cost(LinearSolver.Banded), sparse = Cost(LinearSolver.Sparse);
            LinearSolver chosen = new ExactEvaluation(kernel, 0.9).Solver;
            if (sparse * 16 <= band && band > 1e4) Assert.Equal(LinearSolver.Sparse, chosen);
            if (sparse * 2 > band) Assert.Equal(LinearSolver.Banded, chosen);

            double Cost(LinearSolver solver) => new ExactEvaluation(kernel, 0.9, solver).FactorisationCost;
        },
        iter: 300);

    [Fact]
    public void Only_sparse_factors_are_batched() =>
        Assert.Null(ExactBatch.On(new ExactEvaluation(EnvTesting.Make("RandomMdp-v0", 1, "{}").Agents[0].Kernel, 0.9,
            LinearSolver.Banded)));

    /// <summary>
    /// In a block of 13, agents are evaluated eight, five and one at a time, as the others take the step or not; a lane that was another's
    /// last time is no one's now.
    /// </summary>
    [Theory]
    [InlineData("grid-10", 0)]
    [InlineData("grid-10", 0.3)]
    [InlineData("frozen-lake", 0.1)]
    public void An_agents_exact_gradient_has_the_same_bits_in_any_company(string mdpName, double tau)
    {
        const int agents = 13;
        using DisposeScope scope = NewDisposeScope();
        FiniteMdp mdp = NumericsTesting.Mdp(mdpName, agents);
        using TabularPolicy policy = new TabularSoftmax(mdp.States, mdp.Actions, TensorFormat.Float64);
        Tensor rows = NumericsTesting.RandomRows(policy, agents, seed: 5);
        byte[][] alone = [.. Enumerable.Range(0, agents).Select(i =>
            NumericsTesting.ExactDirections(mdp, policy, rows.narrow(0, i, 1), i, tau: tau).Bits())];
        using var estimator = new ExactEstimator(new EstimatorSetup(mdp, policy, 0, agents, Objective.Regret, NumericsTesting.Entropy(tau),
            Seed: 1));
        foreach (int modulus in (int[])[1, 2, 3, 5, 7, 13, 1])
        {
            bool[] active = [.. Enumerable.Range(0, agents).Select(i => i % modulus == 0)];
            Tensor directions = zeros_like(rows);
            estimator.Directions(rows, sameRows: false, new BatchKey(0, 0, Active: modulus == 1 ? null : active), directions);
            for (int i = 0; i < agents; i++)
            {
                if (active[i]) Assert.Equal(alone[i], directions[i].Bits());
            }
        }
    }

    private static double[] Lane(ReadOnlySpan<double> lanes, int lane)
    {
        double[] numbers = new double[lanes.Length / ExactBatch.Lanes];
        for (int k = 0; k < numbers.Length; k++) numbers[k] = lanes[(k * ExactBatch.Lanes) + lane];
        return numbers;
    }

    private static void AssertClose(double[] expected, double[] actual)
    {
        double scale = Math.Max(1, expected.Max(Math.Abs));
        for (int s = 0; s < expected.Length; s++) Assert.Equal(expected[s], actual[s], 1e-12 * scale);
    }

    private sealed record Solution(double[] Occupancy, double[] Values, double[] ActionValues);

    private sealed record Case(TransitionKernel Kernel, double Discount, double[] Initial, double[][] Policies, double[][] Costs)
    {
        public Solution Alone(int agent, LinearSolver solver)
        {
            var evaluation = new ExactEvaluation(Kernel, Discount, solver);
            double[] occupancy = new double[Kernel.States], values = new double[Kernel.States], actionValues = new double[Kernel.RowCount];
            evaluation.SetPolicy(Policies[agent]);
            evaluation.Occupancy(Initial, occupancy);
            evaluation.StateValues(Costs[agent], values);
            evaluation.ActionValues(Costs[agent], values, actionValues);
            return new Solution(occupancy, values, actionValues);
        }
    }
}
