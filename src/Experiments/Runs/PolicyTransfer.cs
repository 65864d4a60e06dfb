using FedPG.Policies;
using FedPG.Policies.Networks;
using static FedPG.Experiments.Runs.ParameterLayoutDifferences;

namespace FedPG.Experiments.Runs;

/// <summary>
/// Puts the parameters of a trained policy into the layout of another, by name and shape. What the other is told of agents in addition gets
/// weights of zero, or for a table a copy an agent, and so does a new embedding, so that the policy starts as it was. Stateless.
/// </summary>
internal static class PolicyTransfer
{
    private static readonly string[] ContextWeights = ["context.weight", "place.weight", "context"];
    private static readonly string[] EmbeddingNames = [Embeddings.Weight, Embeddings.Vector];

    /// <summary>The parameters in the other layout.</summary>
    /// <param name="from">The policy that was trained.</param>
    /// <param name="theta">Its parameters, [d].</param>
    /// <param name="to">The policy that is to start from them.</param>
    /// <param name="differences">What keeps them apart, in words; empty where nothing does.</param>
    /// <returns>The parameters, [d'], to be used where there are no differences.</returns>
    public static double[] Map(Policy from, ReadOnlySpan<double> theta, Policy to, out IReadOnlyList<string> differences)
    {
        bool told = from.Contexts is null && to.Contexts is not null;
        int inputs = told ? to.ContextInputs : 0;
        var found = new List<string>();
        differences = found;
        double[] mapped = new double[to.Layout.Length];
        Dictionary<string, ParameterSlice> there = to.Layout.Slices.ToDictionary(slice => slice.Name);
        foreach (ParameterSlice slice in from.Layout.Slices)
        {
            ReadOnlySpan<double> values = theta.Slice(slice.Offset, slice.Length);
            if (!there.Remove(slice.Name, out ParameterSlice? target))
                found.Add($"{slice.Name} {Text(slice)} has no counterpart");
            else if (!Fill(values, slice.Shape, mapped.AsSpan(target.Offset, target.Length), target.Shape, told, inputs))
                found.Add($"{slice.Name} is {Text(slice)}, and must be {Text(target)}");
        }
        foreach (ParameterSlice added in to.Layout.Slices.Where(slice => there.ContainsKey(slice.Name)))
        {
            bool isNew = (told && ContextWeights.Contains(added.Name)) || EmbeddingNames.Contains(Embeddings.Own(added.Name));
            if (!isNew) found.Add($"{added.Name} {Text(added)} is missing");
        }
        return mapped;
    }

    private static bool Fill(ReadOnlySpan<double> values, long[] shape, Span<double> target, long[] larger, bool told, int inputs)
    {
        if (shape.SequenceEqual(larger))
        {
            values.CopyTo(target);
            return true;
        }
        if (!told) return false;
        if (larger.Length == shape.Length + 1 && larger.AsSpan(1).SequenceEqual(shape))
        {
            // A table for each context.
            for (int k = 0; k < target.Length; k += values.Length) values.CopyTo(target[k..]);
            return true;
        }
        // The context follows the inputs there were, as rows of a matrix [in, out].
        bool grown = inputs > 0 && shape.Length == larger.Length && larger[0] == shape[0] + inputs;
        if (!grown || !larger.AsSpan(1).SequenceEqual(shape.AsSpan(1))) return false;
        values.CopyTo(target);
        return true;
    }
}
