using System.Reflection;
using FedPG.Core.Options;

namespace FedPG.Envs.Episodic;

/// <summary>
/// The short way to register an environment whose options are a record, so that programs can write them in C# too:
/// <code>
/// registry.Register(new EpisodicDefinition&lt;WalkOptions&gt;
/// {
///     Id = "Walk-v0",
///     Summary = "A walk against the wind.",
///     Make = (options, agent) => new Walk(options.Wind[agent]),
/// });
/// </code>
/// All else is as with <see cref="EpisodicDefinition"/>. Immutable.
/// </summary>
/// <typeparam name="TOptions">The options record; a new one has the defaults.</typeparam>
public sealed record EpisodicDefinition<TOptions> : EpisodicDefinitionBase
    where TOptions : EpisodicOptions, new()
{
    /// <summary>
    /// Makes the environment of an agent, each time a new one that shares nothing that changes with others. Every
    /// <see cref="AgentNumbers"/> of the options has the values that agents have after draws and the degree of heterogeneity, which are
    /// applied already.
    /// </summary>
    public required Func<TOptions, int, IEnvironment> Make { get; init; }

    /// <summary>
    /// Notes what is wrong with options together, through the reader, for a number of agents; null (the default) where each option's own
    /// range says all. Numbers that differ between agents are not known yet.
    /// </summary>
    public Action<TOptions, OptionReader, int>? Check { get; init; }

    /// <summary>
    /// The limit of steps where it follows from the options, for a number of agents; null (the default) where it does not.
    /// </summary>
    public Func<TOptions, int, int?>? LimitOf { get; init; }

    /// <summary>
    /// What tells the agents' tasks apart, for a number of agents. Where it is null (the default) or returns null, these are the numbers
    /// that agents have of their own (<see cref="AgentNumbers"/>): the default range of <c>spread</c>, or else the range of what is
    /// allowed, becomes [-1, 1], and of an unbounded number it is the share by which it differs from the default.
    /// </summary>
    public Func<TOptions, int, AgentTasks?>? TasksOf { get; init; }

    /// <summary>An interval that holds every reward, where it follows from the options; null where it does not.</summary>
    internal Func<TOptions, NumberRange?>? RewardRangeOf { get; init; }

    private protected override (IReadOnlyList<string> Rewards, IReadOnlyList<string> Kernels)? DifferingKeys
    {
        get
        {
            ILookup<bool, string> keys = OwnProperties.Where(IsOfAgents)
                .ToLookup(property => AttributeOf(property).IsGoal, property => property.Key);
            return ([.. keys[true]], [.. keys[false]]);
        }
    }

    private protected override Type? OptionsType => typeof(TOptions);

    private static IEnumerable<OptionProperty> OwnProperties =>
        OptionProperty.Of(typeof(TOptions)).Where(property => !EpisodicOptions.IsCommon(property.Name));

    private protected override void RequireUsable()
    {
        if (Make is null) throw new ArgumentException($"{Id}: Make is null; it makes the environments, and is needed");
        foreach (OptionProperty property in OwnProperties.Where(IsOfAgents)) DefaultOf(property, new TOptions());
    }

    private protected override EpisodicParts ReadOptions(AgentParameters parameters)
    {
        var options = new TOptions();
        foreach (OptionProperty property in OwnProperties)
        {
            object? value = IsOfAgents(property)
                ? ReadNumber(parameters, property, DefaultOf(property, options))
                : property.Read(parameters.Options, property.ValueIn(options));
            property.Set(options, value);
        }
        double discount = ReadDiscount(parameters.Options, options.Discount);
        EpisodicOptions.Common(nameof(EpisodicOptions.Discount)).Set(options, discount);
        int agents = parameters.Agents;
        Check?.Invoke(options, parameters.Options, agents);
        return new EpisodicParts(
            agent => Make(options, agent), discount, LimitOf is null ? null : () => LimitOf(options, agents),
            TasksOf is null ? null : () => TasksOf(options, agents), RewardRangeOf is null ? null : () => RewardRangeOf(options));
    }

    private static AgentNumbers ReadNumber(AgentParameters parameters, OptionProperty property, double defaultValue)
    {
        AgentNumberAttribute about = AttributeOf(property);
        string? needs = about.Needs is { } name ? OwnProperties.First(other => other.Name == name).Key : null;
        return parameters.ReadNumber(property.Key, defaultValue, property.Attribute.Range, property.Attribute.Meaning, about.Spread, needs);
    }

    private static double DefaultOf(OptionProperty property, TOptions defaults) =>
        property.ValueIn(defaults) is AgentNumbers { IsDefault: true } number
            ? number[0]
            : throw new ArgumentException($"{typeof(TOptions).Name}.{property.Name} needs a default: = AgentNumbers.Default(...)");

    private static bool IsOfAgents(OptionProperty property) => property.Type == typeof(AgentNumbers);

    private static AgentNumberAttribute AttributeOf(OptionProperty property) =>
        typeof(TOptions).GetProperty(property.Name)!.GetCustomAttribute<AgentNumberAttribute>() ?? new AgentNumberAttribute();
}
