using FedPG.Core;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Policies.Episodic;
using FedPG.Policies.LinearQuadratic;
using FedPG.Policies.Tabular;

namespace FedPG.Policies.BuiltIn;

/// <summary>The kinds of policies that are built in. Register others before experiments are read.</summary>
public static class PolicyRegistry
{
    private static readonly Lazy<Catalog<PolicyDefinition>> Shared = new(WithBuiltIn);

    /// <summary>The catalogue of this process, with the built-in kinds; plug-ins add to it.</summary>
    public static Catalog<PolicyDefinition> Default => Shared.Value;

    /// <summary>A new catalogue with the built-in kinds.</summary>
    public static Catalog<PolicyDefinition> WithBuiltIn()
    {
        var policies = new Catalog<PolicyDefinition>("kind of policy");
        IEnumerable<PolicyDefinition> builtIn =
        [
            TabularSoftmax.Definition,
            LogLinear.Definition,
            NeuralSoftmax.Definition,
            LinearPolicy.Definition,
            TabularDirect.Definition,
            ActionValues.Definition,
            StateValues.Definition,
            .. ObservationSoftmax.Definitions,
            GaussianPolicy.Definition,
            ObservationActionValues.Definition,
            ObservationStateValues.Definition,
        ];
        foreach (PolicyDefinition definition in builtIn) policies.Register(definition);
        return policies;
    }

    /// <summary>Makes a policy from a program, with the checks that a file goes through.</summary>
    /// <param name="environment">The environment that it acts in.</param>
    /// <param name="options">The options; their type says which policy.</param>
    /// <param name="format">
    /// The type and place of rows and probabilities; null (the default) for <see cref="TensorFormat.Float32"/>.
    /// </param>
    /// <returns>A policy of the caller's own.</returns>
    /// <exception cref="InvalidInputException">
    /// The kind cannot act in the environment, or options are not allowed; all of those at once, by their keys.
    /// </exception>
    public static Policy Create(FederatedEnvironment environment, PolicyOptions options, TensorFormat? format = null) =>
        Default.Create(environment, options, format ?? TensorFormat.Float32);
}
