using FedPG.Envs.Tabular;

namespace FedPG.Federation.Estimators.Values;

/// <summary>Outcomes picked by one 32-bit number each, along the cumulative probabilities.</summary>
internal static class ChainDraws
{
    private const double Step = 1.0 / (1L << 32);

    /// <summary>A number in (0, 1).</summary>
    public static double Unit(uint number) => (number + 0.5) * Step;

    /// <summary>The next state of a row of a kernel.</summary>
    public static int Next(TransitionKernel kernel, int row, uint number) => kernel.Next(row)[Index(kernel.Probabilities(row), number)];

    /// <summary>The outcome of probabilities that sum to one; the last one that is possible where rounding leaves a gap.</summary>
    public static int Index(ReadOnlySpan<double> probabilities, uint number)
    {
        double u = Unit(number), cumulative = 0;
        int last = 0;
        for (int k = 0; k < probabilities.Length; k++)
        {
            if (probabilities[k] == 0) continue;
            cumulative += probabilities[k];
            last = k;
            if (u < cumulative) return k;
        }
        return last;
    }
}
