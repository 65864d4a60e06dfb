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
    /// <summary>The keys that mean the same for every estimator: whoever reads the section reads them, not the estimator.</summary>
    internal static IReadOnlyList<string> CommonKeys { get; } =
        [.. OptionProperty.Of(typeof(GradientOptions)).Select(property => property.Key)];

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
}
