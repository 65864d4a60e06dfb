using System.Globalization;
using FedPG.Comparison.Plan;

namespace FedPG.Comparison.Sweeps;

/// <summary>One point of a sweep: the settings that it gives the experiment. Immutable.</summary>
/// <param name="Number">1 for the first.</param>
/// <param name="Settings">The settings, in the order of the command line.</param>
internal sealed record SweepCell(int Number, IReadOnlyList<Setting> Settings)
{
    /// <summary>What folders call it.</summary>
    public string Label => string.Create(CultureInfo.InvariantCulture, $"cell-{Number}");

    /// <summary>What people read.</summary>
    public override string ToString() => string.Join(' ', Settings);
}
