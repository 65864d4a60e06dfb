namespace FedPG.Federation.Schedules;

/// <summary>The local step size eta of a run by rounds. Immutable.</summary>
/// <param name="StepSize">The rule.</param>
/// <param name="Agents">N.</param>
/// <param name="LocalSteps">H.</param>
/// <param name="Rounds">T.</param>
public readonly record struct StepSizeSchedule(StepSize StepSize, int Agents, int LocalSteps, int Rounds)
{
    /// <summary>eta of a round.</summary>
    /// <param name="round">t, 0 for the first round.</param>
    public double At(int round) => StepSize.At(round, this);
}
