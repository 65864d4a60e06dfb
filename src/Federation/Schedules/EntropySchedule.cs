namespace FedPG.Federation.Schedules;

/// <summary>The weight tau of the entropy term: constant, or falling (or rising) along a line and constant from then on.</summary>
/// <param name="From">tau in round 0.</param>
/// <param name="To">tau from round <paramref name="Until"/> on.</param>
/// <param name="Until">The first round at <paramref name="To"/>; 0 for a constant.</param>
public sealed record EntropySchedule(double From, double To, int Until)
{
    /// <summary>No entropy term.</summary>
    public static EntropySchedule None { get; } = new(0, 0, 0);

    /// <summary>Whether tau is ever above 0, so that the regularised columns are written.</summary>
    public bool IsUsed => From > 0 || To > 0;

    /// <summary>tau of a round.</summary>
    public double At(int round) => round >= Until ? To : From + ((To - From) * round / Until);
}
