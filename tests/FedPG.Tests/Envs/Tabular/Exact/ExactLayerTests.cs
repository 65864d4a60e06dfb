using CsCheck;
using FedPG.Core.Streams;
using FedPG.Envs;
using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Exact;
using FedPG.Tests.Federation;
using Xunit;

namespace FedPG.Tests.Envs.Tabular.Exact;

public sealed class ExactLayerTests
{
    /// <summary>States, actions, successors of a row, discount in percent, seed: a random sparse MDP with its policy and costs.</summary>
    private static readonly Gen<(int States, int Actions, int Branching, int Percent, long Seed)> Cases =
        Gen.Select(Gen.Int[1, 24], Gen.Int[1, 5], Gen.Int[1, 4], Gen.Int[0, 99], Gen.Long[0, 1L << 40]);

    public static TheoryData<string> SomeMdps() =>
        new("random-0", "random-3-actions", "grid", "grid-walls", "grid-ending", "grid-10", "frozen-lake");

    [Fact]
    public void Values_and_occupancies_of_sparse_MDPs_are_those_of_dense_elimination() =>
        Cases.Sample((states, actions, branching, percent, seed) =>
    {
        var random = new RandomSequence(new StreamKey(seed, StreamPurpose.Environment, 5, 0, 0));
        AssertSolves(RandomKernel(random, states, actions, branching), percent / 100.0, random);
    }, iter: 300);

    [Theory]
    [MemberData(nameof(SomeMdps))]
    public void Values_and_occupancies_of_environments_are_those_of_dense_elimination(string name)
    {
        FiniteMdp mdp = NumericsTesting.Mdp(name, 2);
        AssertSolves(mdp.Agents[1].Kernel, mdp.Discount, new RandomSequence(new StreamKey(8, StreamPurpose.Environment, 6, 0, 0)));
    }

    [Fact]
    public void States_in_separate_parts_are_evaluated_too()
    {
        FiniteMdp walls = EnvTesting.Make("GridWorld-v0", 1, """{ "map": ["S0#..#.", "..#..#.", "###..##", "..#..#L"] }""");
        AssertSolves(walls.Agents[0].Kernel, 0.95, new RandomSequence(new StreamKey(9, StreamPurpose.Environment, 6, 0, 0)));
        // Two rings that interleave in the numbering, and a state on its own.
        TransitionKernel rings = TransitionKernel.Create(9, 1, (s, _) => [(s == 8 ? 8 : (s + 2) % 8, 1)]);
        AssertSolves(rings, 0.99, new RandomSequence(new StreamKey(10, StreamPurpose.Environment, 6, 0, 0)));
    }

    [Fact]
    public void A_second_policy_and_a_clone_know_nothing_of_the_first_policy()
    {
        FiniteMdp mdp = NumericsTesting.Mdp("grid-walls", 1);
        var random = new RandomSequence(new StreamKey(3, StreamPurpose.Environment, 6, 0, 0));
        double[] first = RandomPolicy(random, mdp.States, mdp.Actions), second = RandomPolicy(random, mdp.States, mdp.Actions);
        var used = new ExactEvaluation(mdp.Agents[0].Kernel, mdp.Discount);
        used.SetPolicy(first);
        ExactEvaluation clone = used.Clone();
        foreach (ExactEvaluation evaluation in (ExactEvaluation[])[used, clone])
        {
            evaluation.SetPolicy(second);
            double[] values = new double[mdp.States], expected = new double[mdp.States];
            evaluation.StateValues(mdp.Agents[0].Rewards, values);
            var fresh = new ExactEvaluation(mdp.Agents[0].Kernel, mdp.Discount);
            fresh.SetPolicy(second);
            fresh.StateValues(mdp.Agents[0].Rewards, expected);
            Assert.Equal(expected, values);
        }
    }

    [Theory]
    [MemberData(nameof(SomeMdps))]
    public void Occupancies_are_not_negative_and_sum_to_the_effective_horizon(string name)
    {
        FiniteMdp mdp = NumericsTesting.Mdp(name, 1);
        var evaluation = new ExactEvaluation(mdp.Agents[0].Kernel, mdp.Discount);
        double[] occupancy = new double[mdp.States];
        var random = new RandomSequence(new StreamKey(1, StreamPurpose.Environment, 6, 0, 0));
        evaluation.SetPolicy(RandomPolicy(random, mdp.States, mdp.Actions));
        evaluation.Occupancy(mdp.Initial, occupancy);
        Assert.Equal(1, occupancy.Sum() * (1 - mdp.Discount), 1e-12);
        Assert.All(occupancy, d => Assert.True(d >= -1e-15));
    }

    /// <summary>
    /// In state 0 one may stay for reward r or cross to state 1, which pays 1 for staying; costs are regrets. Staying for ever costs
    /// (1 - r) / (1 - gamma), crossing costs 1 once and then nothing: crossing is best exactly when r is below gamma.
    /// </summary>
    [Theory]
    [InlineData(0.2, 0.9)]
    [InlineData(0.89, 0.9)]
    [InlineData(0.91, 0.9)]
    [InlineData(0.5, 0.0)]
    [InlineData(0.3, 0.99)]
    public void The_optimum_of_two_states_is_the_closed_form(double r, double discount)
    {
        TransitionKernel kernel = TransitionKernel.Create(2, 2, (s, a) => [(a == 0 ? s : 1 - s, 1)]);
        double[] costs = [1 - r, 1, 0, 1];
        OptimalPolicy optimum = Optimum.Of(new ExactEvaluation(kernel, discount), costs, [1, 0]);
        bool cross = r < discount;
        Assert.Equal(cross ? 1 : (1 - r) / (1 - discount), optimum.Value, 1e-12);
        Assert.Equal(cross ? [0, 1, 1, 0] : [1, 0, 1, 0], optimum.Policy);
        Assert.Equal(0, optimum.Values[1], 1e-12);
    }

    /// <summary>With one state, the soft optimum is -tau log sum exp(-c/tau) a step.</summary>
    [Theory]
    [InlineData(0.01)]
    [InlineData(0.3)]
    [InlineData(20)]
    public void The_regularised_optimum_of_one_state_is_the_closed_form(double tau)
    {
        const double discount = 0.9;
        double[] costs = [0.3, 0.7, 0.4];
        var evaluation = new ExactEvaluation(TransitionKernel.Create(1, 3, (_, _) => [(0, 1)]), discount);
        OptimalPolicy optimum = Optimum.Regularised(evaluation, costs, [1], tau);
        double sum = costs.Sum(c => Math.Exp((0.3 - c) / tau));
        Assert.Equal((0.3 - (tau * Math.Log(sum))) / (1 - discount), optimum.Value, 1e-11 * Math.Max(1, tau));
        for (int a = 0; a < 3; a++) Assert.Equal(Math.Exp((0.3 - costs[a]) / tau) / sum, optimum.Policy[a], 1e-12);
    }

    /// <summary>Values of 1 / (1 - gamma) have few digits left: the iteration ends where rounding does not let them come nearer.</summary>
    [Theory]
    [InlineData(0.999999, 0.1)]
    [InlineData(0.9999999, 0.01)]
    [InlineData(0.999999, 1e-6)]
    public void The_soft_optimum_settles_where_the_discount_is_nearly_one(double discount, double tau)
    {
        var kernel = TransitionKernel.Create(3, 2, (s, a) => [((s + a) % 3, 0.7), ((s + 1) % 3, 0.3)]);
        double[] costs = [0.2, 0.9, 0.4, 0.1, 0.7, 0.3], initial = [1, 0, 0];
        OptimalPolicy soft = Optimum.Regularised(new ExactEvaluation(kernel, discount), costs, initial, tau);
        for (int s = 0; s < 3; s++)
        {
            double sum = 0;
            for (int a = 0; a < 2; a++)
            {
                double q = costs[(s * 2) + a] + (discount * ((0.7 * soft.Values[(s + a) % 3]) + (0.3 * soft.Values[(s + 1) % 3])));
                sum += Math.Exp((soft.Values[s] - q) / tau);
            }
            // Bellman's soft equation, as far as values of 1 / (1 - gamma) have digits.
            Assert.InRange(tau * Math.Log(sum), -1e-6, 1e-6);
        }
    }

    [Fact]
    public void Policy_iteration_agrees_with_value_iteration() => Cases.Sample((states, actions, branching, percent, seed) =>
    {
        var random = new RandomSequence(new StreamKey(seed, StreamPurpose.Environment, 5, 0, 0));
        double discount = Math.Min(percent / 100.0, 0.95);
        TransitionKernel kernel = RandomKernel(random, states, actions, branching);
        double[] costs = RandomNumbers(random, states * actions);
        OptimalPolicy optimum = Optimum.Of(new ExactEvaluation(kernel, discount), costs, RandomSimplex(random, states));
        double[] values = ValueIteration(kernel, costs, discount);
        for (int s = 0; s < states; s++) Assert.Equal(values[s], optimum.Values[s], 1e-10);
        for (int s = 0; s < states; s++) Assert.Equal(1, optimum.Policy.AsSpan(s * actions, actions).ToArray().Max());
    }, iter: 100);

    [Theory]
    [MemberData(nameof(SomeMdps))]
    public void The_optimum_is_at_most_the_cost_of_any_policy(string name)
    {
        FiniteMdp mdp = NumericsTesting.Mdp(name, 1);
        var evaluation = new ExactEvaluation(mdp.Agents[0].Kernel, mdp.Discount);
        double[] costs = Objective.Regret.Costs(mdp.Agents[0]), regularised = new double[costs.Length], values = new double[mdp.States];
        const double tau = 0.2;
        double optimum = Optimum.Of(evaluation, costs, mdp.Initial).Value, soft = Optimum.Regularised(evaluation, costs, mdp.Initial,
            tau).Value;
        var random = new RandomSequence(new StreamKey(2, StreamPurpose.Environment, 6, 0, 0));
        for (int k = 0; k < 20; k++)
        {
            double[] policy = RandomPolicy(random, mdp.States, mdp.Actions);
            evaluation.SetPolicy(policy);
            evaluation.StateValues(costs, values);
            Assert.True(Dot(mdp.Initial, values) >= optimum - 1e-12);
            for (int row = 0; row < costs.Length; row++) regularised[row] = costs[row] + (tau * Math.Log(policy[row]));
            evaluation.StateValues(regularised, values);
            Assert.True(Dot(mdp.Initial, values) >= soft - 1e-12);
        }
    }

    [Fact]
    public void Soft_policy_iteration_ends_in_the_soft_Bellman_equation() => Cases.Sample((states, actions, branching, percent, seed) =>
    {
        var random = new RandomSequence(new StreamKey(seed, StreamPurpose.Environment, 5, 0, 0));
        double discount = percent / 100.0, tau = Math.Pow(10, (3 * random.NextDouble()) - 2);
        TransitionKernel kernel = RandomKernel(random, states, actions, branching);
        double[] costs = RandomNumbers(random, states * actions);
        var evaluation = new ExactEvaluation(kernel, discount);
        OptimalPolicy optimum = Optimum.Regularised(evaluation, costs, RandomSimplex(random, states), tau);
        AssertSoftBellman(kernel, costs, discount, tau, optimum);
        // From the optimum of another temperature as well.
        AssertSoftBellman(kernel, costs, discount, 0.8 * tau,
            Optimum.Regularised(evaluation, costs, RandomSimplex(random, states), 0.8 * tau, optimum));
    }, iter: 100);

    /// <summary>The entropy of a policy is at most log A a step, so the soft optimum lies in [J* - tau log A / (1 - gamma), J*].</summary>
    [Theory]
    [MemberData(nameof(SomeMdps))]
    public void The_regularised_optimum_goes_to_the_optimum_with_the_temperature(string name)
    {
        FiniteMdp mdp = NumericsTesting.Mdp(name, 1);
        var evaluation = new ExactEvaluation(mdp.Agents[0].Kernel, mdp.Discount);
        double[] costs = Objective.Regret.Costs(mdp.Agents[0]);
        double optimum = Optimum.Of(evaluation, costs, mdp.Initial).Value;
        OptimalPolicy? warm = null;
        foreach (double tau in (double[])[1, 0.1, 0.01, 1e-3, 1e-4])
        {
            warm = Optimum.Regularised(evaluation, costs, mdp.Initial, tau, warm);
            double bound = tau * Math.Log(mdp.Actions) / (1 - mdp.Discount);
            Assert.InRange(warm.Value, optimum - bound - 1e-10, optimum + 1e-10);
        }
    }

    private static void AssertSoftBellman(TransitionKernel kernel, double[] costs, double discount, double tau, OptimalPolicy optimum)
    {
        int actions = kernel.Actions;
        double scale = Math.Max(1, optimum.Values.Max(Math.Abs));
        for (int s = 0; s < kernel.States; s++)
        {
            double[] q = [.. Enumerable.Range(s * actions, actions).Select(row =>
                costs[row] + (discount * kernel.Expectation(row, optimum.Values)))];
            double least = q.Min(), sum = q.Sum(x => Math.Exp((least - x) / tau));
            Assert.Equal(least - (tau * Math.Log(sum)), optimum.Values[s], 1e-10 * scale);
            for (int a = 0; a < actions; a++) Assert.Equal(Math.Exp((least - q[a]) / tau) / sum, optimum.Policy[(s * actions) + a], 1e-8);
        }
    }

    private static void AssertSolves(TransitionKernel kernel, double discount, RandomSequence random)
    {
        (int n, int actions) = (kernel.States, kernel.Actions);
        double[] policy = RandomPolicy(random, n, actions), costs = RandomNumbers(random, n * actions), initial = RandomSimplex(random, n);
        double[,] system = new double[n, n], transposed = new double[n, n];
        double[] policyCosts = new double[n];
        for (int row = 0; row < kernel.RowCount; row++)
        {
            int s = row / actions;
            policyCosts[s] += policy[row] * costs[row];
            for (int k = 0; k < kernel.Next(row).Length; k++) system[s,
                kernel.Next(row)[k]] -= discount * policy[row] * kernel.Probabilities(row)[k];
        }
        for (int s = 0; s < n; s++) system[s, s] += 1;
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++) transposed[j, i] = system[i, j];
        }
        double[] expectedValues = Solve(system, policyCosts), expectedOccupancy = Solve(transposed, initial);

        var evaluation = new ExactEvaluation(kernel, discount);
        double[] values = new double[n], occupancy = new double[n], actionValues = new double[n * actions];
        evaluation.SetPolicy(policy);
        evaluation.StateValues(costs, values);
        evaluation.Occupancy(initial, occupancy);
        evaluation.ActionValues(costs, values, actionValues);
        for (int s = 0; s < n; s++)
        {
            Assert.Equal(expectedValues[s], values[s], 1e-11);
            Assert.Equal(expectedOccupancy[s], occupancy[s], 1e-11);
            Assert.Equal(expectedValues[s],
                Enumerable.Range(0, actions).Sum(a => policy[(s * actions) + a] * actionValues[(s * actions) + a]), 1e-11);
        }
    }

    /// <summary>Gaussian elimination with pivoting, the textbook's.</summary>
    private static double[] Solve(double[,] matrix, double[] right)
    {
        int n = right.Length;
        double[,] m = (double[,])matrix.Clone();
        double[] x = [.. right];
        for (int k = 0; k < n; k++)
        {
            int pivot = Enumerable.Range(k, n - k).MaxBy(i => Math.Abs(m[i, k]));
            for (int j = 0; j < n; j++) (m[k, j], m[pivot, j]) = (m[pivot, j], m[k, j]);
            (x[k], x[pivot]) = (x[pivot], x[k]);
            for (int i = k + 1; i < n; i++)
            {
                double factor = m[i, k] / m[k, k];
                for (int j = k; j < n; j++) m[i, j] -= factor * m[k, j];
                x[i] -= factor * x[k];
            }
        }
        for (int i = n - 1; i >= 0; i--)
        {
            for (int j = i + 1; j < n; j++) x[i] -= m[i, j] * x[j];
            x[i] /= m[i, i];
        }
        return x;
    }

    private static double[] ValueIteration(TransitionKernel kernel, double[] costs, double discount)
    {
        double[] values = new double[kernel.States];
        for (double change = 1; change > 1e-14;)
        {
            double[] next = [.. Enumerable.Range(0, kernel.States).Select(s => Enumerable.Range(s * kernel.Actions, kernel.Actions)
                .Min(row => costs[row] + (discount * kernel.Expectation(row, values))))];
            change = next.Zip(values, (a, b) => Math.Abs(a - b)).Max();
            values = next;
        }
        return values;
    }

    private static TransitionKernel RandomKernel(RandomSequence random, int states, int actions, int branching) =>
        TransitionKernel.Create(states, actions, (_, _) =>
        {
            double[] weights = RandomSimplex(random, branching);
            return weights.Select(w => ((int)(random.NextDouble() * states), w)).ToArray();
        });

    private static double[] RandomPolicy(RandomSequence random, int states, int actions) =>
        [.. Enumerable.Range(0, states).SelectMany(_ => RandomSimplex(random, actions))];

    private static double[] RandomNumbers(RandomSequence random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => random.NextDouble())];

    private static double[] RandomSimplex(RandomSequence random, int count)
    {
        double[] weights = [.. RandomNumbers(random, count).Select(u => -Math.Log(u))];
        double sum = weights.Sum();
        return [.. weights.Select(w => w / sum)];
    }

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();
}
