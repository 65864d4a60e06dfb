namespace FedPG.Policies.Networks;

/// <summary>What a policy's network is.</summary>
public enum NetworkKind
{
    /// <summary>Fully connected layers.</summary>
    Dense,

    /// <summary>A small convolution on the image, and fully connected layers behind it.</summary>
    Convolution,
}
