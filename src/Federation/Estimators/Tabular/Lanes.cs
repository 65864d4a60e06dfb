namespace FedPG.Federation.Estimators.Tabular;

/// <summary>Arrays of several agents whose last index is the agent's lane.</summary>
internal static class Lanes
{
    /// <summary>Writes an agent's numbers into its lane.</summary>
    /// <param name="numbers">[n].</param>
    /// <param name="lanes">[n, lanes].</param>
    /// <param name="lane">Which.</param>
    public static void Write(ReadOnlySpan<double> numbers, Span<double> lanes, int lane)
    {
        int width = lanes.Length / numbers.Length;
        for (int k = 0, at = lane; k < numbers.Length; k++, at += width) lanes[at] = numbers[k];
    }

    /// <summary>Reads an agent's numbers from its lane.</summary>
    /// <param name="lanes">[n, lanes].</param>
    /// <param name="lane">Which.</param>
    /// <param name="numbers">[n].</param>
    public static void Read(ReadOnlySpan<double> lanes, int lane, Span<double> numbers)
    {
        int width = lanes.Length / numbers.Length;
        for (int k = 0, at = lane; k < numbers.Length; k++, at += width) numbers[k] = lanes[at];
    }
}
