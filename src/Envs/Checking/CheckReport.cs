namespace FedPG.Envs.Checking;

/// <summary>How a check went.</summary>
public enum CheckStatus
{
    /// <summary>What was looked for was not found.</summary>
    Passed,

    /// <summary>A fault was found.</summary>
    Failed,

    /// <summary>Nothing is wrong, but there is something to know.</summary>
    Noted,

    /// <summary>The environment has nothing that this check looks at.</summary>
    Skipped,
}

/// <summary>Where a fault shows itself: make the agent's environment, reset it with the seed, and take the steps.</summary>
/// <param name="Agent">The agent's index.</param>
/// <param name="Seed">The seed of the episode; actions are drawn from the same seed.</param>
/// <param name="Step">The step, counted from 1; 0 is the reset.</param>
public readonly record struct CheckPlace(int Agent, long Seed, int Step)
{
    /// <summary>The place in words.</summary>
    public override string ToString() => $"agent {Agent}, seed {Seed}, {(Step == 0 ? "reset" : $"step {Step}")}";
}

/// <summary>One check's result.</summary>
/// <param name="Name">The check.</param>
/// <param name="Status">How it went.</param>
/// <param name="Tried">What was tried, with numbers of episodes, steps and seeds.</param>
/// <param name="Finding">What was found; null for nothing.</param>
/// <param name="Place">Where it shows itself; null where it is no matter of an episode.</param>
public sealed record CheckResult(string Name, CheckStatus Status, string Tried, string? Finding = null, CheckPlace? Place = null)
{
    /// <summary>No fault.</summary>
    public static CheckResult Pass(string name, string tried) => new(name, CheckStatus.Passed, tried);

    /// <summary>A fault.</summary>
    public static CheckResult Fail(string name, string tried, string finding, CheckPlace? place = null) =>
        new(name, CheckStatus.Failed, tried, finding, place);

    /// <summary>No fault, but something to know.</summary>
    public static CheckResult Note(string name, string tried, string finding) => new(name, CheckStatus.Noted, tried, finding);

    /// <summary>Nothing to look at.</summary>
    public static CheckResult Skip(string name, string reason) => new(name, CheckStatus.Skipped, reason);
}

/// <summary>What a check of an environment found.</summary>
/// <param name="Environment">The id.</param>
/// <param name="Size">How large the instance is, in words.</param>
/// <param name="Agents">The number of agents N.</param>
/// <param name="AgentsTried">The agents that episodes were run of.</param>
/// <param name="Episodes">Episodes run of each of them.</param>
/// <param name="FirstSeed">The seed of the first episode; the others follow it.</param>
/// <param name="Steps">All steps taken, of every check.</param>
/// <param name="StepsPerSecond">Steps of one instance on one thread, a second; null where it could not be measured.</param>
/// <param name="BytesPerStep">Bytes that a step allocates, on average; null where it could not be measured.</param>
/// <param name="Results">The checks, in the order run.</param>
public sealed record CheckReport(
    string Environment, string Size, int Agents, IReadOnlyList<int> AgentsTried, int Episodes, long FirstSeed, long Steps,
    double? StepsPerSecond, double? BytesPerStep, IReadOnlyList<CheckResult> Results)
{
    /// <summary>Whether no check failed.</summary>
    public bool Passed => Results.All(r => r.Status != CheckStatus.Failed);
}
