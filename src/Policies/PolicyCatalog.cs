using FedPG.Core;
using FedPG.Core.Options;
using FedPG.Envs;

namespace FedPG.Policies;

/// <summary>What can be asked of a catalogue of policies. Stateless.</summary>
public static class PolicyCatalog
{
    /// <summary>The most parameters that an agent may have: what one file or one array of bytes can hold.</summary>
    internal const int MaxParameters = 1 << 28;

    /// <summary>The kinds that can act in an environment, in the order of their registration.</summary>
    /// <param name="policies">The catalogue.</param>
    /// <param name="environment">The environment.</param>
    public static IReadOnlyCollection<string> KindsFor(this Catalog<PolicyDefinition> policies, FederatedEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(policies);
        IEnumerable<string> fitting = policies.Entries.Where(definition => definition.Fits(environment)).Select(
            definition => definition.Kind).Distinct();
        return [.. fitting.Where(kind => policies.For(kind, environment).RefusalIn(environment) is null)];
    }

    /// <summary>The definition of a known kind: the first that fits the environment, else the first of that name.</summary>
    /// <param name="policies">The catalogue.</param>
    /// <param name="kind">The kind.</param>
    /// <param name="environment">The environment; null for any.</param>
    /// <exception cref="KeyNotFoundException">The kind is not known; the message names the nearest.</exception>
    public static PolicyDefinition For(this Catalog<PolicyDefinition> policies, string kind, FederatedEnvironment? environment)
    {
        ArgumentNullException.ThrowIfNull(policies);
        return policies.All(kind).FirstOrDefault(definition => environment is not null && definition.Fits(environment)) ?? policies[kind];
    }

    /// <summary>The keys that a kind reads, in any environment.</summary>
    /// <param name="policies">The catalogue.</param>
    /// <param name="kind">The kind.</param>
    public static IEnumerable<string> KeysOf(this Catalog<PolicyDefinition> policies, string kind)
    {
        ArgumentNullException.ThrowIfNull(policies);
        return policies.All(kind).SelectMany(definition =>
        {
            var reader = OptionReader.Empty();
            _ = definition.Read(reader, null);
            return reader.Described.Select(option => option.Key);
        }).Distinct();
    }

    /// <summary>Makes a policy from a program, with the checks that a file goes through.</summary>
    /// <param name="policies">The catalogue.</param>
    /// <param name="environment">The environment that it acts in.</param>
    /// <param name="options">The options; their type and <see cref="PolicyOptions.Kind"/> say which policy.</param>
    /// <param name="format">
    /// The type and place of rows and probabilities; null (the default) for <see cref="TensorFormat.Float32"/>.
    /// </param>
    /// <returns>A policy of the caller's own.</returns>
    /// <exception cref="InvalidInputException">
    /// The kind is not known, it cannot act in the environment, or options are not allowed; all of those at once, by their keys.
    /// </exception>
    public static Policy Create(
        this Catalog<PolicyDefinition> policies, FederatedEnvironment environment, PolicyOptions options, TensorFormat? format = null)
    {
        ArgumentNullException.ThrowIfNull(policies);
        ArgumentNullException.ThrowIfNull(environment);
        ArgumentNullException.ThrowIfNull(options);
        format ??= TensorFormat.Float32;
        string source = options.GetType().Name;
        if (policies.Find(options.Kind) is null) throw Refused("kind", $"\"{options.Kind}\"", policies.Unknown(options.Kind));
        PolicyDefinition definition = policies.For(options.Kind, environment);
        if (!definition.Fits(environment))
            throw Refused("kind", $"\"{options.Kind}\"",
                $"cannot act in {environment.Name}; allowed there: {string.Join(" | ", policies.KindsFor(environment))}");
        if (definition.RefusalIn(environment) is { } refusal) throw Refused("kind", $"\"{options.Kind}\"", refusal);
        if (!definition.OptionsType.IsInstanceOfType(options))
            throw new ArgumentException(
                $"\"{options.Kind}\" has options of type {definition.OptionsType.Name}, not {source}", nameof(options));
        PolicyOptions read = OptionRecord.Check(options, reader => definition.Read(reader, environment));
        var errors = new ValidationErrors(source);
        Policy? policy = Create(definition, read, environment, format, ("", null), errors);
        if (errors.Items.Count > 0) policy?.Dispose();
        errors.ThrowIfAny();
        return policy!;

        InvalidInputException Refused(string key, string value, string allowed) => new(new ValidationError(source, key, value, allowed));
    }

    /// <summary>
    /// Makes a policy of options that were read. Refuses one with more than <see cref="MaxParameters"/> parameters, a start of another
    /// length, and one that the policy refuses.
    /// </summary>
    /// <param name="definition">The kind.</param>
    /// <param name="options">The options.</param>
    /// <param name="environment">The environment.</param>
    /// <param name="format">The type and place of rows.</param>
    /// <param name="section">The key path of the section and its text; an empty path for a record of a program.</param>
    /// <param name="errors">Where errors are noted.</param>
    /// <returns>The policy; null where it would be too large.</returns>
    internal static Policy? Create(
        PolicyDefinition definition, PolicyOptions options, FederatedEnvironment environment, TensorFormat format,
        (string Path, string? Text) section, ValidationErrors errors)
    {
        string key = section.Path.Length == 0 ? "initial" : $"{section.Path}.initial";
        try
        {
            Policy policy = definition.Create(options, environment, format);
            int size = policy.Layout.Length;
            if (options.Initial is { } initial && initial.Length != size)
                errors.Add(key, $"{initial.Length} numbers", $"must be {size} numbers, as many as this policy has parameters");
            else if (options.Initial is { } start && policy.ErrorOfStart(start) is { } error)
                errors.Add(key, $"{start.Length} numbers", error);
            if (size <= MaxParameters) return policy;
            policy.Dispose();
        }
        catch (OverflowException)
        {
            // More than an int holds: noted below.
        }
        errors.Add(section.Path, section.Text, $"would have more than {MaxParameters} parameters, the most an agent may have");
        return null;
    }
}
