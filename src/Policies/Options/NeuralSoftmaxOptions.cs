using FedPG.Core.Options;
using FedPG.Policies.Networks;

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

    /// <summary>The sizes of the hidden layers, each 1 to 65,536; empty for none.</summary>
    [Option("the sizes of the hidden layers, [] for none", Minimum = 1, Maximum = 65_536)]
    public int[] Hidden { get; init; } = [64, 64];

    /// <inheritdoc/>
    internal override IReadOnlyList<int> HiddenLayers => Hidden;

    /// <summary>The function between the layers.</summary>
    [Option("between the layers")]
    public Activation Activation { get; init; } = Activation.Tanh;

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
