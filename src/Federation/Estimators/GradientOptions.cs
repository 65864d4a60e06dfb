using FedPG.Core.Options;
using FedPG.Federation.Schedules;

namespace FedPG.Federation.Estimators;

/// <summary>What agents descend along.</summary>
public enum GradientDirection
{
    /// <summary>The gradient.</summary>
    Plain,

    /// <summary>The natural gradient, F^+ grad J with the Fisher matrix F.</summary>
    Natural,
}

/// <summary>The options of a gradient estimator: the <c>gradient</c> section of an experiment.</summary>
public abstract record GradientOptions
{
    /// <summary>
    /// The options that mean the same for every estimator, by the names of their properties: whoever reads the section reads them, not the
    /// estimator.
    /// </summary>
    internal static IReadOnlyList<string> Common { get; } = [nameof(Direction), nameof(Entropy)];

    /// <summary>The value of <c>gradient.estimator</c>.</summary>
    public abstract string Estimator { get; }

    /// <summary>
    /// What agents descend along; null (the default) for the direction that defines the algorithm, and the gradient elsewhere.
    /// </summary>
    [Option("what agents descend along: the gradient, or the natural gradient")]
    public GradientDirection? Direction { get; init; }

    /// <summary>tau, the weight of the entropy term, 0 or more: a number, or a schedule; 0 by default.</summary>
    [Option("tau, a number or { \"from\", \"to\", \"until\" }", Minimum = 0)]
    public EntropySchedule Entropy { get; init; } = EntropySchedule.None;

    /// <summary>
    /// Reads the options of an estimator, but for the common ones and for those that mean nothing to it, whose keys stay unknown.
    /// </summary>
    /// <typeparam name="TOptions">The record.</typeparam>
    /// <param name="reader">The gradient section.</param>
    /// <param name="defaults">What options have that are not given.</param>
    /// <param name="unread">The properties that mean nothing here, by name.</param>
    internal static TOptions ReadOwn<TOptions>(OptionReader reader, TOptions defaults, params IEnumerable<string> unread)
        where TOptions : GradientOptions
    {
        var instead = new Dictionary<string, Func<OptionProperty, object?>?>();
        foreach (string name in Common.Concat(unread)) instead[name] = property => property.ValueIn(defaults);
        return OptionRecord.Read(reader, defaults, instead);
    }
}
