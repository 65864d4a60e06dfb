using FedPG.Policies;

namespace FedPG.Experiments.Runs;

/// <summary>Where two layouts of parameters differ, in words. Stateless.</summary>
internal static class ParameterLayoutDifferences
{
    /// <summary>A sentence for each parameter that only one of them has, or that has another shape.</summary>
    /// <param name="from">The layout of a policy that is there.</param>
    /// <param name="to">The layout that is asked for.</param>
    public static IEnumerable<string> Of(ParameterLayout from, ParameterLayout to)
    {
        Dictionary<string, ParameterSlice> there = to.Slices.ToDictionary(slice => slice.Name);
        foreach (ParameterSlice slice in from.Slices)
        {
            if (!there.Remove(slice.Name, out ParameterSlice? other)) yield return $"{slice.Name} {Text(slice)} has no counterpart";
            else if (!slice.Shape.SequenceEqual(other.Shape)) yield return $"{slice.Name} is {Text(slice)}, and must be {Text(other)}";
        }
        foreach (ParameterSlice missing in to.Slices.Where(slice => there.ContainsKey(slice.Name)))
            yield return $"{missing.Name} {Text(missing)} is missing";
    }

    /// <summary>The shape of a parameter, as messages write it.</summary>
    public static string Text(ParameterSlice slice) => $"[{string.Join(", ", slice.Shape)}]";
}
