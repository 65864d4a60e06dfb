using FedPG.Core.Options;

namespace FedPG.Envs.ToyText;

/// <summary>What the heterogeneity of <c>Taxi-v4</c> acts on.</summary>
public enum TaxiDifference
{
    /// <summary>How often moves go aside.</summary>
    Rain,

    /// <summary>Which destination pays.</summary>
    Fares,
}

/// <summary>The options of <c>Taxi-v4</c>. What is null counts as not given.</summary>
public sealed record TaxiOptions
{
    /// <summary>Whether moves go aside in the rain; false by default.</summary>
    [Option("Whether moves go aside in the rain.")]
    public bool Rainy { get; init; }

    /// <summary>Whether passengers may change their destination on the way; false by default.</summary>
    [Option("Whether passengers may change their destination on the way.")]
    public bool Fickle { get; init; }

    /// <summary>The chance that a possible move goes where it is meant to in the rain (<see cref="Rainy"/>); 0.8 by default.</summary>
    [Option("The chance that a possible move goes where it is meant to in the rain; else to either side, as likely. With \"rainy\": true "
        + "only.", Minimum = 0, Maximum = 1)]
    public double RainyProbability { get; init; } = 0.8;

    /// <summary>The chance that a fickle passenger changes the destination; 0.3 by default, only with <see cref="Fickle"/>.</summary>
    [Option("The chance that a fickle passenger changes the destination. With \"fickle\": true only.", Minimum = 0, Maximum = 1)]
    public double FickleProbability { get; init; } = 0.3;

    /// <summary>gamma in [0, 1), 0.99 by default.</summary>
    [Option("gamma.", Minimum = 0, Maximum = 1, OpenMaximum = true)]
    public double Discount { get; init; } = 0.99;

    /// <summary>What heterogeneity acts on; null (the default) for <see cref="TaxiDifference.Rain"/>.</summary>
    [Option("What heterogeneity acts on: how often moves go aside, or which destination pays.", Default = TaxiDifference.Rain)]
    public TaxiDifference? Differ { get; init; }

    /// <summary>lambda in [0, 1]; null (the default) for 1 where something says how agents differ, and else 0.</summary>
    [Option("lambda: how far the agents lie apart. When not given, 1 where differ or agentSeed is, and else 0.",
        Minimum = 0, Maximum = 1, Default = 0)]
    public double? Heterogeneity { get; init; }

    /// <summary>What agents are drawn from; null (the default) for evenly spaced ones.</summary>
    [Option(AgentSpread.SeedMeaning, Minimum = 0)]
    public long? AgentSeed { get; init; }
}
