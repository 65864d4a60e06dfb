using FedPG.Core.Options;

namespace FedPG.Policies.Options;

/// <summary>Options of <c>linear</c>: the gain of a linear-quadratic problem, with Gaussian noise or without.</summary>
public sealed record LinearOptions : PersonalPolicyOptions
{
    /// <summary>The kind, as experiment files name it.</summary>
    public const string Name = "linear";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <summary>sigma of the noise on the control, 0 or above; 0 (the default) for none.</summary>
    [Option("sigma of the Gaussian noise on the control; 0 for none", Minimum = 0)]
    public double StandardDeviation { get; init; }
}
