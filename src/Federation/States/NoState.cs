namespace FedPG.Federation.States;

/// <summary>The state of agents that keep nothing from round to round.</summary>
public sealed record NoState
{
    /// <summary>The only one that is needed.</summary>
    public static NoState Instance { get; } = new();
}
