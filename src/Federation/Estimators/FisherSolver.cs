using FedPG.Core.Options;
using FedPG.Policies;
using FedPG.Policies.Tabular;
using FedPG.Policies.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace FedPG.Federation.Estimators;

/// <summary>How <see cref="FisherSolver"/> solves; the keys of the gradient section that it is read from.</summary>
/// <param name="Damping">lambda, 0 or above.</param>
/// <param name="Iterations">The most steps of conjugate gradients, 1 or more.</param>
public sealed record FisherOptions(double Damping, int Iterations)
{
    /// <summary>Reads <c>damping</c> and <c>solverIterations</c>; known to every estimator of policy gradients, used with the natural direction.</summary>
    internal static FisherOptions Read(OptionReader gradient, double damping = 1e-4, int iterations = 100) => new(
        gradient.Number("damping", damping, NumberRange.NonNegative, "lambda that is added to the Fisher matrix, for the natural direction of policies that are no table"),
        gradient.Integer("solverIterations", iterations, 1, 100_000, "the most steps of conjugate gradients, for the same"));
}

/// <summary>
/// The natural direction x of any differentiable policy: (F + lambda I) x = g, with g = sum of W(s,a) grad log pi(a|s) and the Fisher matrix
/// F = sum of w(s,a) grad log pi grad log pi' for weights w of pairs, by conjugate gradients from x = 0 (Kakade 2002; Hestenes and Stiefel 1952). F is
/// never formed: a product takes two passes through the policy's graph. With lambda = 0 and enough steps it is F^+ g. One agent at a time, so an
/// agent's numbers do not depend on its block. Not thread-safe.
/// </summary>
/// <param name="policy">The policy; its log pi must be differentiable in the rows, which that of a <see cref="ModulePolicy"/> is not.</param>
/// <param name="options">Damping and the most steps.</param>
public sealed class FisherSolver(TabularPolicy policy, FisherOptions options)
{
    private readonly double _tolerance = ToleranceOf(policy.Format);

    /// <summary>Where a residual over its start counts as none.</summary>
    internal static double ToleranceOf(TensorFormat format) => format.Dtype == ScalarType.Float64 ? 1e-11 : 1e-5;

    /// <summary>Solves for one agent.</summary>
    /// <param name="row">theta, [d].</param>
    /// <param name="pairs">w(s,a), [S, A], none below 0.</param>
    /// <param name="score">W(s,a), [S, A].</param>
    /// <returns>x, [d].</returns>
    public double[] Solve(Tensor row, ReadOnlySpan<double> pairs, ReadOnlySpan<double> score)
    {
        ArgumentNullException.ThrowIfNull(row);
        using DisposeScope scope = NewDisposeScope();
        using var recording = enable_grad();
        Tensor rows = row.detach().unsqueeze(0).clone().requires_grad_();
        Tensor graph = policy.forward(rows);
        if (!graph.requires_grad) throw new NotSupportedException($"{policy.GetType().Name} is not differentiable in its rows, so it has no natural direction");
        // J' u is linear in u, so its derivative along v is J v whatever u is: a backward pass of a backward pass.
        Tensor u = zeros_like(graph).detach().requires_grad_();
        Tensor pulled = autograd.grad([graph], [rows], [u], retain_graph: true, create_graph: true)[0];
        double[] weights = pairs.ToArray();
        return ConjugateGradients.Solve(Pull(graph, rows, score.ToArray()), systems: 1, _tolerance, options.Iterations, Multiply);

        void Multiply(double[] vector, bool[] open, double[] product)
        {
            using DisposeScope inner = NewDisposeScope();
            double[] along = Numbers(autograd.grad([pulled], [u], [Like(vector, rows)], retain_graph: true)[0]);
            for (int k = 0; k < along.Length; k++) along[k] *= weights[k];
            Pull(graph, rows, along).CopyTo(product, 0);
            for (int k = 0; k < product.Length; k++) product[k] += options.Damping * vector[k];
        }
    }

    /// <summary>J' w, the gradient of sum of w log pi, [d].</summary>
    private static double[] Pull(Tensor graph, Tensor rows, double[] weights)
    {
        using DisposeScope scope = NewDisposeScope();
        return Numbers(autograd.grad([graph], [rows], [Like(weights, graph)], retain_graph: true)[0]);
    }

    private static Tensor Like(double[] values, Tensor example) => tensor(values, example.shape, dtype: example.dtype, device: example.device);

    private static double[] Numbers(Tensor tensor) => tensor.detach().cpu().to(ScalarType.Float64).contiguous().Span<double>().ToArray();
}
