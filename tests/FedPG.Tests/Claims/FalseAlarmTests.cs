using System.Globalization;
using System.Text.RegularExpressions;
using FedPG.Claims;
using FedPG.Claims.Measuring;
using FedPG.Tests.Build;
using Xunit;

namespace FedPG.Tests.Claims;

/// <summary>What is said of the chance that a right algorithm fails.</summary>
public sealed partial class FalseAlarmTests
{
    private const double Largest = 1e-3;

    /// <summary>
    /// Every verdict of the pages that rests on chance states how likely it is wrong, and none is likelier than one in a thousand.
    /// </summary>
    [Fact]
    public void The_pages_state_chances_below_one_in_a_thousand()
    {
        int stated = 0;
        foreach (Claim claim in Suite.All)
        {
            string page = File.ReadAllText(Path.Combine(Repository.Root, "experiments", claim.Name, "README.md"));
            string line = page.Split('\n').Single(l => l.StartsWith("Chance of a false alarm: ", StringComparison.Ordinal));
            Assert.DoesNotContain("unknown", line, StringComparison.Ordinal);
            foreach (Match match in Chance().Matches(line))
            {
                stated++;
                Assert.True(double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) < Largest, $"{claim.Name}: {match.Value}");
            }
        }
        Assert.True(stated >= 15, $"{stated} chances");
    }

    /// <summary>
    /// Ten logarithms with mean 0 and standard deviation 1: the predictive t of 9 degrees of freedom is sqrt(1.1) wide, P(t > 3 /
    /// sqrt(1.1)) = 0.00938, ten times.
    /// </summary>
    [Fact]
    public void The_chance_is_that_of_a_new_instance_times_their_number()
    {
        // Plus and minus a, five times each, have the sample variance 10 a^2 / 9.
        double a = Math.Sqrt(0.9);
        double[] figures = [.. Enumerable.Range(0, 10).Select(k => Math.Exp(k % 2 == 0 ? a : -a))];
        double above = Stated(InstanceChance.OfWorst(figures, Bound.AtMost(Math.Exp(3)))),
            both = Stated(InstanceChance.OfWorst(figures, new Bound(Math.Exp(-3), Math.Exp(3))));
        Assert.InRange(above, 0.092, 0.096);
        Assert.Equal(1, both / (2 * above), 3);
        Assert.Equal(1, Stated(InstanceChance.OfWorstGroup([figures, figures], Bound.AtMost(Math.Exp(3)))) / (2 * above), 3);
        Assert.InRange(Stated(InstanceChance.OfWorst(figures, Bound.AtMost(Math.Exp(6)))), 0, 0.02 * above);
    }

    [Fact]
    public void Figures_of_rounding_count_as_rounding_and_figures_without_a_logarithm_say_nothing()
    {
        double[] figures = [0, 2e-16, 1e-16, 3e-16];
        Assert.StartsWith("unknown", InstanceChance.OfWorst(figures, Bound.AtMost(1)), StringComparison.Ordinal);
        Assert.InRange(Stated(InstanceChance.OfWorst(figures, Bound.AtMost(1e-10), 1e-16)), 0, 1e-3);
        Assert.StartsWith("unknown", InstanceChance.OfWorst([1, double.NaN, 1], Bound.AtMost(2)), StringComparison.Ordinal);
        Assert.StartsWith("unknown", InstanceChance.OfWorst([1, 2], Bound.AtMost(5)), StringComparison.Ordinal);
    }

    private static double Stated(string words) =>
        words.StartsWith("below 1e-9", StringComparison.Ordinal)
            ? 0
            : double.Parse(Chance().Match(words).Groups[1].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(?:about|below) ([0-9][0-9.e+-]*)")]
    private static partial Regex Chance();
}
