using FedPG.Policies.Tabular;
using FedPG.Policies.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace FedPG.Federation.Estimators.Tabular;

/// <summary>
/// The natural direction of any differentiable tabular policy: (F + lambda I) x = g, with g = sum of W(s,a) grad log pi(a|s) and the Fisher
/// matrix F = sum of w(s,a) grad log pi grad log pi' for weights w of pairs. A product with F takes two passes through the policy's graph.
/// One agent at a time, so an agent's numbers do not depend on its block. Not thread-safe.
/// </summary>
/// <param name="policy">The policy; log pi must be differentiable in the rows, which that of a <see cref="ModulePolicy"/> is not.</param>
/// <param name="options">Damping and the most steps.</param>
internal sealed class TabularFisher(TabularPolicy policy, FisherOptions options)
{
    private readonly FisherSolver _solver = new(options, policy.Format);

    /// <summary>Solves for one agent.</summary>
    /// <param name="row">theta, [d].</param>
    /// <param name="agent">Whose row it is, in the environment that the policy was made for.</param>
    /// <param name="pairs">w(s,a), [S, A], none below 0.</param>
    /// <param name="score">W(s,a), [S, A].</param>
    /// <returns>x, [d].</returns>
    public double[] Solve(Tensor row, int agent, ReadOnlySpan<double> pairs, ReadOnlySpan<double> score)
    {
        ArgumentNullException.ThrowIfNull(row);
        using DisposeScope scope = NewDisposeScope();
        using var recording = enable_grad();
        Tensor rows = row.detach().unsqueeze(0).clone().requires_grad_();
        Tensor graph = policy.forward(rows, [agent]);
        if (!graph.requires_grad)
            throw new NotSupportedException($"{policy.GetType().Name} is not differentiable in its rows, so it has no natural direction");
        var products = new Products(rows, graph, pairs.ToArray());
        return _solver.Solve(products.Pull(score.ToArray()), agents: 1, products);
    }

    private sealed class Products : IFisherProducts
    {
        private readonly Tensor _rows, _graph, _u, _pulled;
        private readonly double[] _pairs;

        public Products(Tensor rows, Tensor graph, double[] pairs)
        {
            (_rows, _graph, _pairs) = (rows, graph, pairs);
            // J' u is linear in u, so its derivative along v is J v whatever u is: a backward pass of a backward pass.
            _u = zeros_like(graph).detach().requires_grad_();
            _pulled = autograd.grad([graph], [rows], [_u], retain_graph: true, create_graph: true)[0];
        }

        public void Write(double[] vectors, bool[] open, double[] products)
        {
            using DisposeScope scope = NewDisposeScope();
            double[] along = Numbers(autograd.grad([_pulled], [_u], [Like(vectors, _rows)], retain_graph: true)[0]);
            for (int k = 0; k < along.Length; k++) along[k] *= _pairs[k];
            Pull(along).CopyTo(products, 0);
        }

        /// <summary>J' w, the gradient of sum of w log pi, [d].</summary>
        public double[] Pull(double[] weights)
        {
            using DisposeScope scope = NewDisposeScope();
            return Numbers(autograd.grad([_graph], [_rows], [Like(weights, _graph)], retain_graph: true)[0]);
        }

        private static Tensor Like(double[] values, Tensor example) =>
            tensor(values, example.shape, dtype: example.dtype, device: example.device);

        private static double[] Numbers(Tensor tensor) =>
            tensor.detach().cpu().to(ScalarType.Float64).contiguous().Span<double>().ToArray();
    }
}
