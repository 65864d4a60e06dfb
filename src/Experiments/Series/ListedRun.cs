namespace FedPG.Experiments.Series;

/// <summary>What a run folder says of its run.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="State">running, finished, cancelled (stopped between two rounds), diverged,
/// interrupted (ended without a word), unreadable.</param>
internal sealed record ListedRun(string Folder, string State)
{
    /// <summary>A process holds the folder.</summary>
    public const string Running = "running";

    /// <summary>No process holds the folder, and the run left no result.</summary>
    public const string Interrupted = "interrupted";

    /// <summary>Its experiment cannot be read.</summary>
    public const string Unreadable = "unreadable";

    /// <summary>The experiment's name.</summary>
    public string? Name { get; init; }

    /// <summary>The algorithm.</summary>
    public string? Algorithm { get; init; }

    /// <summary>The environment's id, or its file.</summary>
    public string? Environment { get; init; }

    /// <summary>The seed.</summary>
    public long? Seed { get; init; }

    /// <summary>T, the rounds to run in all.</summary>
    public int? Rounds { get; init; }

    /// <summary>The rounds that are done.</summary>
    public int? RoundsDone { get; init; }

    /// <summary>What the objective is.</summary>
    public string? Minimised { get; init; }

    /// <summary>J of the policy that it left.</summary>
    public double? Objective { get; init; }

    /// <summary>Objective - optimum.</summary>
    public double? Gap { get; init; }

    /// <summary>The bytes of all its files.</summary>
    public long Bytes { get; init; }

    /// <summary>When something in the folder was made or taken away last.</summary>
    public DateTime Changed { get; init; }
}
