using FedPG.Core.Streams;

namespace FedPG.Policies.Networks;

/// <summary>
/// An embedding: a learned vector e of the agent's own that a network sees beside its input. What the first layer makes of it, e W, is
/// added to that layer's bias: W is shared, e stays with the agent. Stateless.
/// </summary>
internal static class Embeddings
{
    /// <summary>The names of e, [E], and of W, [E, h].</summary>
    public const string Vector = "embedding", Weight = "embedding.weight";

    /// <summary>The parameters in layout order: W, then e.</summary>
    /// <param name="size">E.</param>
    /// <param name="outputs">h, what leaves the first layer.</param>
    public static IEnumerable<(string Name, long[] Shape)> Parameters(int size, int outputs) => [(Weight, [size, outputs]), (Vector, [size])];

    /// <summary>Which parameters of a network are personal: the vector, and the last layer where agents have their own.</summary>
    /// <param name="ownLayer">The number of that layer; null where it is shared.</param>
    /// <param name="more">Another parameter of the head; null (the default) for none.</param>
    public static Predicate<string> IsPersonal(int? ownLayer, string? more = null)
    {
        string? layer = ownLayer is { } number ? FormattableString.Invariant($"layer{number}.") : null;
        return name => name == Vector || (layer is not null && (name.StartsWith(layer, StringComparison.Ordinal) || name == more));
    }

    /// <summary>
    /// Fills the vector in an agent's first personal parameters: uniform with mean 0 and variance 1. Agents with equal vectors would stay
    /// equal as far as they see alike, so each has its own.
    /// </summary>
    /// <param name="layout">What lies where in a row.</param>
    /// <param name="personal">The agent's personal parameters, [dp]; overwritten where the vector stands, if there is one.</param>
    /// <param name="key">The agent's stream.</param>
    /// <returns>The personal parameters.</returns>
    public static double[] Fill(ParameterLayout layout, double[] personal, StreamKey key)
    {
        if (layout.Slices.FirstOrDefault(slice => slice.Name == Vector) is not { } vector) return personal;
        var random = new RandomSequence(key);
        foreach (ref double number in personal.AsSpan(vector.Offset - layout.SharedLength, vector.Length))
            number = Math.Sqrt(3) * ((2 * random.NextDouble()) - 1);
        return personal;
    }
}
