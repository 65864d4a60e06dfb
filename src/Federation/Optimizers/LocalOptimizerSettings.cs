namespace FedPG.Federation.Optimizers;

/// <summary>What an agent makes of the direction of a local step, after it was corrected.</summary>
public enum LocalOptimizerKind
{
    /// <summary>theta - eta g.</summary>
    Sgd,

    /// <summary>m = beta1 m + g, theta - eta m.</summary>
    Momentum,

    /// <summary>
    /// m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g^2, theta - eta mhat / (sqrt vhat + eps), with mhat = m / (1 - beta1^k) and
    /// vhat = v / (1 - beta2^k) at step k (Kingma and Ba 2015, Algorithm 1).
    /// </summary>
    Adam,
}

/// <summary>What becomes of a local optimiser's moments when the server has overwritten theta.</summary>
public enum LocalOptimizerState
{
    /// <summary>Each agent keeps its own.</summary>
    Kept,

    /// <summary>They start at 0 in every round.</summary>
    Reset,

    /// <summary>The server averages them after every round: messages, up and down.</summary>
    Averaged,

    /// <summary>
    /// All agents make the same ones from the gradient mean that the server broadcasts, once a round, and hold them fixed during their
    /// steps (Mime; Karimireddy et al. 2021). No message is added.
    /// </summary>
    Shared,
}

/// <summary>The local optimiser of a run. Immutable.</summary>
/// <param name="Kind">Which.</param>
/// <param name="State">What becomes of its moments from round to round.</param>
/// <param name="Beta1">beta1 in [0, 1).</param>
/// <param name="Beta2">beta2 in [0, 1).</param>
/// <param name="Epsilon">eps above 0.</param>
/// <param name="MaxNorm">The largest norm of a corrected direction, longer ones are shortened to it; null for no limit.</param>
internal sealed record LocalOptimizerSettings(
    LocalOptimizerKind Kind, LocalOptimizerState State, double Beta1, double Beta2, double Epsilon, double? MaxNorm)
{
    /// <summary>Steps along the direction as it is.</summary>
    public static LocalOptimizerSettings Plain { get; } =
        new(LocalOptimizerKind.Sgd, LocalOptimizerState.Kept, 0.9, 0.999, 1e-8, null);

    /// <summary>Whether it does nothing but follow the direction.</summary>
    public bool IsPlain => Kind == LocalOptimizerKind.Sgd && MaxNorm is null;
}
