namespace FedPG.Federation.Estimators.Critics;

/// <summary>
/// How a rollout is cut where a policy remembers: each of B environments into pieces of L steps, through which gradients go back; what was
/// remembered at a piece's first step is stored with it. Pieces are numbered by time, then by environment. By default there is one step a
/// piece, and a piece's number is its pair's, p = t B + b.
/// </summary>
/// <param name="Width">B.</param>
/// <param name="Length">L.</param>
internal readonly record struct RolloutSequences(int Width, int Length)
{
    /// <summary>The steps of a piece, 1 or more.</summary>
    public int Steps => Math.Max(1, Length);

    /// <summary>The pair of a step.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="step">The step in it, in [0, L).</param>
    public int PairOf(int piece, int step) =>
        Steps == 1 ? piece : ((((piece / Width) * Length) + step) * Width) + (piece % Width);
}
