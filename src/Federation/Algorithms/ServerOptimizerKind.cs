namespace FedPG.Federation.Algorithms;

/// <summary>What the server does with the mean change, as <see cref="ServerOptimizer"/> has the equations.</summary>
public enum ServerOptimizerKind
{
    /// <summary>Adds it.</summary>
    Sgd,

    /// <summary>Adds a decaying sum of the mean changes.</summary>
    Momentum,

    /// <summary>Divides the momentum by the root of a decaying mean of squares.</summary>
    Adam,

    /// <summary>The same with a mean of squares that changes additively.</summary>
    Yogi,

    /// <summary>The same with the sum of squares.</summary>
    Adagrad,
}
