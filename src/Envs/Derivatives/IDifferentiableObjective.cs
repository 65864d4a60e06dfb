namespace FedPG.Envs.Derivatives;

/// <summary>
/// A function of policy parameters that is known exactly, minimised: the J_i of an agent, or their mean J, Eq. (3). What the laws of
/// convergence are computed from. Instances keep work arrays: one thread at a time.
/// </summary>
public interface IDifferentiableObjective
{
    /// <summary>d, the number of parameters.</summary>
    int Dimension { get; }

    /// <summary>J(theta).</summary>
    /// <param name="theta">theta, [d].</param>
    double Value(ReadOnlySpan<double> theta);

    /// <summary>grad J(theta).</summary>
    /// <param name="theta">theta, [d].</param>
    /// <param name="gradient">The gradient, [d], overwritten.</param>
    void Gradient(ReadOnlySpan<double> theta, Span<double> gradient);

    /// <summary>The Hessian of J at theta times a vector.</summary>
    /// <param name="theta">theta, [d].</param>
    /// <param name="vector">v, [d].</param>
    /// <param name="product">The product, [d], overwritten.</param>
    void HessianVector(ReadOnlySpan<double> theta, ReadOnlySpan<double> vector, Span<double> product);
}
