using System.Globalization;
using FedPG.Reporting.Figures;

namespace FedPG.Reporting.Drawing;

/// <summary>Where an axis is marked, and with what numbers.</summary>
internal static class Ticks
{
    private const int MaxUnlabelled = 5;

    // Decades from one label to the next.
    private static readonly int[] Strides = [1, 2, 5, 10, 20, 50, 100, 200];

    /// <summary>The ticks of an axis, at most about the given number of them labelled.</summary>
    public static AxisTick[] Of(Axis axis, int most) => axis.Scale == AxisScale.Log ? Log(axis, most) : Linear(axis.Min, axis.Max, most);

    private static AxisTick[] Linear(double min, double max, int most)
    {
        double step = Step((max - min) / Math.Max(most, 1));
        double largest = Math.Max(Math.Abs(min), Math.Abs(max));
        var ticks = new List<AxisTick>();
        double first = Math.Ceiling((min / step) - 1e-9);
        for (int i = 0; i <= most + 1 && (first + i) * step <= max + (1e-9 * (max - min)); i++)
        {
            double value = (first + i) * step;
            ticks.Add(new AxisTick(value, Label(value, step, largest)));
        }

        return [.. ticks];
    }

    private static AxisTick[] Log(Axis axis, int most)
    {
        int first = (int)Math.Ceiling(axis.Min - 1e-9), last = (int)Math.Floor(axis.Max + 1e-9), decades = last - first + 1;
        if (decades < 2) return WithinADecade(axis, most);

        int every = Strides.FirstOrDefault(stride => decades <= stride * most, Strides[^1]);
        var ticks = new List<AxisTick>();
        for (int k = first; k <= last; k++)
        {
            if (k % every == 0) ticks.Add(new AxisTick(k, $"10^{{{Signed(k)}}}"));
            else if (every <= MaxUnlabelled) ticks.Add(new AxisTick(k, ""));
        }

        if (every == 1) ticks.AddRange(Multiples(axis, [2, 3, 4, 5, 6, 7, 8, 9]).Select(tick => new AxisTick(tick.Position, "")));
        return [.. ticks];
    }

    // Where there is one power of ten or none on the axis, more numbers are needed to read it: 1, 2, 5 of each decade, or equal steps.
    private static AxisTick[] WithinADecade(Axis axis, int most)
    {
        AxisTick[] labelled = [.. Multiples(axis, [1, 2, 5])];
        if (labelled.Length < 2)
        {
            labelled = [.. Linear(Math.Pow(10, axis.Min), Math.Pow(10, axis.Max), most)
                .Where(tick => tick.Position > 0).Select(tick => tick with { Position = Math.Log10(tick.Position) })];
            return labelled;
        }

        return [.. labelled, .. Multiples(axis, [3, 4, 6, 7, 8, 9]).Select(tick => tick with { Label = "" })];
    }

    private static IEnumerable<AxisTick> Multiples(Axis axis, int[] digits)
    {
        for (int k = (int)Math.Floor(axis.Min); k <= (int)Math.Floor(axis.Max); k++)
        {
            foreach (int digit in digits)
            {
                double position = k + Math.Log10(digit);
                if (!axis.Contains(position)) continue;
                bool plain = k is >= -3 and <= 4;
                yield return new AxisTick(position, plain
                    ? (digit * Math.Pow(10, k)).ToString("0.####", CultureInfo.InvariantCulture)
                    : $"{digit}×10^{{{Signed(k)}}}");
            }
        }
    }

    // The next of 1, 2, 5 times a power of ten.
    private static double Step(double atLeast)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(atLeast)));
        double share = atLeast / power;
        return power * (share <= 1 + 1e-9 ? 1 : share <= 2 + 1e-9 ? 2 : share <= 5 + 1e-9 ? 5 : 10);
    }

    private static string Label(double value, double step, double largest)
    {
        if (Math.Abs(value) < step * 1e-6) return "0";
        int exponent = largest is >= 1e5 or < 1e-3 ? (int)Math.Floor(Math.Log10(largest)) : 0;
        int decimals = Math.Clamp(exponent - (int)Math.Floor(Math.Log10(step) + 1e-9), 0, 12);
        // Two factors, since a single power of ten can be out of range.
        double mantissa = value / Math.Pow(10, exponent / 2) / Math.Pow(10, exponent - (exponent / 2));
        string digits = Math.Abs(mantissa).ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        string sign = value < 0 ? "−" : "";
        return exponent == 0 ? sign + digits : $"{sign}{digits}×10^{{{Signed(exponent)}}}";
    }

    private static string Signed(int number) =>
        number < 0 ? "−" + (-number).ToString(CultureInfo.InvariantCulture) : number.ToString(CultureInfo.InvariantCulture);
}
