using FedPG.Core.Options;
using FedPG.Policies.Networks;

namespace FedPG.Policies.Options;

/// <summary>Options of policies that are networks.</summary>
public abstract record NetworkPolicyOptions : ContextPolicyOptions
{
    /// <summary>The sizes of the hidden layers, each 1 to 65,536; empty for none.</summary>
    [Option("the sizes of the hidden layers, [] for none", Minimum = 1, Maximum = 65_536)]
    public int[] Hidden { get; init; } = [64, 64];

    /// <summary>The function between the layers.</summary>
    [Option("between the layers")]
    public Activation Activation { get; init; } = Activation.Tanh;

    /// <summary>
    /// What the network is; null (the default) for a convolution where observations have an image and the estimator learns values, and for
    /// fully connected layers elsewhere.
    /// </summary>
    [Option("what the network is: fully connected layers, or a small convolution before them, on observations with an image")]
    public NetworkKind? Network { get; init; }

    /// <summary>The channels of the convolution's layers, each 1 to 4,096.</summary>
    [Option("the channels of the convolution's layers, which see two by two cells", Minimum = 1, Maximum = 4096)]
    public int[] Channels { get; init; } = [16, 32, 64];

    /// <summary>Whether hidden layers are normalised; false by default.</summary>
    [Option("whether the outputs of each hidden layer are brought to mean 0 and deviation 1 before the function")]
    public bool LayerNorm { get; init; }

    /// <summary>
    /// The units of a GRU, 0 to 4,096; 0 (the default) for none. It stands behind the hidden layers, and remembers what was seen in the
    /// episode. For environments that are stepped.
    /// </summary>
    [Option("the units of a GRU behind the hidden layers, which remembers what was seen in the episode; 0 for none", Minimum = 0,
        Maximum = 4_096)]
    public int Gru { get; init; }

    /// <summary>
    /// The first bias of the GRU's update gate, -10 to 10; 0 by default. At 2 it keeps sigmoid(2) = 0.88 of what it remembers from a step
    /// to the next, at 0 half of it: then 0.03 are left of what was seen five steps ago, when training begins.
    /// </summary>
    [Option("the first bias of the GRU's update gate: at 0 half of what is remembered is left a step later, at 2 0.88 of it",
        Minimum = -10, Maximum = 10)]
    public double GruBias { get; init; }

    /// <summary>How parameters start.</summary>
    [Option("how weights start: the last layer at zero, so that the first policy is uniform, or orthogonal with gains sqrt 2, 0.01 for "
        + "actions and 1 for values")]
    public NetworkStart Start { get; init; }

    /// <summary>
    /// The numbers of an agent's own learned vector, 1 to 4,096; 4 by default. Used where <see cref="PersonalPolicyOptions.Personal"/> has
    /// an embedding.
    /// </summary>
    [Option("the numbers of an agent's own learned vector, where personal parameters have one", Minimum = 1, Maximum = 4_096)]
    public int EmbeddingSize { get; init; } = 4;

    /// <inheritdoc/>
    internal override PersonalParts Offered => PersonalParts.HeadAndEmbedding;

    /// <inheritdoc/>
    /// <remarks>Before a last layer that is the only one, a convolution is still shared.</remarks>
    internal override bool SharesNothing =>
        base.SharesNothing || (Personal.HasHead && Hidden.Length == 0 && Network != NetworkKind.Convolution);

    /// <summary>The number of the layer that agents have to themselves; null where they share all, or nothing.</summary>
    internal int? OwnLayer => Personal.HasHead && !SharesNothing ? Hidden.Length : null;

    /// <summary>The size of the embedding; 0 where there is none, or nothing is shared.</summary>
    internal int Embedded => Personal.HasEmbedding && !SharesNothing ? EmbeddingSize : 0;
}
