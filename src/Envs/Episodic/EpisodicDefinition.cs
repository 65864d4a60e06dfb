using System.Globalization;
using FedPG.Core.Options;
using FedPG.Envs.Tabular;

namespace FedPG.Envs.Episodic;

/// <summary>
/// The short way to register an environment that is known by its steps only: a name, and what makes an agent's environment. All else has a
/// default.
/// <code>
/// registry.Register(new EpisodicDefinition
/// {
///     Id = "Walk-v0",
///     Summary = "A walk against the wind.",
///     StepLimit = 100,
///     RewardRange = new NumberRange(0, 1),
///     Make = parameters =>
///     {
///         AgentNumbers wind = parameters.Number("wind", 0.1, NumberRange.UnitInterval, "How hard it blows.");
///         return agent => new Walk(wind[agent]);
///     },
/// });
/// </code>
/// Options <c>discount</c> and, where there are numbers that may differ between agents, <c>heterogeneity</c>, <c>spread</c> and
/// <c>agentSeed</c> (<see cref="AgentParameters"/>) are added. Where the environment made is an <see cref="ITabularEnvironment"/>, the
/// instance is a <see cref="FiniteMdp"/>, with exact optima and gradients. Who wants to write options in C# as well derives a record from
/// <see cref="EpisodicOptions"/> and uses <see cref="EpisodicDefinition{TOptions}"/>. Immutable.
/// </summary>
public sealed record EpisodicDefinition : EpisodicDefinitionBase
{
    /// <summary>
    /// Reads the environment's own options, and returns what makes the environment of an agent, each time a new one that shares nothing
    /// that changes with others. It must read the same keys whatever their values. The agents' numbers can be used once an environment is
    /// made, not before.
    /// </summary>
    public required Func<AgentParameters, Func<int, IEnvironment>> Make { get; init; }

    /// <summary>The default of the option <c>discount</c>, in [0, 1].</summary>
    public double Discount { get; init; } = 0.99;

    /// <summary>
    /// Which of the numbers that may differ between agents make rewards or goals, and which make dynamics; null (the default) where nothing
    /// is said of it.
    /// </summary>
    public (IReadOnlyList<string> Rewards, IReadOnlyList<string> Kernels)? Differing { get; init; }

    private protected override (IReadOnlyList<string> Rewards, IReadOnlyList<string> Kernels)? DifferingKeys => Differing;

    private protected override void RequireUsable()
    {
        if (Make is null) throw new ArgumentException($"{Id}: Make is null; it makes the environments, and is needed");
        if (!NumberRange.UnitInterval.Contains(Discount))
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"{Id}: Discount is {Discount}; it must be {NumberRange.UnitInterval}"));
        }
    }

    private protected override EpisodicParts ReadOptions(AgentParameters parameters)
    {
        Func<int, IEnvironment>? create = Make(parameters);
        return new EpisodicParts(create, ReadDiscount(parameters.Options, Discount));
    }
}
