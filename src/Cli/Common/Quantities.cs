using System.Globalization;

namespace FedPG.Cli.Common;

/// <summary>Numbers as people read them.</summary>
internal static class Quantities
{
    /// <summary>Differences below this share of what they are differences of are rounding.</summary>
    private const double Rounding = 1e-12;

    /// <summary>Steps a second: millions, below a million thousands, below a thousand all digits.</summary>
    public static string Rate(double perSecond) => perSecond switch
    {
        >= 999_500 => string.Create(CultureInfo.InvariantCulture, $"{perSecond / 1e6:F1} M env-steps/s"),
        >= 999.5 => string.Create(CultureInfo.InvariantCulture, $"{perSecond / 1e3:F0} k env-steps/s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{perSecond:F0} env-steps/s"),
    };

    /// <summary>A time: seconds, minutes, or hours.</summary>
    public static string Duration(double seconds)
    {
        if (seconds < 59.5) return string.Create(CultureInfo.InvariantCulture, $"{seconds:F0} s");
        if (seconds >= 3600) return string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:F1} h");
        int whole = (int)Math.Round(seconds);
        return string.Create(CultureInfo.InvariantCulture, $"{whole / 60} min {whole % 60} s");
    }

    /// <summary>A part of a whole in percent; null where either of them is a rounding of zero, and where there is no whole.</summary>
    /// <param name="part">The part, such as a gap.</param>
    /// <param name="whole">The whole, such as the uniform policy's gap.</param>
    /// <param name="scale">What both are differences of, such as an objective.</param>
    public static double? Percent(double? part, double? whole, double scale)
    {
        double least = Rounding * Math.Max(1, Math.Abs(scale));
        return part is { } p && whole is { } w && w > least && Math.Abs(p) > least && double.IsFinite(p / w) ? 100 * p / w : null;
    }
}
