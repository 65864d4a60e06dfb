namespace FedPG.Cli.Common;

/// <summary>
/// How often progress is said where lines are only added: soon at first, then at longer and longer intervals, so that a log of hours can be
/// read.
/// </summary>
internal sealed class PlainPace
{
    private const double First = 5, Growth = 0.25, Longest = 300;
    private double _next = First;

    /// <summary>Whether it is time for a line.</summary>
    /// <param name="seconds">The seconds since the start, never fewer than before.</param>
    public bool IsDue(double seconds)
    {
        if (seconds < _next) return false;
        _next = seconds + Math.Clamp(Growth * seconds, First, Longest);
        return true;
    }
}
