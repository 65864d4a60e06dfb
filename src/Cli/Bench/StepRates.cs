using System.Diagnostics;
using System.Text.Json.Nodes;
using FedPG.Core.Statistics;

namespace FedPG.Cli.Bench;

/// <summary>A figure of several repeats.</summary>
/// <param name="Median">Their median.</param>
/// <param name="Minimum">The least.</param>
/// <param name="Maximum">The most.</param>
internal sealed record Spread(double Median, double Minimum, double Maximum)
{
    /// <summary>Of at least one repeat, in any order.</summary>
    public static Spread Of(IReadOnlyCollection<double> repeats) =>
        new(Intervals.Median([.. repeats.Order()]), repeats.Min(), repeats.Max());

    /// <summary>Writes the three numbers under their names.</summary>
    /// <param name="result">What is written to.</param>
    /// <param name="median">The name of the median.</param>
    /// <param name="prefix">What stands before Minimum and Maximum; empty for the names minimum and maximum.</param>
    /// <param name="digits">Digits after the point.</param>
    public void WriteTo(JsonObject result, string median, string prefix, int digits)
    {
        result[median] = Math.Round(Median, digits);
        result[prefix.Length == 0 ? "minimum" : prefix + "Minimum"] = Math.Round(Minimum, digits);
        result[prefix.Length == 0 ? "maximum" : prefix + "Maximum"] = Math.Round(Maximum, digits);
    }
}

/// <summary>Steps a second of something that plays steps again and again.</summary>
internal static class StepRates
{
    private const double WarmUpSeconds = 0.2, Seconds = 0.3;

    /// <summary>Plays for a while that does not count, and then in as many repeats.</summary>
    /// <param name="repeats">Repeats, 1 or more.</param>
    /// <param name="play">Plays; takes how often it has been called, and returns the steps.</param>
    public static Spread Measure(int repeats, Func<int, double> play)
    {
        int calls = 0;
        Repeat(WarmUpSeconds);
        return Spread.Of([.. Enumerable.Range(0, repeats).Select(_ => Repeat(Seconds))]);

        double Repeat(double seconds)
        {
            long started = Stopwatch.GetTimestamp();
            double steps = 0;
            do steps += play(calls++);
            while (Stopwatch.GetElapsedTime(started).TotalSeconds < seconds);
            return steps / Stopwatch.GetElapsedTime(started).TotalSeconds;
        }
    }
}
