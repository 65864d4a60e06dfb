namespace FedPG.Reporting.Fonts;

/// <summary>
/// The lock that everything drawn with Skia holds. Skia's objects are shared behind the scenes: the library under them hands the same
/// typeface and font manager to all, and ScottPlot keeps and disposes of typefaces of its own. Drawing takes milliseconds, so that one
/// thread at a time is enough.
/// </summary>
internal static class SkiaGate
{
    private static readonly Lock Gate = new();

    /// <summary>Runs something that draws or measures text, alone.</summary>
    public static T Alone<T>(Func<T> draw)
    {
        lock (Gate) return draw();
    }
}
