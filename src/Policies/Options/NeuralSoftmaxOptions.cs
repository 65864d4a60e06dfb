using FedPG.Core.Options;

namespace FedPG.Policies.Options;

/// <summary>
/// Options of <c>neural-softmax</c>: a fully connected network to one logit for each action. For tabular environments, and for episodic
/// ones with discrete actions.
/// </summary>
public sealed record NeuralSoftmaxOptions : NetworkPolicyOptions
{
    /// <summary>The kind, as experiment files name it.</summary>
    public const string Name = "neural-softmax";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <summary>What the network sees of a state. For tabular environments; an episodic one gives observations.</summary>
    [Option("what the network sees of a state")]
    public StateObservation Observation { get; init; } = StateObservation.OneHot;
}

/// <summary>What a network sees of a listed state.</summary>
public enum StateObservation
{
    /// <summary>The state's number, one-hot: [S].</summary>
    OneHot,

    /// <summary>Row and column on the grid, each scaled to [-1, 1]: [2].</summary>
    Coordinates,
}
