using FedPG.Core.Options;
using FedPG.Envs.Tabular;

namespace FedPG.Envs.ToyText;

/// <summary><c>CliffWalkingSlippery-v1</c>: the cliff walk on slippery ground.</summary>
public static class CliffWalkingSlippery
{
    /// <summary>The environment's documentation and maker.</summary>
    public static EnvironmentDefinition Definition { get; } = CliffWalking.Define<CliffWalkingSlipperyOptions>(
        "CliffWalkingSlippery-v1", "Gymnasium's cliff walk on slippery ground: a safe way is far from the edge.");

    /// <summary>Makes the environment.</summary>
    /// <param name="agents">N, at least 1.</param>
    /// <param name="options">Its options; null for the defaults.</param>
    /// <exception cref="InvalidInputException">Options are not allowed; all errors are named at once.</exception>
    public static FiniteMdp Create(int agents, CliffWalkingSlipperyOptions? options = null) =>
        (FiniteMdp)Definition.Create(agents, options);
}
