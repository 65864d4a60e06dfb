namespace FedPG.Policies.Options;

/// <summary>Options of <c>tabular-direct</c>: the probabilities themselves, for <c>pavg</c>. For tabular environments.</summary>
public sealed record TabularDirectOptions : PolicyOptions
{
    /// <summary>The kind, as experiment files name it.</summary>
    public const string Name = "tabular-direct";

    /// <inheritdoc/>
    public override string Kind => Name;
}
