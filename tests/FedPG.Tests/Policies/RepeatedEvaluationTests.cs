using FedPG.Envs.Tabular;
using FedPG.Policies;
using FedPG.Policies.Tabular;
using FedPG.Tests.Federation;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FedPG.Tests.Policies;

/// <summary>A policy remembers how it cut rows that it is given again: nobody may see it in a number.</summary>
public sealed class RepeatedEvaluationTests
{
    public RepeatedEvaluationTests() => set_num_threads(1);

    public static TheoryData<string> Policies() => [.. PolicyCases.OfGrids];

    [Theory]
    [MemberData(nameof(Policies))]
    public void Evaluations_of_the_same_rows_have_the_bits_of_first_ones_whatever_came_between(string name)
    {
        FiniteMdp mdp = NumericsTesting.Mdp("grid-3", 4);
        using TabularPolicy policy = PolicyCases.Create(name, mdp, TensorFormat.Float32);
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        int length = policy.Layout.Length;
        // Of 1 and of 3 agents; the same objects again and again, changed in place between the evaluations, in an order that has runs and
        // changes.
        Tensor[] rows = [Uniform(1, [3, length]), Uniform(2, [3, length]), Uniform(3, [1, length])];
        Tensor[] gradients = [.. rows.Select(r => empty_like(r))];
        foreach ((int which, int seed) in ((int, int)[])[(0, 4), (0, 5), (0, 6), (1, 7), (0, 8), (1, 9), (1, 10), (2, 11), (2, 12),
            (0, 13), (0, 14)])
        {
            rows[which].copy_(Uniform(seed, rows[which].shape));
            Tensor weights = Uniform(100 + seed, [rows[which].shape[0], mdp.States, mdp.Actions]);
            PolicyEvaluation evaluation = policy.Evaluate(rows[which]), abandoned = policy.Evaluate(rows[which]);
            Tensor gradient = seed % 3 == 0 ? empty_like(rows[which]) : gradients[which];
            evaluation.Backward(weights, gradient);
            using TabularPolicy other = PolicyCases.Create(name, mdp, TensorFormat.Float32);
            PolicyEvaluation first = other.Evaluate(rows[which].clone());
            Tensor expected = empty_like(rows[which]);
            first.Backward(weights, expected);
            Assert.Equal(first.Output.Bits(), evaluation.Output.Bits());
            Assert.Equal(first.Output.Bits(), abandoned.Output.Bits());
            Assert.Equal(expected.Bits(), gradient.Bits());
        }
    }

    [Fact]
    public void A_backward_pass_that_failed_leaves_nothing_in_the_next_one()
    {
        FiniteMdp mdp = NumericsTesting.Mdp("grid-3", 4);
        using TabularPolicy policy = PolicyCases.Create("neural tanh one-hot [5]", mdp, TensorFormat.Float64);
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = Uniform(1, [3, policy.Layout.Length]).to(ScalarType.Float64), weights = ones(
            3, mdp.States, mdp.Actions, dtype: ScalarType.Float64) * rows.narrow(1, 0, 1).unsqueeze(2);
        Tensor expected = empty_like(rows), gradients = empty_like(rows);
        policy.Evaluate(rows).Backward(weights, expected);
        foreach (Tensor wrong in (Tensor[])[zeros(5, policy.Layout.Length, dtype: ScalarType.Float64),
            zeros(3, 2, dtype: ScalarType.Float64)])
        {
            Assert.ThrowsAny<Exception>(() => policy.Evaluate(rows).Backward(weights, wrong));
            policy.Evaluate(rows).Backward(weights, gradients);
            Assert.Equal(expected.Bits(), gradients.Bits());
        }
    }

    private static Tensor Uniform(int seed, long[] shape) =>
        tensor(NumericsTesting.Uniform(seed, (int)shape.Aggregate(1L, (a, b) => a * b), 1), dtype: ScalarType.Float32).view(shape);
}
