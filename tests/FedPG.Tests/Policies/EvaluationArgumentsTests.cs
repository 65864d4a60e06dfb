using FedPG.Envs;
using FedPG.Policies;
using FedPG.Policies.Episodic;
using FedPG.Policies.Networks;
using FedPG.Policies.Tabular;
using FedPG.Tests.Federation;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FedPG.Tests.Policies;

/// <summary>
/// What is worked on in memory takes the same arguments as what is torch's: of any type and any strides, and what has no meaning is
/// refused.
/// </summary>
public sealed class EvaluationArgumentsTests
{
    private const int States = 3, Pairs = 5, Inputs = 3;

    public EvaluationArgumentsTests() => set_num_threads(1);

    public static TheoryData<int, int, bool> Cases()
    {
        var cases = new TheoryData<int, int, bool>();
        foreach (int agents in (int[])[1, 3])
        {
            for (int actions = 1; actions <= 9; actions++)
            {
                cases.Add(agents, actions, false);
                cases.Add(agents, actions, true);
            }
        }
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_table_takes_weights_of_either_type_and_of_any_strides(int agents, int actions, bool twice)
    {
        using DisposeScope scope = NewDisposeScope();
        using var policy = new TabularSoftmax(States, actions, twice ? TensorFormat.Float64 : TensorFormat.Float32);
        ScalarType own = policy.Format.Dtype, other = twice ? ScalarType.Float32 : ScalarType.Float64;
        Tensor wide = Uniform(1, own, agents, 2 * policy.Layout.Length), weights = Uniform(
            2, own, agents, States, actions).to(ScalarType.Float32).to(own);
        Tensor rows = wide.narrow(1, 0, policy.Layout.Length), expected = Torch(policy, rows, weights);
        // Two evaluations of the same rows: the second is at leaves that are kept.
        for (int time = 0; time < 3; time++)
        {
            foreach (Tensor given in (Tensor[])[weights, weights.to(other), weights.transpose(0, 2).contiguous().transpose(0, 2)])
            {
                Tensor gradients = zeros(policy.Layout.Length, agents, dtype: own).transpose(0, 1);
                PolicyEvaluation evaluation = policy.Evaluate(rows);
                AssertClose(policy.forward(rows).detach(), evaluation.Output);
                evaluation.Backward(given, gradients);
                AssertClose(expected, gradients);
                Tensor contiguous = empty(agents, policy.Layout.Length, dtype: own);
                policy.Evaluate(rows).Backward(given, contiguous);
                AssertClose(expected, contiguous);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Pairs_take_actions_and_weights_of_any_type_and_of_any_strides(int agents, int actions, bool twice)
    {
        using DisposeScope scope = NewDisposeScope();
        using ObservationSoftmax policy = Create(actions, twice);
        ScalarType own = policy.Format.Dtype, other = twice ? ScalarType.Float32 : ScalarType.Float64;
        Tensor rows = Uniform(1, own, agents, policy.Layout.Length), seen = Uniform(3, own, agents, Pairs, Inputs), weights = Uniform(
            2, own, agents, Pairs).to(ScalarType.Float32).to(own);
        Tensor chosen = tensor([.. Enumerable.Range(0, agents * Pairs).Select(k => (long)(k % actions))], [agents, Pairs, 1]);
        Tensor expectedLogs = policy.LogProbabilities(policy.Heads(rows, seen), chosen), expected = zeros_like(rows);
        policy.Evaluate(
            rows, seen, heads => policy.LogProbabilities(heads, chosen.expand(heads.shape[0], -1, -1))).Backward(weights, expected);
        foreach (Tensor done in (Tensor[])[chosen, chosen.to(own), chosen.to(other), chosen.to(ScalarType.Int32),
            chosen.to(own).transpose(0, 1).contiguous().transpose(0, 1)])
        {
            foreach (Tensor given in (Tensor[])[weights, weights.to(other), weights.transpose(0, 1).contiguous().transpose(0, 1)])
            {
                Tensor gradients = empty_like(rows);
                PolicyEvaluation evaluation = policy.Evaluate(rows, seen, done);
                AssertClose(expectedLogs, evaluation.Output);
                evaluation.Backward(given, gradients);
                AssertClose(expected, gradients);
            }
        }
    }

    [Fact]
    public void Weights_and_actions_that_do_not_fit_are_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        using var table = new TabularSoftmax(States, 4, TensorFormat.Float32);
        using ObservationSoftmax policy = Create(4, twice: false);
        Tensor rows = zeros(2, table.Layout.Length), gradients = zeros_like(rows);
        foreach (long[] shape in (long[][])[[2, 4, States], [2, States * 4], [2, States], [1, States, 4]])
            Assert.ThrowsAny<Exception>(() => table.Evaluate(rows).Backward(ones(shape), gradients));
        Tensor thetas = zeros(2, policy.Layout.Length), slopes = zeros_like(thetas), seen = zeros(2, Pairs, Inputs);
        foreach (long[] shape in (long[][])[[Pairs, 2], [2 * Pairs], [2, Pairs, 1]])
            Assert.ThrowsAny<Exception>(() => policy.Evaluate(thetas, seen, zeros(2, Pairs, 1)).Backward(ones(shape), slopes));
        foreach (float action in (float[])[-1, 4])
        {
            Tensor done = zeros(2, Pairs, 1);
            done[0, 1, 0] = tensor(action);
            Assert.ThrowsAny<Exception>(() => policy.Evaluate(thetas, seen, done));
        }
        foreach (long[] shape in (long[][])[[2, Pairs - 1, 1], [2, Pairs + 1, 1], [1, 2 * Pairs, 1]])
            Assert.ThrowsAny<Exception>(() => policy.Evaluate(thetas, seen, zeros(shape)));
    }

    /// <summary>In the first evaluation, in later ones of the same rows, and of a row that is alone.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_parameter_that_nothing_depends_on_has_the_gradient_zero(int agents)
    {
        using DisposeScope scope = NewDisposeScope();
        using var policy = new HalfUsed();
        Tensor rows = Uniform(1, ScalarType.Float32, agents, policy.Layout.Length), weights = Uniform(
            2, ScalarType.Float32, agents, States, 2);
        for (int time = 0; time < 3; time++)
        {
            Tensor gradients = Uniform(3, ScalarType.Float32, rows.shape);
            policy.Evaluate(rows).Backward(weights, gradients);
            Assert.All(gradients.narrow(1, States * 2, 5).Numbers(), slope => Assert.Equal(0, slope));
            Assert.Contains(gradients.narrow(1, 0, States * 2).Numbers(), slope => slope != 0);
        }
    }

    private static ObservationSoftmax Create(int actions, bool twice) =>
        new("neural-softmax", new ObservationEncoding(Box.Of(Inputs)), new Discrete(actions), [6], Activation.Tanh,
            twice ? TensorFormat.Float64 : TensorFormat.Float32);

    /// <summary>The gradients by torch from end to end.</summary>
    private static Tensor Torch(TabularPolicy policy, Tensor rows, Tensor weights)
    {
        using var recording = enable_grad();
        Tensor leaf = rows.detach().clone().requires_grad_();
        policy.forward(leaf).backward([weights]);
        return leaf.grad!;
    }

    private static void AssertClose(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.shape, actual.shape);
        Assert.Equal(expected.dtype, actual.dtype);
        double tolerance = expected.dtype == ScalarType.Float64 ? 1e-13 : 1e-5;
        foreach ((double e, double a) in expected.Numbers().Zip(actual.Numbers())) Assert.Equal(e, a, tolerance);
    }

    private static Tensor Uniform(int seed, ScalarType type, params long[] shape) =>
        tensor(NumericsTesting.Uniform(seed, (int)shape.Aggregate(1L, (a, b) => a * b), 1), dtype: type).view(shape);

    /// <summary>A user's policy that has a parameter it makes no use of.</summary>
    private sealed class HalfUsed() : TabularPolicy("half used", EvaluationArgumentsTests.States, 2, TensorFormat.Float32,
        new ParameterLayout([("used", [EvaluationArgumentsTests.States, 2]), ("unused", [5])]))
    {
        protected override Tensor LogProbabilities(IReadOnlyList<Tensor> parameters) => nn.functional.log_softmax(parameters[0], -1);
    }
}
