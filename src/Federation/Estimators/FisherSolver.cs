using FedPG.Policies;
using static TorchSharp.torch;

namespace FedPG.Federation.Estimators;

/// <summary>How a natural direction is solved for.</summary>
/// <param name="Damping">lambda, 0 or more.</param>
/// <param name="Iterations">The most steps of conjugate gradients, 1 or more.</param>
internal sealed record FisherOptions(double Damping, int Iterations);

/// <summary>The products of the Fisher matrices F_i of several agents with vectors; F_i itself is never formed.</summary>
internal interface IFisherProducts
{
    /// <summary>Writes F_i v_i of the agents that are still being solved for.</summary>
    /// <param name="vectors">v, [agents, d] row by row.</param>
    /// <param name="open">Which agents are still being solved for, [agents].</param>
    /// <param name="products">F v, [agents, d], overwritten; what stands in the rows of the other agents is not read.</param>
    void Write(double[] vectors, bool[] open, double[] products);
}

/// <summary>
/// Natural directions of any kind of problem: (F_i + lambda I) x_i = g_i by conjugate gradients from x = 0 (Kakade 2002; Hestenes and
/// Stiefel 1952). With lambda = 0 and enough steps it is F^+ g. An agent's numbers do not depend on the others. Stateless.
/// </summary>
/// <param name="options">Damping and the most steps.</param>
/// <param name="format">The type of the parameters, which decides what counts as solved.</param>
internal sealed class FisherSolver(FisherOptions options, TensorFormat format)
{
    /// <summary>Where a residual over its start counts as none.</summary>
    private readonly double _tolerance = format.Dtype == ScalarType.Float64 ? 1e-11 : 1e-5;

    /// <summary>Solves.</summary>
    /// <param name="gradients">g, [agents, d] row by row; overwritten.</param>
    /// <param name="agents">How many there are.</param>
    /// <param name="fisher">F.</param>
    /// <returns>x, [agents, d].</returns>
    public double[] Solve(double[] gradients, int agents, IFisherProducts fisher) =>
        ConjugateGradients.Solve(gradients, agents, _tolerance, options.Iterations, (vectors, open, products) =>
        {
            fisher.Write(vectors, open, products);
            for (int k = 0; k < products.Length; k++) products[k] += options.Damping * vectors[k];
        });
}
