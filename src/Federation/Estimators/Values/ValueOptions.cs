using FedPG.Core.Options;
using FedPG.Core.Streams;

namespace FedPG.Federation.Estimators.Values;

/// <summary>The options of estimators of action values from batches of samples: the default of <c>qavg</c>.</summary>
public sealed record SampledValueOptions : GradientOptions
{
    /// <inheritdoc/>
    public override string Estimator => "sampled";

    /// <summary>K, the steps after which the episodes of a batch are cut, 1 or more; 50 by default. For episodic environments.</summary>
    [Option("K, the length that the episodes of a batch are cut at", Minimum = 1, Maximum = StreamKey.MaximumDraw - 1)]
    public int Horizon { get; init; } = 50;

    /// <summary>
    /// Samples for one local step, 1 or more; 32 by default: next states drawn for every state and action in tabular environments, and
    /// episodes played in episodic ones.
    /// </summary>
    [Option("next states drawn for every state and action, or episodes played, for one local step", Minimum = 1, Maximum = 1_000_000)]
    public int Trajectories { get; init; } = 32;

    /// <summary>The probability in [0, 1] that an action is uniform, else greedy; 1 by default. For episodic environments.</summary>
    [Option("the probability that an action is uniform, else greedy", Minimum = 0, Maximum = 1)]
    public double Exploration { get; init; } = 1;
}

/// <summary>
/// The options of estimators that learn values along one endless chain an agent: the default of <c>fedq</c> and <c>fedtd</c>.
/// </summary>
public sealed record ChainOptions : GradientOptions
{
    /// <inheritdoc/>
    public override string Estimator => "chain";

    /// <summary>The probability in [0, 1] that an action is uniform, else greedy; 1 by default. For action values.</summary>
    [Option("the probability that an action is uniform, else greedy", Minimum = 0, Maximum = 1)]
    public double Exploration { get; init; } = 1;
}

/// <summary>The options of estimators of values that know the dynamics.</summary>
public sealed record ExactValueOptions : GradientOptions
{
    /// <inheritdoc/>
    public override string Estimator => "exact";
}

/// <summary>How the options of value estimators are read. Stateless.</summary>
internal static class ValueOptions
{
    private static readonly string[] OtherKeys =
    [
        .. new[] { typeof(ExactOptions), typeof(SampledValueOptions) }.SelectMany(OptionProperty.Of)
            .Where(property => !GradientOptions.Common.Contains(property.Name)).Select(property => property.Key),
    ];

    /// <summary>
    /// Reads options. Keys of other estimators are known and not used, so that one file can be run with other algorithms.
    /// </summary>
    /// <typeparam name="TOptions">The record.</typeparam>
    /// <param name="reader">The gradient section.</param>
    /// <param name="unread">The properties that mean nothing here, by name.</param>
    public static TOptions Read<TOptions>(OptionReader reader, params string[] unread)
        where TOptions : GradientOptions, new()
    {
        reader.Accept(OtherKeys);
        return GradientOptions.ReadOwn(reader, new TOptions(), unread);
    }
}
