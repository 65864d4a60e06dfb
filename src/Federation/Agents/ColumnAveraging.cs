namespace FedPG.Federation.Agents;

/// <summary>Over whom a server takes the mean of what agents send, parameter by parameter.</summary>
public enum ColumnAveraging
{
    /// <summary>Over all agents of the round.</summary>
    Agents,

    /// <summary>
    /// Over those of them whose policies depend on the parameter. With one-hot contexts or tables for each context a plain mean moves what
    /// one agent alone uses by 1 / N of its steps. It holds for everything that is averaged, memories and controls included, so corrections
    /// of the agents concerned still sum to zero, and stationary points stay.
    /// </summary>
    Touched,
}
