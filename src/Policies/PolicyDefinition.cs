using FedPG.Core;
using FedPG.Core.Options;
using FedPG.Envs;

namespace FedPG.Policies;

/// <summary>One kind of policy for one kind of environment: its name, its options record, and how it is made. Immutable.</summary>
public sealed record PolicyDefinition : ICatalogEntry
{
    private readonly Func<OptionReader, FederatedEnvironment?, PolicyOptions> _read;
    private readonly Func<PolicyOptions, FederatedEnvironment, TensorFormat, Policy> _create;

    /// <summary>Defines a kind.</summary>
    /// <param name="kind">The name in experiment files.</param>
    /// <param name="summary">One line for lists.</param>
    /// <param name="optionsType">The type of its options record.</param>
    /// <param name="fits">Whether it can act in an environment.</param>
    /// <param name="read">Reads the options.</param>
    /// <param name="create">Makes an instance.</param>
    internal PolicyDefinition(
        string kind, string summary, Type optionsType, Func<FederatedEnvironment, bool> fits,
        Func<OptionReader, FederatedEnvironment?, PolicyOptions> read,
        Func<PolicyOptions, FederatedEnvironment, TensorFormat, Policy> create) =>
        (Kind, Summary, OptionsType, Fits, _read, _create) = (kind, summary, optionsType, fits, read, create);

    /// <summary>The name in experiment files; definitions for different environments may share it.</summary>
    public string Kind { get; }

    /// <inheritdoc/>
    public string Summary { get; }

    /// <summary>The type of its options record, derived from <see cref="PolicyOptions"/>.</summary>
    public Type OptionsType { get; }

    /// <summary>Whether it can act in an environment.</summary>
    public Func<FederatedEnvironment, bool> Fits { get; }

    /// <summary>Whether policy gradients train it, as <see cref="Policy.TakesGradients"/> of its instances; true by default.</summary>
    public bool TakesGradients { get; init; } = true;

    /// <summary>
    /// Why it cannot act in an environment of the kind it is for, as a message about <c>policy.kind</c> goes on; null where it can.
    /// </summary>
    public Func<FederatedEnvironment, string?> RefusalIn { get; init; } = _ => null;

    /// <inheritdoc/>
    string ICatalogEntry.Name => Kind;

    /// <summary>A kind of policy for one kind of environment.</summary>
    /// <typeparam name="TEnvironment">The kind of environment.</typeparam>
    /// <typeparam name="TOptions">
    /// The options record, whose <see cref="PolicyOptions.Kind"/> is the name; a new one has the defaults.
    /// </typeparam>
    /// <param name="summary">One line for lists.</param>
    /// <param name="create">Makes an instance of checked options; every call gives an independent one.</param>
    /// <param name="read">
    /// Reads and checks the options, with errors noted through the reader; the environment is null where it had errors itself, so that only
    /// the options are checked. It must read the same keys whatever their values. Null (the default) for an options record that says all
    /// itself.
    /// </param>
    /// <param name="fits">Whether it can act in an environment of that kind; null (the default) for all of them.</param>
    public static PolicyDefinition For<TEnvironment, TOptions>(
        string summary, Func<TOptions, TEnvironment, TensorFormat, Policy> create, Func<OptionReader, TEnvironment?, TOptions>? read = null,
        Func<TEnvironment, bool>? fits = null)
        where TEnvironment : FederatedEnvironment
        where TOptions : PolicyOptions, new()
    {
        ArgumentNullException.ThrowIfNull(create);
        return new PolicyDefinition(
            new TOptions().Kind, summary, typeof(TOptions),
            environment => environment is TEnvironment own && fits?.Invoke(own) != false,
            (reader, environment) => read is null ? OptionRecord.Read(reader, new TOptions()) : read(reader, environment as TEnvironment),
            (options, environment, format) => create((TOptions)options, (TEnvironment)environment, format));
    }

    /// <summary>
    /// Whether another definition can have the same name: one for other environments. The first that fits an environment serves it.
    /// </summary>
    /// <param name="other">The other entry.</param>
    public bool CanShareNameWith(ICatalogEntry other) => other is PolicyDefinition && !ReferenceEquals(this, other);

    /// <summary>Reads and checks the options; errors go to the reader.</summary>
    /// <param name="reader">The policy section.</param>
    /// <param name="environment">An environment that it fits; null where only the options are checked.</param>
    public PolicyOptions Read(OptionReader reader, FederatedEnvironment? environment)
    {
        ArgumentNullException.ThrowIfNull(reader);
        PolicyOptions options = _read(reader, environment);
        (options as ContextPolicyOptions)?.Check(reader, environment);
        (options as PersonalPolicyOptions)?.CheckPersonal(reader);
        return options;
    }

    /// <summary>Makes an independent instance.</summary>
    /// <param name="options">Options that <see cref="Read"/> returned without an error.</param>
    /// <param name="environment">The environment that they were read for.</param>
    /// <param name="format">The type and place of rows and probabilities.</param>
    public Policy Create(PolicyOptions options, FederatedEnvironment environment, TensorFormat format) =>
        _create(options, environment, format);
}
