namespace FedPG.Policies.Networks;

/// <summary>How a network's parameters start.</summary>
public enum NetworkStart
{
    /// <summary>Hidden weights uniform with variance 1 / fan-in, the last layer 0: the first policy is uniform.</summary>
    Zero,

    /// <summary>
    /// Orthogonal weights (Saxe, McClelland and Ganguli 2014) with gains sqrt 2 in hidden layers, 0.01 for actions and 1 for values; biases
    /// 0.
    /// </summary>
    Orthogonal,
}
