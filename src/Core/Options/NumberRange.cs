using System.Globalization;

namespace FedPG.Core.Options;

/// <summary>An interval of finite numbers; either end may be open or infinite.</summary>
public readonly record struct NumberRange(double Minimum, double Maximum, bool OpenMinimum = false, bool OpenMaximum = false)
{
    /// <summary>All finite numbers.</summary>
    public static NumberRange Any => new(double.NegativeInfinity, double.PositiveInfinity);

    /// <summary>Numbers above 0.</summary>
    public static NumberRange Positive => new(0, double.PositiveInfinity, OpenMinimum: true);

    /// <summary>0 and the numbers above.</summary>
    public static NumberRange NonNegative => new(0, double.PositiveInfinity);

    /// <summary>[0, 1].</summary>
    public static NumberRange UnitInterval => new(0, 1);

    /// <summary>Whether the number is finite and inside.</summary>
    public bool Contains(double value) =>
        double.IsFinite(value)
        && (OpenMinimum ? value > Minimum : value >= Minimum)
        && (OpenMaximum ? value < Maximum : value <= Maximum);

    /// <summary>The interval in words, for messages.</summary>
    public override string ToString()
    {
        bool below = double.IsNegativeInfinity(Minimum), above = double.IsPositiveInfinity(Maximum);
        return (below, above) switch
        {
            (true, true) => "a finite number",
            (false, true) => OpenMinimum ? $"a number greater than {Text(Minimum)}" : $"a number of at least {Text(Minimum)}",
            (true, false) => OpenMaximum ? $"a number less than {Text(Maximum)}" : $"a number of at most {Text(Maximum)}",
            _ => $"a number in {(OpenMinimum ? '(' : '[')}{Text(Minimum)}, {Text(Maximum)}{(OpenMaximum ? ')' : ']')}",
        };
    }

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
