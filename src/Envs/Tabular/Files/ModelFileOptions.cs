using FedPG.Core.Options;

namespace FedPG.Envs.Tabular.Files;

/// <summary>What a file of PRISM or Storm does not say itself.</summary>
public sealed record ModelFileOptions
{
    /// <summary>gamma, in [0, 1).</summary>
    [Option("gamma.", Minimum = 0, Maximum = 1, OpenMaximum = true)]
    public double Discount { get; init; } = 0.99;

    /// <summary>The reward structure to use; null for all, an agent each.</summary>
    [Option("The reward structure to use, by its name; by default all, an agent each.")]
    public string? Rewards { get; init; }

    /// <summary>Whether reward structures are costs.</summary>
    [Option("Whether reward structures are costs, as where a property asks for the least: their numbers count negative.")]
    public bool Costs { get; init; }

    /// <summary>A label whose states pay 1 when they are reached, and end the episode; null for none.</summary>
    [Option("A label whose states pay 1 when they are reached, and end the episode, beside the reward structures or in their place.")]
    public string? Goal { get; init; }
}
