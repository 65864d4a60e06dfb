using FedPG.Core.Options;

namespace FedPG.Envs.ToyText;

/// <summary>What the heterogeneity of a frozen lake acts on.</summary>
public enum FrozenLakeDifference
{
    /// <summary>How often agents slip.</summary>
    Slip,

    /// <summary>Which goal is theirs.</summary>
    Goals,
}

/// <summary>The options of <c>FrozenLake-v1</c>. What is null counts as not given.</summary>
public record FrozenLakeOptions
{
    internal const string Legend = "'S' (start), 'F' (frozen), 'H' (hole), 'G' (goal)";
    private const string MapMeaning =
        $"The map: a name, a list of strings, or one string with '/' or line breaks between rows, in letters: {Legend}.";

    private const string DegreeMeaning =
        "lambda: how far the agents' success rates lie apart, or how much less than their own another's goal pays them. "
        + "When not given, 1 where differ or agentSeed is, and else 0.";

    /// <summary>The map; <see cref="FrozenLakeMap.Small"/> by default.</summary>
    [Option(MapMeaning)]
    public FrozenLakeMap Map { get; init; } = FrozenLakeMap.Small;

    /// <summary>Rows and columns of a map that is drawn, 2 to 100; null (the default) for 8.</summary>
    [Option("Rows and columns of the map \"random\".", Minimum = 2, Maximum = 100, Default = 8)]
    public int? Size { get; init; }

    /// <summary>The seed of a map that is drawn; null (the default) for 0.</summary>
    [Option("The seed of the map \"random\".", Minimum = 0, Default = 0)]
    public long? MapSeed { get; init; }

    /// <summary>Whether the ice is slippery; true by default.</summary>
    [Option("false: every step goes where it is meant to.")]
    public bool Slippery { get; init; } = true;

    /// <summary>The probability of the intended direction on slippery ice, in [0, 1]; 1/3 by default.</summary>
    [Option("The probability of the intended direction on slippery ice.", Minimum = 0, Maximum = 1)]
    public double SuccessRate { get; init; } = 1.0 / 3;

    /// <summary>gamma in [0, 1), 0.99 by default.</summary>
    [Option("gamma.", Minimum = 0, Maximum = 1, OpenMaximum = true)]
    public double Discount { get; init; } = 0.99;

    /// <summary>lambda in [0, 1]; null (the default) for 1 where something says how agents differ, and else 0.</summary>
    [Option(DegreeMeaning, Minimum = 0, Maximum = 1, Default = 0)]
    public double? Heterogeneity { get; init; }

    /// <summary>What entering a cell pays; 1 in a goal and 0 elsewhere by default.</summary>
    [Option("What entering pays: [goal, hole, other].")]
    public FrozenLakeRewards RewardSchedule { get; init; } = new(1, 0, 0);

    /// <summary>What heterogeneity acts on; null (the default) for <see cref="FrozenLakeDifference.Slip"/>.</summary>
    [Option("What heterogeneity acts on: how often agents slip, or which goal is theirs.", Default = FrozenLakeDifference.Slip)]
    public FrozenLakeDifference? Differ { get; init; }

    /// <summary>What agents are drawn from; null (the default) for evenly spaced ones.</summary>
    [Option(AgentSpread.SeedMeaning, Minimum = 0)]
    public long? AgentSeed { get; init; }
}

/// <summary>The options of <c>FrozenLake8x8-v1</c>, which has the map <see cref="FrozenLakeMap.Large"/> by default.</summary>
public sealed record FrozenLake8x8Options : FrozenLakeOptions
{
    /// <summary>Creates the defaults.</summary>
    public FrozenLake8x8Options() => Map = FrozenLakeMap.Large;
}
