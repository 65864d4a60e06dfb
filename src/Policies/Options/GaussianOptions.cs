using FedPG.Core.Options;
using FedPG.Policies.Networks;

namespace FedPG.Policies.Options;

/// <summary>
/// Options of <c>gaussian</c>: a normal distribution around a network of what is observed. For episodic environments with continuous
/// actions.
/// </summary>
public sealed record GaussianOptions : NetworkPolicyOptions
{
    /// <summary>The kind, as experiment files name it.</summary>
    public const string Name = "gaussian";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <summary>The sizes of the hidden layers, each 1 to 65,536; empty for a linear mean.</summary>
    [Option("the sizes of the hidden layers, [] for none", Minimum = 1, Maximum = 65_536)]
    public int[] Hidden { get; init; } = [64, 64];

    /// <inheritdoc/>
    internal override IReadOnlyList<int> HiddenLayers => Hidden;

    /// <summary>The function between the layers.</summary>
    [Option("between the layers")]
    public Activation Activation { get; init; } = Activation.Tanh;

    /// <summary>The first sigma, 1e-12 to 1e12, in the unit of the action.</summary>
    [Option("the first sigma of the noise on each number of an action", Minimum = 1e-12, Maximum = 1e12)]
    public double StandardDeviation { get; init; } = 1;

    /// <summary>Whether log sigma is a parameter; otherwise sigma stays.</summary>
    [Option("whether log sigma is a parameter; otherwise sigma stays")]
    public bool LearnStandardDeviation { get; init; } = true;
}
