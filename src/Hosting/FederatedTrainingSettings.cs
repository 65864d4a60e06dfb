namespace FedPG.Hosting;

/// <summary>How a host trains.</summary>
public sealed class FederatedTrainingSettings
{
    /// <summary>T, the rounds to run in all; null (the default) for those of the trainer.</summary>
    public int? Rounds { get; set; }

    /// <summary>
    /// Whether the host stops when training ends; true by default. Set it to false where the host then serves the policy.
    /// </summary>
    public bool StopHostAtEnd { get; set; } = true;

    /// <summary>The time between two lines of the log that say how far training is; 10 seconds by default, above 0.</summary>
    public TimeSpan LogEvery { get; set; } = TimeSpan.FromSeconds(10);
}
