using FedPG.Core.Options;

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

    /// <summary>The first sigma, 1e-12 to 1e12, in the unit of the action.</summary>
    [Option("the first sigma of the noise on each number of an action", Minimum = 1e-12, Maximum = 1e12)]
    public double StandardDeviation { get; init; } = 1;

    /// <summary>Whether log sigma is a parameter; otherwise sigma stays.</summary>
    [Option("whether log sigma is a parameter; otherwise sigma stays")]
    public bool LearnStandardDeviation { get; init; } = true;
}
