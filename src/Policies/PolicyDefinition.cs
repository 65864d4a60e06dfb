using FedPG.Core.Options;
using FedPG.Envs;

namespace FedPG.Policies;

/// <summary>One kind of policy for one kind of environment: its name and how its options are read.</summary>
/// <param name="Kind">The name in experiment files; definitions for different environments may share it.</param>
/// <param name="Summary">One line for lists.</param>
/// <param name="Fits">Whether it can act in an environment.</param>
/// <param name="Configure">
/// Reads the options for an environment it fits (null when there is none, so that only the options can be checked) and returns what
/// makes the policy; every call gives an independent instance.
/// </param>
public sealed record PolicyDefinition(
    string Kind, string Summary, Func<FederatedEnvironment, bool> Fits, Func<OptionReader, FederatedEnvironment?, Func<TensorFormat, Policy>> Configure)
{
    /// <summary>Whether policy gradients train it, as <see cref="Policy.TakesGradients"/> of its instances.</summary>
    public bool TakesGradients { get; init; } = true;

    /// <summary>Why it cannot act in an environment of the kind it is for, as a message about <c>policy.kind</c> goes on; null where it can.</summary>
    public Func<FederatedEnvironment, string?> RefusalIn { get; init; } = _ => null;

    /// <summary>A kind of policy for one kind of environment.</summary>
    public static PolicyDefinition For<TEnvironment>(string kind, string summary, Func<OptionReader, TEnvironment?, Func<TensorFormat, Policy>> configure)
        where TEnvironment : FederatedEnvironment =>
        new(kind, summary, environment => environment is TEnvironment, (options, environment) => configure(options, environment as TEnvironment));
}
