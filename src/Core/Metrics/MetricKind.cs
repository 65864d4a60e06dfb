namespace FedPG.Core.Metrics;

/// <summary>How what was recorded under one name in a round becomes one number.</summary>
public enum MetricKind
{
    /// <summary>The mean of all recordings, over agents and over the recordings of each.</summary>
    Mean,

    /// <summary>The sum of all recordings.</summary>
    Sum,

    /// <summary>The latest recording of each agent, or of the server; their mean.</summary>
    Last,

    /// <summary>The mean of the recordings of each agent, kept apart; as one number their mean.</summary>
    PerAgent,
}
