using FedPG.Envs;
using FedPG.Envs.Derivatives;
using FedPG.Envs.Tabular;
using FedPG.Policies;
using FedPG.Policies.Tabular;
using FedPG.Policies.Tabular.Exact;
using FedPG.Tests.Federation;
using FedPG.Tests.Federation.Estimators.Tabular;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FedPG.Tests.Policies.Tabular.Exact;

public sealed class PolicyObjectiveTests
{
    private static readonly string[] SecondOrderPolicies =
        ["tabular", "log-linear given", "neural tanh one-hot [5]", "neural relu one-hot [7,6]", "neural tanh one-hot []"];

    public PolicyObjectiveTests() => set_num_threads(1);

    public static TheoryData<string, string, double> Cases() =>
        new([
            .. from mdp in (string[])["random-1", "random-own-kernels"] from policy in SecondOrderPolicies from tau in (double[])[0, 0.3]
                select (mdp, policy, tau),
            .. from mdp in (string[])["grid-ending", "grid-own-endings"]
               from policy in (string[])[.. SecondOrderPolicies, "log-linear radial", "neural tanh coordinates [5,4]"]
               from tau in (double[])[0, 0.3]
               select (mdp, policy, tau),
        ]);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Hessian_vector_products_are_the_derivatives_of_the_gradient(string mdpName, string policyName, double tau)
    {
        using FederatedObjective objective = Create(mdpName, policyName, tau, out double[] theta);
        double[] v = NumericsTesting.Uniform(8, theta.Length, 1), gradient = new double[theta.Length];
        const double h = 1e-5;
        foreach (IDifferentiableObjective of in (IDifferentiableObjective[])[objective, objective.Agent(1)])
        {
            double[] above = Gradient(of, Moved(theta, h, v)), below = Gradient(of, Moved(theta, -h, v));
            double[] differences = [.. above.Zip(below, (a, b) => (a - b) / (2 * h))];
            double[] product = Product(of, theta, v);
            double relative = NumericsTesting.Distance(differences, product) / NumericsTesting.Norm(product);
            Assert.True(relative <= 1e-6, $"relative distance {relative}");
            of.Gradient(theta, gradient);
            double slope = (of.Value(Moved(theta, h, v)) - of.Value(Moved(theta, -h, v))) / (2 * h);
            Assert.Equal(Dot(gradient, v), slope, 1e-6 * Math.Max(1, NumericsTesting.Norm(gradient)));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Hessians_are_symmetric(string mdpName, string policyName, double tau)
    {
        using FederatedObjective objective = Create(mdpName, policyName, tau, out double[] theta);
        for (int k = 0; k < 3; k++)
        {
            double[] u = NumericsTesting.Uniform(20 + k, theta.Length, 1), v = NumericsTesting.Uniform(30 + k, theta.Length, 1);
            double[] hu = Product(objective, theta, u), hv = Product(objective, theta, v);
            double scale = NumericsTesting.Norm(u) * NumericsTesting.Norm(hv);
            Assert.Equal(Dot(u, hv), Dot(hu, v), 1e-10 * Math.Max(1, scale));
        }
    }

    [Theory]
    [InlineData("random-1")]
    [InlineData("random-own-kernels")]
    [InlineData("grid-own-endings")]
    public void The_mean_and_its_derivatives_are_the_means_over_agents(string mdpName)
    {
        using FederatedObjective objective = Create(mdpName, "neural tanh one-hot [3]", 0.2, out double[] theta);
        int d = theta.Length, n = objective.Count;
        double[,] mean = Hessians.Of(objective, theta);
        double[][,] agents = [.. Enumerable.Range(0, n).Select(i => Hessians.Of(objective.Agent(i), theta))];
        double scale = Math.Max(1, mean.Cast<double>().Max(Math.Abs));
        for (int i = 0; i < d; i++)
        {
            for (int j = 0; j < d; j++) Assert.Equal(agents.Sum(h => h[i, j]) / n, mean[i, j], 1e-12 * scale);
        }
        double[] gradient = Gradient(objective, theta), truncated = new double[d], agent = new double[d];
        objective.TruncatedGradient(theta, 7, truncated);
        for (int i = 0; i < n; i++)
        {
            foreach ((double g, int k) in Gradient(objective.Agent(i), theta).Select((g, k) => (g, k))) gradient[k] -= g / n;
            objective.AgentTruncatedGradient(i, theta, 7, agent);
            for (int k = 0; k < d; k++) truncated[k] -= agent[k] / n;
        }
        Assert.All([.. gradient, .. truncated], g => Assert.Equal(0, g, 1e-12));
        Assert.Equal(Enumerable.Range(0, n).Average(i => objective.Agent(i).Value(theta)), objective.Value(theta), 1e-12);
    }

    [Theory]
    [InlineData("random-1", "tabular", 0)]
    [InlineData("grid-ending", "neural relu coordinates [7,6]", 0.3)]
    public void Values_and_gradients_are_those_of_the_exact_estimator(string mdpName, string policyName, double tau)
    {
        using DisposeScope scope = NewDisposeScope();
        FiniteMdp mdp = NumericsTesting.Mdp(mdpName, 2);
        using TabularPolicy policy = PolicyCases.Create(policyName, mdp, TensorFormat.Float64);
        Tensor rows = NumericsTesting.RandomRows(policy, 1, seed: 3);
        using PolicyObjective average = PolicyObjective.OfAverage(mdp, Objective.Regret, policy, tau), second = PolicyObjective.OfAgent(
            mdp, 1, Objective.Regret, policy, tau);
        double[] theta = rows.Numbers();
        double[] expected = NumericsTesting.ExactDirections(mdp, policy, rows, first: 1, tau: tau).Numbers();
        Assert.True(NumericsTesting.Distance(expected, Gradient(second, theta)) <= 1e-13 * Math.Max(1, NumericsTesting.Norm(expected)));
        Assert.Equal(NumericsTesting.RegularisedObjectives(mdp, 1, Objective.Regret, tau, policy, rows)[0], second.Value(theta), 1e-12);
        using var federated = new FederatedObjective(mdp, Objective.Regret, PolicyCases.Create(policyName, mdp, TensorFormat.Float64), tau);
        Assert.Equal(federated.Value(theta), average.Value(theta), 1e-12);
    }

    [Theory]
    [InlineData("tabular", 1)]
    [InlineData("tabular", 6)]
    [InlineData("neural tanh one-hot [5]", 3)]
    public void Truncated_gradients_are_the_derivatives_of_the_truncated_objective(string policyName, int horizon)
    {
        const double tau = 0.3, h = 1e-5;
        FiniteMdp mdp = NumericsTesting.Mdp("grid-ending", 2);
        using TabularPolicy policy = PolicyCases.Create(policyName, mdp, TensorFormat.Float64);
        using PolicyObjective objective = PolicyObjective.OfAgent(mdp, 1, Objective.Regret, policy, tau);
        double[] theta = NumericsTesting.Uniform(4, policy.Layout.Length, 1), v = NumericsTesting.Uniform(
            5, theta.Length, 1), gradient = new double[theta.Length];
        objective.TruncatedGradient(theta, horizon, gradient);
        double Truncated(double[] at)
        {
            using DisposeScope scope = NewDisposeScope();
            double[] policyAt = [.. policy.Evaluate(tensor(at, [1, at.Length])).Output.Numbers().Select(Math.Exp)];
            return new TruncatedProblem(mdp, 1, Objective.Regret, horizon, tau).Objective(policyAt);
        }
        double slope = (Truncated(Moved(theta, h, v)) - Truncated(Moved(theta, -h, v))) / (2 * h);
        Assert.True(Math.Abs(slope) > 1e-4);
        Assert.Equal(slope, Dot(gradient, v), 1e-8);
    }

    [Fact]
    public void Truncated_gradients_go_to_the_gradient_at_the_rate_of_the_discount()
    {
        using FederatedObjective objective = Create("random-own-kernels", "tabular", 0.1, out double[] theta);
        double[] full = Gradient(objective, theta), truncated = new double[theta.Length];
        foreach (int horizon in (int[])[10, 50, 400])
        {
            objective.TruncatedGradient(theta, horizon, truncated);
            // A crude bound: what is cut off is at most (K + 1/(1 - gamma)) gamma^K times a cost and score of at most 2 each, over 1 -
            // gamma.
            double bound = (horizon + 10) * Math.Pow(0.9, horizon) * 4 / 0.1;
            Assert.InRange(NumericsTesting.Distance(full, truncated), 0, bound + 1e-13);
        }
    }

    [Fact]
    public void A_theta_seen_before_gives_the_bits_of_the_first_time()
    {
        using FederatedObjective objective = Create("grid-ending", "neural tanh one-hot [5]", 0.3, out double[] theta);
        double[] v = NumericsTesting.Uniform(8, theta.Length, 1), other = NumericsTesting.Uniform(9, theta.Length, 1);
        double[] product = Product(objective, theta, v), gradient = Gradient(objective, theta);
        Gradient(objective.Agent(1), other);
        Assert.Equal(product, Product(objective, theta, v));
        Assert.Equal(product, Product(objective, theta, v));
        Assert.Equal(gradient, Gradient(objective, theta));
    }

    [Fact]
    public void A_single_action_leaves_nothing_to_choose()
    {
        TransitionKernel ring = TransitionKernel.Create(3, 1, (s, _) => [((s + 1) % 3, 1)]);
        using var policy = new TabularSoftmax(3, 1, TensorFormat.Float64);
        using var objective = new PolicyObjective(policy, ring, 0.5, [1, 0, 0], [1, 2, 4]);
        Assert.Equal((1 + 1 + 1) / (1 - 0.125), objective.Value([1, 2, 3]), 1e-12);
        Assert.All(Product(objective, [1, 2, 3], [1, 1, -1]), x => Assert.Equal(0, x, 1e-12));
    }

    [Fact]
    public void What_cannot_be_exact_is_refused()
    {
        FiniteMdp mdp = NumericsTesting.Mdp("random-1", 2), own = NumericsTesting.Mdp(
            "random-own-kernels", 2), grid = NumericsTesting.Mdp("grid", 2);
        using TabularPolicy single = PolicyCases.Create("tabular", mdp, TensorFormat.Float32), policy = PolicyCases.Create(
            "tabular", mdp, TensorFormat.Float64);
        Assert.Contains(
            "Float64", Assert.Throws<ArgumentException>(() => PolicyObjective.OfAgent(mdp, 0, Objective.Regret, single)).Message);
        Assert.Throws<InvalidOperationException>(() => PolicyObjective.OfAverage(own, Objective.Regret, policy));
        Assert.Throws<ArgumentException>(() => new FederatedObjective(grid, Objective.Regret, policy));
        Assert.Throws<ArgumentException>(() => new FederatedObjective(mdp, Objective.Regret, policy, double.NaN));
        using PolicyObjective objective = PolicyObjective.OfAgent(mdp, 0, Objective.Regret, policy);
        Assert.Throws<ArgumentException>(() => objective.Value(new double[3]));
        using var module = new ModulePolicy(
            "user", () => nn.Linear(mdp.States, mdp.Actions), PolicyCases.Identity(mdp.States), mdp.Actions, TensorFormat.Float64);
        using PolicyObjective users = PolicyObjective.OfAgent(mdp, 0, Objective.Regret, module);
        double[] theta = new double[users.Dimension], product = new double[users.Dimension];
        users.Gradient(theta, product);
        Assert.True(NumericsTesting.Norm(product) > 1e-4);
        Assert.Throws<NotSupportedException>(() => users.HessianVector(theta, theta, product));
    }

    private static FederatedObjective Create(string mdpName, string policyName, double tau, out double[] theta)
    {
        FiniteMdp mdp = NumericsTesting.Mdp(mdpName, 3);
        TabularPolicy policy = PolicyCases.Create(policyName, mdp, TensorFormat.Float64);
        theta = NumericsTesting.Uniform(12, policy.Layout.Length, 1);
        return new FederatedObjective(mdp, Objective.Regret, policy, tau);
    }

    private static double[] Gradient(IDifferentiableObjective objective, double[] theta)
    {
        double[] gradient = new double[theta.Length];
        objective.Gradient(theta, gradient);
        return gradient;
    }

    private static double[] Product(IDifferentiableObjective objective, double[] theta, double[] vector)
    {
        double[] product = new double[theta.Length];
        objective.HessianVector(theta, vector, product);
        return product;
    }

    private static double[] Moved(double[] theta, double step, double[] direction) => [.. theta.Zip(direction, (x, v) => x + (step * v))];

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();
}
