namespace FedPG.Policies;

/// <summary>What learns the values of what a policy observes.</summary>
public enum CriticKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A network of its own, made like the policy's.</summary>
    Own,

    /// <summary>One more output of the policy's network: all layers but the last are shared.</summary>
    Shared,
}
