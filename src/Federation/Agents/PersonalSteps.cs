namespace FedPG.Federation.Agents;

/// <summary>When agents train what is their own.</summary>
public enum PersonalOrder
{
    /// <summary>
    /// At the start of a round, at thetabar as it was received, before anything is computed for the server. Shared steps then leave it as
    /// it is, so that the round is one of the algorithm at fixed personal parameters.
    /// </summary>
    Alternating,

    /// <summary>
    /// With every local step, along the same gradient. Memories then belong to personal parameters that have moved since.
    /// </summary>
    Simultaneous,
}

/// <summary>How agents train their personal parameters; of no use where a policy has none.</summary>
/// <param name="Steps">P, the personal steps of a round where they alternate with shared ones; null for as many as local steps.</param>
/// <param name="StepSize">Their step size; null for that of the round's local steps.</param>
/// <param name="Order">When they are taken.</param>
public sealed record PersonalSteps(int? Steps = null, double? StepSize = null, PersonalOrder Order = PersonalOrder.Alternating);
