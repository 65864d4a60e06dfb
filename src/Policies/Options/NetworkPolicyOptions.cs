using FedPG.Core.Options;

namespace FedPG.Policies.Options;

/// <summary>Options of policies that are fully connected networks.</summary>
public abstract record NetworkPolicyOptions : ContextPolicyOptions
{
    private protected NetworkPolicyOptions() { }

    /// <summary>
    /// The numbers of an agent's own learned vector, 1 to 4,096; 4 by default. Used where <see cref="PersonalPolicyOptions.Personal"/> has
    /// an embedding.
    /// </summary>
    [Option("the numbers of an agent's own learned vector, where personal parameters have one", Minimum = 1, Maximum = 4_096)]
    public int EmbeddingSize { get; init; } = 4;

    /// <inheritdoc/>
    internal override PersonalParts Offered => PersonalParts.HeadAndEmbedding;

    /// <summary>The sizes of the hidden layers; empty for none.</summary>
    internal abstract IReadOnlyList<int> HiddenLayers { get; }

    /// <inheritdoc/>
    internal override bool SharesNothing => base.SharesNothing || (Personal.HasHead && HiddenLayers.Count == 0);

    /// <summary>The number of the layer that agents have to themselves; null where they share all.</summary>
    internal int? OwnLayer => Personal.HasHead ? HiddenLayers.Count : null;

    /// <summary>The size of the embedding; 0 where there is none.</summary>
    internal int Embedded => Personal.HasEmbedding ? EmbeddingSize : 0;
}
