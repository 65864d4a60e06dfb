namespace FedPG.Core.Streams;

/// <summary>Standard normal numbers from counter-based streams, four a draw (Box and Muller 1958); none lies beyond 6.7.</summary>
internal static class Normals
{
    /// <summary>The numbers of one draw.</summary>
    public const int PerDraw = 4;

    /// <summary>The draws that give so many numbers.</summary>
    public static int Draws(int numbers) => (numbers + PerDraw - 1) / PerDraw;

    /// <summary>Fills a span with the numbers of the draws from <paramref name="firstDraw"/> on.</summary>
    /// <param name="key">The stream.</param>
    /// <param name="trajectory">The trajectory.</param>
    /// <param name="firstDraw">The first draw; <see cref="Draws"/> of them are used.</param>
    /// <param name="numbers">Where they go.</param>
    public static void Fill(in StreamKey key, int trajectory, int firstDraw, Span<double> numbers)
    {
        Span<double> four = stackalloc double[PerDraw];
        for (int k = 0; k < numbers.Length; k += PerDraw)
        {
            (uint w0, uint w1, uint w2, uint w3) = key.Draw(trajectory, firstDraw + (k / PerDraw));
            (four[0], four[1]) = Pair(w0, w1);
            (four[2], four[3]) = Pair(w2, w3);
            four[..Math.Min(PerDraw, numbers.Length - k)].CopyTo(numbers[k..]);
        }
    }

    private static (double, double) Pair(uint first, uint second)
    {
        const double step = 1.0 / (1L << 32);
        double radius = Math.Sqrt(-2 * Math.Log((first + 0.5) * step));
        (double sine, double cosine) = Math.SinCos(2 * Math.PI * (second + 0.5) * step);
        return (radius * cosine, radius * sine);
    }
}
