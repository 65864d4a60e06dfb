using FedPG.Core.Options;
using FedPG.Experiments.Runs;

namespace FedPG.Comparison.Sweeps;

/// <summary>A figure of runs by which points may be ranked; less is better. Immutable.</summary>
/// <param name="Name">Its column in sweep.csv.</param>
/// <param name="Of">Its value for a run that finished; null where unknown.</param>
internal sealed record SweepColumn(string Name, Func<RunSummary, double?> Of)
{
    /// <summary>The option that names one.</summary>
    public const string Source = "--rank-by";

    /// <summary>How many of <see cref="All"/> points are ranked by where nobody says: the first that is known.</summary>
    private const int Usual = 3;

    /// <summary>All of them; the usual ones first.</summary>
    public static IReadOnlyList<SweepColumn> All { get; } =
    [
        new("own_gap", s => s.OwnGap), new("gap", s => s.Gap), new("objective", s => s.Objective),
        new("worst_own_gap", s => s.WorstOwnGap), new("worst_agent", s => s.Agents.Max(agent => agent.Objective)),
        new("env_steps", s => s.EnvSteps), new("trajectories", s => s.Trajectories), new("bytes", s => s.Bytes),
        new("seconds", s => s.Seconds),
    ];

    /// <summary>The names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(column => column.Name)];

    /// <summary>The column that a user names.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="InvalidInputException">There is none.</exception>
    public static SweepColumn Parse(string name) =>
        All.FirstOrDefault(column => column.Name == name)
        ?? throw new InvalidInputException(
            new ValidationError(Source, "", name, $"is no column to rank by; there are {string.Join(", ", Names)}"));

    /// <summary>
    /// The column to rank by: the one that was named, or where that is unknown in a run the first usual one that is known.
    /// </summary>
    /// <param name="name">The name; null for none.</param>
    /// <param name="runs">All runs that finished.</param>
    public static SweepColumn For(string? name, IReadOnlyList<RunSummary> runs) =>
        (name is null ? [] : (IEnumerable<SweepColumn>)[Parse(name)]).Concat(All.Take(Usual))
            .First(column => column.Name == "objective" || runs.All(run => column.Of(run) is not null));
}
