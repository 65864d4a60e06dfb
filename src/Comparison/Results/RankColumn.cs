using FedPG.Core.Options;
using FedPG.Core.Statistics;

namespace FedPG.Comparison.Results;

/// <summary>A column of summary.csv, which algorithms may be ranked by. Immutable.</summary>
/// <param name="Name">Its name there.</param>
/// <param name="Of">Its figure; null where unknown.</param>
internal sealed record RankColumn(string Name, Func<Standing, Figure95?> Of)
{
    /// <summary>The option that names one.</summary>
    public const string Source = "--rank-by";

    private const string Improvement = "improvement";

    /// <summary>All columns with figures, in the order of the table.</summary>
    public static IReadOnlyList<RankColumn> All { get; } =
    [
        new("gap", s => s.Gap), new("objective", s => s.Objective), new("worst_agent", s => s.WorstAgent), new("rounds", s => s.Rounds),
        new("bytes", s => s.Bytes), new("trajectories", s => s.Trajectories), new("env_steps", s => s.EnvSteps),
        new("seconds", s => s.Seconds), new(Improvement, s => s.Improvement), new("own_gap", s => s.OwnGap),
        new("worst_own_gap", s => s.WorstOwnGap),
    ];

    /// <summary>The names that algorithms may be ranked by: those of which less is better.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(column => column.Name).Where(name => name != Improvement)];

    /// <summary>The column that a user names.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="InvalidInputException">There is none.</exception>
    public static RankColumn Parse(string name) =>
        All.FirstOrDefault(column => column.Name == name && name != Improvement)
        ?? throw new InvalidInputException(
            new ValidationError(Source, "", name, $"is no column to rank by; there are {string.Join(", ", Names)}"));

    /// <summary>
    /// The same result with its algorithms in the order of this column, the least first; in the order given where it is unknown.
    /// </summary>
    /// <param name="result">The result.</param>
    public ComparisonResult Rank(ComparisonResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        if (result.Standings.Any(standing => Of(standing) is null && standing.Diverged < standing.Runs.Count))
            return result with { Notes = [.. result.Notes, $"{Name} is not known here: algorithms stand in the order given"] };
        return result with { Standings = [.. result.Standings.OrderBy(standing => Of(standing)?.Value ?? double.PositiveInfinity)] };
    }
}
