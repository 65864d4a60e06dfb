namespace FedPG.Envs.Tabular.Exact.Sparse;

/// <summary>How the linear systems of policy evaluation are solved.</summary>
public enum LinearSolver
{
    /// <summary>The elimination that is cheaper, unless it would be large and iterations cheaper still.</summary>
    Automatic,

    /// <summary>
    /// LU factorisation of a band (states in reverse Cuthill-McKee order): for chains, and for small MDPs whose factors are full.
    /// </summary>
    Banded,

    /// <summary>Preconditioned GMRES: for large sparse kernels without geometry, whose band would be full.</summary>
    Iterative,

    /// <summary>LU factorisation of a sparse matrix (states in minimum degree order): for grids and mazes.</summary>
    Sparse,
}

/// <summary>An iterative solve ended short of its tolerance; so no number of it is handed out.</summary>
/// <param name="message">What was reached.</param>
internal sealed class ConvergenceException(string message) : Exception(message);

/// <summary>The matrix I - gamma P_pi of one policy after another, and solves with it. Not thread-safe.</summary>
internal interface IPolicySystem
{
    /// <summary>About how many multiplications a policy takes.</summary>
    double Cost { get; }

    /// <summary>
    /// How far the last solution of <see cref="Solve"/> may be from the true one in any state; 0 for elimination, which has rounding only.
    /// </summary>
    double ErrorBound { get; }

    /// <summary>Chooses the policy, [S, A].</summary>
    void SetPolicy(ReadOnlySpan<double> policy);

    /// <summary>Replaces b, [S], by (I - gamma P_pi)^-1 b.</summary>
    void Solve(Span<double> x);

    /// <summary>Replaces b, [S], by the solution of the transposed system.</summary>
    void SolveTransposed(Span<double> x);

    /// <summary>Another instance for another thread.</summary>
    IPolicySystem Clone();
}
