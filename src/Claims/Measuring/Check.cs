using System.Globalization;
using FedPG.Core.Statistics;

namespace FedPG.Claims.Measuring;

/// <summary>The interval a figure is judged by, ends included; an end may be infinite.</summary>
/// <param name="Min">The lower end.</param>
/// <param name="Max">The upper end.</param>
internal readonly record struct Bound(double Min, double Max)
{
    /// <summary>At most a number.</summary>
    public static Bound AtMost(double most) => new(double.NegativeInfinity, most);

    /// <summary>At least a number.</summary>
    public static Bound AtLeast(double least) => new(least, double.PositiveInfinity);

    /// <summary>Whether a figure is a number within.</summary>
    public bool Contains(double figure) => figure >= Min && figure <= Max;

    /// <summary>In one word without blanks: <c>&lt;=1e-12</c>, <c>&gt;=0.25</c> or <c>0.97..1.05</c>.</summary>
    public override string ToString() => (double.IsNegativeInfinity(Min), double.IsPositiveInfinity(Max)) switch
    {
        (true, _) => $"<={Short(Max)}",
        (_, true) => $">={Short(Min)}",
        _ => $"{Short(Min)}..{Short(Max)}",
    };

    /// <summary>A number with four digits, as people write it.</summary>
    public static string Short(double value) =>
        value.ToString("G4", CultureInfo.InvariantCulture).Replace("E", "e", StringComparison.Ordinal)
            .Replace("e-0", "e-", StringComparison.Ordinal).Replace("e+0", "e+", StringComparison.Ordinal);
}

/// <summary>One thing that a claim says, measured and judged.</summary>
/// <param name="Name">A short name, unique within the claim: <c>rate-soft</c>.</param>
/// <param name="Quantity">What the figure is, in words and symbols.</param>
/// <param name="Figure">What was measured.</param>
/// <param name="Bound">What it is judged by.</param>
/// <param name="Law">The law that predicts the figure, with its equation.</param>
/// <param name="FalseAlarm">How likely a right algorithm fails by chance, and how that was obtained.</param>
internal sealed record Check(string Name, string Quantity, Figure95 Figure, Bound Bound, string Law, string FalseAlarm)
{
    /// <summary>What <see cref="FalseAlarm"/> says of figures without randomness.</summary>
    public const string NoChance = "none: exact gradients, no randomness";

    /// <summary>Whether the figure lies within the bound.</summary>
    public bool Pass => Bound.Contains(Figure.Value);
}
