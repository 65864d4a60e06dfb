using FedPG.Envs.Derivatives;

namespace FedPG.Federation.Evaluation;

/// <summary>
/// An experiment's problem at one entropy weight, as far as it is known exactly: constants and local laws are computed from it. It computes
/// in double precision, whatever the experiment's own is. One thread at a time.
/// </summary>
internal abstract class KnownProblem : IDisposable
{
    /// <summary>The mean J, Eq. (3), with the entropy term where tau is above 0.</summary>
    public abstract IDifferentiableObjective Mean { get; }

    /// <summary>N.</summary>
    public abstract int Agents { get; }

    /// <summary>J*, the smallest mean that any policy reaches; null where unknown.</summary>
    public abstract double? Optimum { get; }

    /// <summary>Whether all agents share dynamics and start distribution, so that there is an average problem (Proposition 1).</summary>
    public abstract bool SharesDynamics { get; }

    /// <summary>
    /// Whether the policy is told of the agent that it acts for; false by default. Then the average problem is that of states beside
    /// contexts, and what is said of the states alone does not hold.
    /// </summary>
    public virtual bool IsToldOfAgents => false;

    /// <summary>What is proven of gradient domination here; null (the default) where nothing is.</summary>
    public virtual ProvenDomination? Domination => null;

    /// <summary>A proven bound of the smoothness L of every J_i; null (the default) where none is known.</summary>
    public virtual double? SmoothnessBound => null;

    /// <summary>An agent's J_i; it lives as long as this object.</summary>
    /// <param name="agent">i, in [0, N).</param>
    public abstract IDifferentiableObjective Agent(int agent);

    /// <summary>grad_K J, the expectation of the truncated estimate, below Eq. (5).</summary>
    /// <param name="theta">theta, [d].</param>
    /// <param name="horizon">K, at least 1.</param>
    /// <param name="gradient">The gradient, [d], overwritten.</param>
    public abstract void TruncatedGradient(ReadOnlySpan<double> theta, int horizon, Span<double> gradient);

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>grad J(theta) of the mean, [d].</summary>
    /// <param name="theta">theta, [d].</param>
    public double[] Gradient(ReadOnlySpan<double> theta)
    {
        double[] gradient = new double[theta.Length];
        Mean.Gradient(theta, gradient);
        return gradient;
    }

    /// <summary>grad_K J - grad J of the mean, [d].</summary>
    /// <param name="theta">theta, [d].</param>
    /// <param name="horizon">K, at least 1.</param>
    public double[] TruncationError(ReadOnlySpan<double> theta, int horizon)
    {
        double[] error = new double[theta.Length], gradient = Gradient(theta);
        TruncatedGradient(theta, horizon, error);
        for (int k = 0; k < error.Length; k++) error[k] -= gradient[k];
        return error;
    }
}

/// <summary>What is proven of gradient domination in a problem.</summary>
/// <param name="Name"><c>gradient-domination</c>, Eq. (12), or <c>weak-domination</c>.</param>
/// <param name="Reasons">Why, and what the proof asks for, in sentences for people.</param>
internal sealed record ProvenDomination(string Name, IReadOnlyList<string> Reasons)
{
    /// <summary>||grad J||^2 at least mu (J - J*): Eq. (12).</summary>
    public const string Gradient = "gradient-domination";

    /// <summary>||grad J|| at least c (J - J*).</summary>
    public const string Weak = "weak-domination";
}
