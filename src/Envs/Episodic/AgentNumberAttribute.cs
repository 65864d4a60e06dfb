namespace FedPG.Envs.Episodic;

/// <summary>
/// What there is to know about an option of type <see cref="AgentNumbers"/> beside its meaning and its range: the range that agents' own
/// numbers are drawn from by default, and whether the number belongs to the agent's goal or to its dynamics.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class AgentNumberAttribute : Attribute
{
    /// <summary>Whether the number changes rewards or the goal; false (the default) where it changes the dynamics.</summary>
    public bool IsGoal { get; init; }

    /// <summary>
    /// The lower end of its range in the default of <c>spread</c>; NaN (the default) where it is drawn only if the user says so.
    /// </summary>
    public double SpreadLow { get; init; } = double.NaN;

    /// <summary>The upper end of that range.</summary>
    public double SpreadHigh { get; init; } = double.NaN;

    /// <summary>
    /// The name of another option without which this one does nothing: giving this one is refused where the other is 0. Null for none.
    /// </summary>
    public string? Needs { get; init; }

    /// <summary>The default range; null where there is none.</summary>
    internal (double Low, double High)? Spread => double.IsNaN(SpreadLow) && double.IsNaN(SpreadHigh) ? null : (SpreadLow, SpreadHigh);
}
