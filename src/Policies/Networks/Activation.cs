namespace FedPG.Policies.Networks;

/// <summary>What lies between the layers of a network.</summary>
public enum Activation
{
    /// <summary>The hyperbolic tangent.</summary>
    Tanh,

    /// <summary>max(0, x).</summary>
    Relu,
}
