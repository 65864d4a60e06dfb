using static TorchSharp.torch;

namespace FedPG.Federation.States;

/// <summary>What every server keeps.</summary>
/// <param name="Theta">thetabar, [d].</param>
public record ServerState(Tensor Theta)
{
    /// <summary>What the server's optimiser keeps; null for plain averaging, which keeps nothing.</summary>
    public IStateRecord? Optimizer { get; init; }
}
