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
    public static IEnumerable<(string Name, long[] Shape)> Parameters(int size, int outputs) =>
        [(Weight, [size, outputs]), (Vector, [size])];

    /// <summary>
    /// Which parameters of a network are personal: the vector, and the last layer where agents have their own; those of a critic likewise.
    /// </summary>
    /// <param name="ownLayer">The number of that layer; null where it is shared.</param>
    /// <param name="more">Another parameter of the head; null (the default) for none.</param>
    public static Predicate<string> IsPersonal(int? ownLayer, string? more = null)
    {
        string? layer = ownLayer is { } number ? FormattableString.Invariant($"layer{number}.") : null;
        return name =>
        {
            string own = Own(name);
            return own == Vector || (layer is not null && (own.StartsWith(layer, StringComparison.Ordinal) || own == more));
        };
    }

    /// <summary>A parameter's name in its own network.</summary>
    internal static string Own(string name) =>
        name.StartsWith(TwoNetworks.CriticPrefix, StringComparison.Ordinal) ? name[TwoNetworks.CriticPrefix.Length..] : name;

    /// <summary>
    /// Fills the vectors in an agent's first personal parameters: uniform with mean 0 and variance 1. Agents with equal vectors would stay
    /// equal as far as they see alike, so each has its own.
    /// </summary>
    /// <param name="layout">What lies where in a row.</param>
    /// <param name="personal">The agent's personal parameters, [dp]; overwritten where a vector stands.</param>
    /// <param name="key">The agent's stream.</param>
    /// <returns>The personal parameters.</returns>
    public static double[] Fill(ParameterLayout layout, double[] personal, StreamKey key)
    {
        var random = new RandomSequence(key);
        foreach (ParameterSlice vector in layout.Slices.Where(slice => Own(slice.Name) == Vector))
        {
            foreach (ref double number in personal.AsSpan(vector.Offset - layout.SharedLength, vector.Length))
                number = Math.Sqrt(3) * ((2 * random.NextDouble()) - 1);
        }
        return personal;
    }
}
