using FedPG.Core.Options;

namespace FedPG.Envs.Episodic;

/// <summary>
/// The options that environments known by their steps have in common. An environment's own options are a record derived from this one. Each
/// number in which agents may differ is a property of type <see cref="AgentNumbers"/>, with its default, range and meaning:
/// <code>
/// public sealed record WalkOptions : EpisodicOptions
/// {
///     [Option("How hard the wind blows.", Minimum = 0, Maximum = 1), AgentNumber(SpreadLow = 0, SpreadHigh = 0.2)]
///     public AgentNumbers Wind { get; init; } = AgentNumbers.Default(0.1);
/// }
/// </code>
/// Properties of other types are the same for all agents. <see cref="EpisodicDefinition{TOptions}"/> registers the environment. The rule by
/// which agents differ is that of <see cref="AgentParameters"/>.
/// </summary>
public abstract record EpisodicOptions
{
    /// <summary>gamma, in [0, 1].</summary>
    [Option("gamma.", Minimum = 0, Maximum = 1)]
    public double Discount { get; init; } = 0.99;

    /// <summary>The ranges that agents' own numbers are drawn from; null for the default ranges of the environment.</summary>
    [Option("The range that each agent's own number is drawn from, uniformly, where heterogeneity is above 0; by default not of numbers "
        + "that are given, and of none where a list is.")]
    public AgentRanges? Spread { get; init; }

    /// <summary>lambda, in [0, 1]; null for 1 where a list, a spread or an agentSeed is given, and else 0.</summary>
    [Option("lambda: how far the agents lie apart; when not given, 1 where a list, a spread or an agentSeed is, and else 0.",
        Minimum = 0, Maximum = 1)]
    public double? Heterogeneity { get; init; }

    /// <summary>The seed of the draws, 0 to 2^53; null for 0.</summary>
    [Option("The seed that agents are drawn from the spread by.", Minimum = 0)]
    public long? AgentSeed { get; init; }

    /// <summary>One of the options above, by the name of its property.</summary>
    internal static OptionProperty Common(string name) =>
        OptionProperty.Of(typeof(EpisodicOptions)).First(property => property.Name == name);

    /// <summary>Whether a property is one of the options above.</summary>
    internal static bool IsCommon(string name) => OptionProperty.Of(typeof(EpisodicOptions)).Any(property => property.Name == name);
}
