using FedPG.Core.Options;

namespace FedPG.Policies;

/// <summary>The options of a kind of policy: the <c>policy</c> section of an experiment.</summary>
public abstract record PolicyOptions
{
    /// <summary>The value of <c>policy.kind</c>.</summary>
    public abstract string Kind { get; }

    /// <summary>theta_0, [d]; null (the default) for the policy's own start, which is uniform.</summary>
    [Option("theta_0, the parameters to start from")]
    public double[]? Initial { get; init; }
}
