using FedPG.Core.Options;

namespace FedPG.Envs.Episodic;

/// <summary>A number that may differ between agents, as it was read.</summary>
/// <param name="Numbers">Takes the agents' values once all options are read.</param>
/// <param name="Given">What the user gave, or the default.</param>
/// <param name="Default">The default.</param>
/// <param name="Range">What is allowed.</param>
/// <param name="Spread">Its range in the default of <c>spread</c>; null for none.</param>
internal sealed record AgentNumberEntry(
    AgentNumbers Numbers, AgentNumbers Given, double Default, NumberRange Range, (double Low, double High)? Spread)
{
    /// <summary>The key of the option.</summary>
    public required string Key { get; init; }

    /// <summary>A value in the environment's own measure, whatever agents there are.</summary>
    /// <param name="value">A number of an agent.</param>
    public double Scaled(double value)
    {
        (double low, double high) = Spread ?? (Range.Minimum, Range.Maximum);
        if (double.IsFinite(low) && double.IsFinite(high) && high > low) return (2 * (value - low) / (high - low)) - 1;
        return Default == 0 ? value : (value / Default) - 1;
    }

    /// <summary>The key of an option without which this one does nothing; null for none.</summary>
    public string? Needs { get; init; }
}
