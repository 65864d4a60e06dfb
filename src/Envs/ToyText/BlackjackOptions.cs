using FedPG.Core.Options;

namespace FedPG.Envs.ToyText;

/// <summary>The options of <c>Blackjack-v1</c>. What is null counts as not given.</summary>
public sealed record BlackjackOptions
{
    /// <summary>Whether a natural that wins pays 1.5; false by default. Refused beside <see cref="Sab"/>.</summary>
    [Option("Whether a natural, an ace and a ten as the first two cards, pays 1.5 where it wins.")]
    public bool Natural { get; init; }

    /// <summary>Whether the rules are those of Sutton and Barto's book; false by default.</summary>
    [Option("Whether the rules are those of Sutton and Barto's book: a natural wins for sure unless the dealer has one too.")]
    public bool Sab { get; init; }

    /// <summary>gamma in [0, 1), 0.99 by default.</summary>
    [Option("gamma.", Minimum = 0, Maximum = 1, OpenMaximum = true)]
    public double Discount { get; init; } = 0.99;

    /// <summary>What heterogeneity acts on: <c>deck</c> or <c>ties</c>; null (the default) for the first.</summary>
    [Option("What heterogeneity acts on: how often cards of ten are drawn, or what a tie pays.",
        Words = [Blackjack.ByDeck, Blackjack.ByTies], Default = Blackjack.ByDeck)]
    public string? Differ { get; init; }

    /// <summary>lambda in [0, 1]; null (the default) for 1 where something says how agents differ, and else 0.</summary>
    [Option("lambda: how far the agents lie apart. When not given, 1 where differ or agentSeed is, and else 0.",
        Minimum = 0, Maximum = 1, Default = 0)]
    public double? Heterogeneity { get; init; }

    /// <summary>What agents are drawn from; null (the default) for evenly spaced ones.</summary>
    [Option(AgentSpread.SeedMeaning, Minimum = 0)]
    public long? AgentSeed { get; init; }
}
