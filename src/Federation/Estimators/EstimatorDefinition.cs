using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Policies;

namespace FedPG.Federation.Estimators;

/// <summary>What an estimator is configured for.</summary>
/// <param name="Objective">How rewards become costs.</param>
/// <param name="Environment">The instance; null when it had faults itself, so that only the options can be checked.</param>
/// <param name="Policy">An instance of the policy; null for the same reason.</param>
public sealed record EstimatorContext(Objective Objective, FederatedEnvironment? Environment, Policy? Policy)
{
    /// <summary>Whether the natural direction is asked for, in the place of the gradient.</summary>
    public bool Natural { get; init; }

    /// <summary>The algorithm that is defined by its direction and knows no other; null where the file decides.</summary>
    public string? DirectionOf { get; init; }

    /// <summary>What a message about a natural direction that cannot be had says of the way out.</summary>
    internal string PlainInstead => DirectionOf is null ? "allowed there: \"plain\"" : $"federation.algorithm \"{DirectionOf}\", which knows no other, cannot be had there";
}

/// <summary>One estimator for one kind of environment: its name and how its options are read.</summary>
/// <param name="Name">The value of <c>gradient.estimator</c>; definitions for different environments may share it.</param>
/// <param name="Summary">One line for lists.</param>
/// <param name="Environment">The type of the instances it serves.</param>
/// <param name="Configure">
/// Reads the options of the gradient section; returns what prepares, once an experiment, the maker of oracles for blocks of agents.
/// </param>
public sealed record EstimatorDefinition(
    string Name, string Summary, Type Environment,
    Func<OptionReader, EstimatorContext, Func<FederatedEnvironment, Func<EstimatorSetup, IGradientEstimator>>> Configure)
{
    /// <summary>Whether it offers the natural direction too.</summary>
    public bool OffersNatural { get; init; }

    /// <summary>Whether its oracles are <see cref="IBatchEstimator"/> where the direction is the plain one.</summary>
    public bool OffersBatches { get; init; }

    /// <summary>An estimator for one kind of environment.</summary>
    public static EstimatorDefinition For<TEnvironment>(
        string name, string summary, Func<OptionReader, EstimatorContext, Func<TEnvironment, Func<EstimatorSetup, IGradientEstimator>>> configure)
        where TEnvironment : FederatedEnvironment =>
        new(name, summary, typeof(TEnvironment), (options, context) =>
        {
            Func<TEnvironment, Func<EstimatorSetup, IGradientEstimator>> prepare = configure(options, context);
            return environment => prepare((TEnvironment)environment);
        });

    /// <summary>Whether this definition serves an environment.</summary>
    public bool Fits(FederatedEnvironment environment) => Environment.IsInstanceOfType(environment);
}
