using FedPG.Envs;
using FedPG.Envs.Tabular;
using FedPG.Policies;
using FedPG.Policies.Networks;
using FedPG.Policies.Tabular;
using FedPG.Tests.Federation;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FedPG.Tests.Policies.Tabular.Exact;

public sealed class ExactGradientTests
{
    public ExactGradientTests() => set_num_threads(1);

    public static TheoryData<string, string> PoliciesAndSharedMdps() =>
        new([
            .. from mdp in (string[])["random-0", "random-1", "random-2"] from policy in PolicyCases.OfAnyMdp select (mdp, policy),
            .. from mdp in (string[])["grid", "grid-walls", "grid-ending"] from policy in PolicyCases.OfGrids select (mdp, policy),
        ]);

    public static TheoryData<string, string> PoliciesAndMdps() =>
        new([
            .. from mdp in (string[])["random-1", "random-own-kernels", "random-3-actions"] from policy in PolicyCases.OfAnyMdp
                select (mdp, policy),
            .. from mdp in (string[])["grid-walls", "grid-own-endings"] from policy in PolicyCases.OfGrids select (mdp, policy),
        ]);

    /// <summary>Proposition 1.</summary>
    [Theory]
    [MemberData(nameof(PoliciesAndSharedMdps))]
    public void The_mean_of_the_agents_gradients_is_the_gradient_of_the_average_MDP(string mdpName, string policyName)
    {
        using DisposeScope scope = NewDisposeScope();
        const int agents = 6;
        FiniteMdp mdp = NumericsTesting.Mdp(mdpName, agents);
        Assert.True(mdp.SharesKernel);
        var average = new FiniteMdp("average", mdp.Discount, mdp.Initial, [mdp.AverageAgent()]);
        using TabularPolicy policy = PolicyCases.Create(policyName, mdp, TensorFormat.Float64);
        Tensor theta = NumericsTesting.RandomRows(policy, 1, seed: 3);
        foreach ((Objective objective, double tau) in new[] { (Objective.Regret, 0), (Objective.Reward, 0), (Objective.Regret, 0.3) })
        {
            Tensor gradients = NumericsTesting.ExactDirections(mdp, policy, theta.expand(agents, -1).contiguous(), 0, objective, tau);
            Tensor expected = NumericsTesting.ExactDirections(average, policy, theta, 0, objective, tau);
            double distance = NumericsTesting.Distance(gradients.mean([0]).Numbers(), expected.Numbers());
            Assert.True(distance <= 1e-12, $"{objective}, tau {tau}: distance {distance}");
            Assert.True(NumericsTesting.Norm(expected.Numbers()) > 1e-4);
        }
    }

    [Theory]
    [MemberData(nameof(PoliciesAndMdps))]
    public void Gradients_are_the_derivatives_of_J(string mdpName, string policyName)
    {
        FiniteMdp mdp = NumericsTesting.Mdp(mdpName, 2);
        using TabularPolicy policy = PolicyCases.Create(policyName, mdp, TensorFormat.Float64);
        AssertGradientIsDerivative(mdp, policy);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_gradient_of_a_users_module_is_the_derivative_of_J(bool oneHot)
    {
        FiniteMdp mdp = NumericsTesting.Mdp("grid-walls", 2);
        double[,] observations = oneHot ? PolicyCases.Identity(mdp.States) : StateFeatures.Coordinates(mdp.Grid!);
        using var policy = new ModulePolicy(
            "user", () => Network(observations.GetLength(1), mdp.Actions), observations, mdp.Actions, TensorFormat.Float64);
        AssertGradientIsDerivative(mdp, policy);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_users_module_with_the_weights_of_a_network_is_that_network(bool oneHot)
    {
        using DisposeScope scope = NewDisposeScope();
        const int agents = 3;
        FiniteMdp mdp = NumericsTesting.Mdp("grid-ending", agents);
        double[,] observations = oneHot ? PolicyCases.Identity(mdp.States) : StateFeatures.Coordinates(mdp.Grid!);
        using var module = new ModulePolicy(
            "user", () => Network(observations.GetLength(1), mdp.Actions), observations, mdp.Actions, TensorFormat.Float64);
        using var network = new NeuralSoftmax(
            mdp.States, mdp.Actions, [6, 5], Activation.Tanh, oneHot ? null : observations, TensorFormat.Float64);
        Assert.Equal(network.Layout.Length, module.Layout.Length);
        int[] place = PlacesInModule(network.Layout), source = new int[place.Length];
        for (int k = 0; k < place.Length; k++) source[place[k]] = k;

        // Twice, and the second time with fewer rows: the adapter's copies of the module serve again.
        foreach (int count in (int[])[agents, agents - 1])
        {
            Tensor rows = NumericsTesting.RandomRows(network, count, seed: 20 + count);
            Tensor moved = rows.index_select(1, Indices(source));

            AssertClose(network.forward(rows), module.forward(moved));
            Tensor expected = NumericsTesting.ExactDirections(mdp, network, rows, tau: 0.1);
            Tensor actual = NumericsTesting.ExactDirections(mdp, module, moved, tau: 0.1).index_select(1, Indices(place));
            AssertClose(expected, actual);
        }
    }

    private static Tensor Indices(int[] places) => tensor(places.Select(k => (long)k).ToArray());

    private static void AssertClose(Tensor expected, Tensor actual) =>
        Assert.All(expected.Numbers().Zip(actual.Numbers()), pair => Assert.Equal(pair.First, pair.Second, 1e-13));

    /// <summary>The shared evaluation of equal rows is a matter of speed only.</summary>
    [Theory]
    [InlineData("grid")]
    [InlineData("grid-own-endings")]
    [InlineData("random-own-kernels")]
    public void Equal_rows_give_the_same_bits_with_and_without_shared_work(string mdpName)
    {
        using DisposeScope scope = NewDisposeScope();
        const int agents = 5;
        FiniteMdp mdp = NumericsTesting.Mdp(mdpName, agents);
        foreach (TensorFormat format in (TensorFormat[])[TensorFormat.Float32, TensorFormat.Float64])
        {
            using TabularPolicy policy = PolicyCases.Create("neural tanh one-hot [9,5]", mdp, format);
            Tensor rows = NumericsTesting.RandomRows(policy, 1, seed: 4).expand(agents, -1).contiguous();
            Assert.Equal(
                NumericsTesting.ExactDirections(mdp, policy, rows, tau: 0.1).Bits(),
                NumericsTesting.ExactDirections(mdp, policy, rows, tau: 0.1, sameRows: true).Bits());
        }
    }

    private static nn.Module<Tensor, Tensor> Network(int inputs, int actions) => nn.Sequential(
        ("one", nn.Linear(inputs, 6)), ("two", nn.Tanh()), ("three", nn.Linear(6, 5)), ("four", nn.Tanh()),
        ("five", nn.Linear(5, actions)));

    /// <summary>A network's weights are [in, out], those of torch's Linear [out, in].</summary>
    private static int[] PlacesInModule(ParameterLayout layout)
    {
        int[] place = new int[layout.Length];
        foreach (ParameterSlice slice in layout.Slices)
        {
            for (int k = 0; k < slice.Length; k++)
            {
                (int i, int j) = slice.Shape.Length == 1 ? (0, k) : (k / (int)slice.Shape[1], k % (int)slice.Shape[1]);
                place[slice.Offset + k] = slice.Offset + (slice.Shape.Length == 1 ? k : (j * (int)slice.Shape[0]) + i);
            }
        }
        return place;
    }

    /// <summary>Central differences in all coordinates, the moved parameters evaluated as rows of one block.</summary>
    private static void AssertGradientIsDerivative(FiniteMdp mdp, TabularPolicy policy)
    {
        using DisposeScope scope = NewDisposeScope();
        const double h = 1e-5;
        int d = policy.Layout.Length, agents = mdp.Agents.Count;
        Tensor rows = NumericsTesting.RandomRows(policy, agents, seed: 12);
        foreach ((Objective objective, double tau) in new[] { (Objective.Regret, 0), (Objective.Reward, 0.4) })
        {
            double[][] gradients = [.. NumericsTesting.ExactDirections(mdp, policy, rows, 0, objective, tau).Numbers().Chunk(d)];
            for (int agent = 0; agent < agents; agent++)
            {
                double[] theta = rows[agent].Numbers();
                double[] RowsAt(double step) => [.. Enumerable.Range(0, d).SelectMany(k => theta.Select((x, j) => j == k ? x + step : x))];
                double[] above = NumericsTesting.RegularisedObjectives(mdp, agent, objective, tau, policy, tensor(RowsAt(h), [d, d]));
                double[] below = NumericsTesting.RegularisedObjectives(mdp, agent, objective, tau, policy, tensor(RowsAt(-h), [d, d]));
                double[] differences = [.. above.Zip(below, (a, b) => (a - b) / (2 * h))];
                double norm = NumericsTesting.Norm(differences);
                Assert.True(norm > 1e-3);
                double relative = NumericsTesting.Distance(differences, gradients[agent]) / norm;
                Assert.True(relative <= 1e-6, $"agent {agent}, {objective}, tau {tau}: relative distance {relative}");
            }
        }
    }
}
