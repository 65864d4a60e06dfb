using System.Globalization;
using FedPG.Comparison.Plan;
using FedPG.Core.Options;
using FedPG.Experiments;
using FedPG.Experiments.Series;
using FedPG.Federation;
using FedPG.Federation.Execution;
using FedPG.Federation.Schedules;

namespace FedPG.Comparison.Sweeps;

/// <summary>
/// What a sweep runs: an experiment, the values that its keys take, seeds, and whether most of the points are given up on the way.
/// Immutable; points, draws and rungs follow from it alone, so that a sweep that was stopped goes on from it.
/// </summary>
internal sealed record SweepPlan
{
    /// <summary>The most points of a sweep.</summary>
    public const int MostCells = 10_000;

    /// <summary>The option that draws points, as errors name it.</summary>
    public const string RandomSource = "--random";

    private const string RoundsPath = "federation.rounds", SeedPath = "seed", HalvingSource = "--halving";

    /// <summary>The experiment, with what is set for all points.</summary>
    public required SeriesExperiment Experiment { get; init; }

    /// <summary>Keys whose values are tried in all combinations.</summary>
    public required IReadOnlyList<SweepGrid> Grid { get; init; }

    /// <summary>Keys whose values are drawn; each combination of the grid is tried with each draw.</summary>
    public required IReadOnlyList<SweepDraw> Draws { get; init; }

    /// <summary>The number of draws; 0 without any.</summary>
    public required int Random { get; init; }

    /// <summary>The seed of the draws.</summary>
    public required long DrawSeed { get; init; }

    /// <summary>The seeds that each point is run with.</summary>
    public required IReadOnlyList<long> Seeds { get; init; }

    /// <summary>Whether the better half of the points stays at each rung, and goes on with twice the rounds.</summary>
    public required bool Halving { get; init; }

    /// <summary>The column that points are ranked by; null for the first of own_gap, gap and objective that is known.</summary>
    public string? RankBy { get; init; }

    /// <summary>The points, in the order of the command line: the last key of the grid changes first but for the draws.</summary>
    public IReadOnlyList<SweepCell> Cells()
    {
        IEnumerable<Setting[]> points = [[]];
        foreach (SweepGrid grid in Grid)
            points = points.SelectMany(point => grid.Values.Select(value => (Setting[])[.. point, new Setting(grid.Path, value)]));
        if (Draws.Count > 0)
        {
            points = points.SelectMany(point => Enumerable.Range(0, Random).Select(draw =>
                (Setting[])[.. point, .. Draws.Select((key, k) => new Setting(key.Path, key.ValueOf(DrawSeed, k, draw)))]));
        }
        return [.. points.Select((settings, k) => new SweepCell(k + 1, settings))];
    }

    /// <summary>
    /// The rungs: how many points are run, and to how many rounds in all. One rung with all points and rounds without halving; else the
    /// points are halved, and the rounds doubled, until one point or half a round would be left.
    /// </summary>
    /// <param name="cells">The points.</param>
    /// <param name="rounds">T, the rounds of the experiment.</param>
    public IReadOnlyList<(int Cells, int Rounds)> Rungs(int cells, int rounds)
    {
        int last = 0;
        while (Halving && 1L << last < cells && rounds >> (last + 1) > 0) last++;
        return
        [
            .. Enumerable.Range(0, last + 1).Select(rung =>
                ((int)((cells + (1L << rung) - 1) >> rung), (int)((rounds + (1L << (last - rung)) - 1) >> (last - rung)))),
        ];
    }

    /// <summary>The experiment of one run.</summary>
    /// <param name="cell">The point.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="rounds">T; null for what the experiment says.</param>
    /// <exception cref="InvalidInputException">Something is wrong; each error names the option it came from.</exception>
    public Experiment Read(SweepCell cell, long seed, int? rounds)
    {
        List<string> changes = [.. cell.Settings.Select(s => s.Assignment)];
        if (rounds is { } total) changes.Add(string.Create(CultureInfo.InvariantCulture, $"{RoundsPath}={total}"));
        changes.Add(string.Create(CultureInfo.InvariantCulture, $"{SeedPath}={seed}"));
        try
        {
            return Experiment.Read(changes);
        }
        catch (InvalidInputException e)
        {
            throw new InvalidInputException([.. e.Errors.Select(FromItsOption)]);
        }
    }

    /// <summary>Reads every point's experiment, so that nothing is run of a plan that has a mistake.</summary>
    /// <returns>The experiment of the first point and seed.</returns>
    /// <exception cref="InvalidInputException">All that is wrong, each once.</exception>
    public Experiment Check()
    {
        var errors = new List<ValidationError>();
        long cells = Grid.Aggregate(Draws.Count > 0 ? Random : 1L, (product, grid) => Math.Min(product * grid.Values.Count, int.MaxValue));
        if (cells > MostCells)
            errors.Add(new ValidationError(Draws.Count > 0 ? RandomSource : SweepGrid.Source, "", null,
                $"gives {cells} points; at most {MostCells} are run"));
        string[] paths = [.. Grid.Select(g => g.Path), .. Draws.Select(d => d.Path)];
        errors.AddRange(paths.GroupBy(path => path).Where(group => group.Count() > 1)
            .Select(group => new ValidationError(SourceOf(group.Key), new Setting(group.Key, "").Key, null, "is named twice")));
        if (paths.Contains(SeedPath)) errors.Add(new ValidationError(SourceOf(SeedPath), SeedPath, null, "is named by --seeds"));
        if (Halving && paths.Contains(RoundsPath))
            errors.Add(new ValidationError(HalvingSource, "", null, $"gives points their rounds; {RoundsPath} cannot be swept beside it"));
        if (errors.Count > 0) throw new InvalidInputException(errors);
        Experiment? first = null;
        HashSet<string> unread = [.. paths], targets = [];
        IReadOnlyList<SweepCell> points = Cells();
        foreach (SweepCell cell in points)
        {
            try
            {
                Experiment read = Read(cell, Seeds[0], null);
                first ??= read;
                if (Halving && FollowsRounds(read, Read(cell, Seeds[0], Rungs(points.Count, read.Federation.Rounds)[0].Rounds)))
                {
                    errors.Add(new ValidationError(HalvingSource, "", null,
                        $"sets {RoundsPath} anew at each rung, and a schedule of the experiment follows it; name the schedule's end "
                        + "(\"until\"), or take one that does not need it"));
                }
                unread.RemoveWhere(path => IsIn(read, path));
                RequireTarget(read, targets);
            }
            catch (InvalidInputException e)
            {
                errors.AddRange(e.Errors);
            }
        }
        // Keys of other algorithms and kinds are known, and not read: every point would be the same.
        if (errors.Count == 0)
            errors.AddRange(unread.Select(path => new ValidationError(SourceOf(path), path, null, "is not read by this experiment")));
        // Drawn values are told once, however many of them are wrong in the same way.
        return errors.Count == 0 ? first! : throw new InvalidInputException(
            [.. errors.DistinctBy(e => e.Source == SweepDraw.Source ? e with { Value = null } : e)]);
    }

    /// <summary>
    /// Whether evaluations show the figure at which a point's runs are to end is known when a run is made: of points that differ in
    /// nothing that decides it one is made.
    /// </summary>
    private static void RequireTarget(Experiment read, HashSet<string> known)
    {
        if (read.StopAt is null) return;
        string[] sections = ["environment", "policy", "gradient", "objective", "stopAt", "evaluationEpisodes"];
        if (!known.Add(string.Join('\n', sections.Select(key => read.Resolved[key]?.ToJsonString())))) return;
        using var made = new TrainingLoop(read, new ExecutionOptions(1, TorchSharp.torch.CPU), TimeProvider.System);
    }

    /// <summary>Whether more than the number of rounds is another when an experiment is read with other rounds.</summary>
    private static bool FollowsRounds(Experiment all, Experiment early)
    {
        StepSizeSchedule late = all.Federation.LocalStepSize, first = early.Federation.LocalStepSize;
        return WithoutRounds(all) != WithoutRounds(early)
            || Enumerable.Range(0, early.Federation.Rounds).Any(t => late.At(t) != first.At(t));
    }

    private static string WithoutRounds(Experiment experiment)
    {
        System.Text.Json.Nodes.JsonNode copy = experiment.Resolved.DeepClone();
        string[] path = RoundsPath.Split('.');
        copy[path[0]]!.AsObject().Remove(path[1]);
        return copy.ToJsonString();
    }

    private static bool IsIn(Experiment experiment, string path)
    {
        System.Text.Json.Nodes.JsonNode? node = experiment.Resolved;
        foreach (string part in path.Split('.')) node = (node as System.Text.Json.Nodes.JsonObject)?[part];
        return node is not null;
    }

    private string SourceOf(string path) => Draws.Any(draw => draw.Path == path) ? SweepDraw.Source : SweepGrid.Source;

    /// <summary>Says of an error of <c>--set</c> which other option it really came from.</summary>
    private ValidationError FromItsOption(ValidationError error)
    {
        if (error.Source != KeyOverrides.Source) return error;
        string? path = Grid.Select(g => g.Path).Concat(Draws.Select(d => d.Path)).LastOrDefault(p =>
            error.KeyPath.StartsWith(p, StringComparison.Ordinal)
                && (error.KeyPath.Length == p.Length || error.KeyPath[p.Length] is '.' or '['));
        return path is not null ? error with { Source = SourceOf(path) }
            : error.KeyPath == SeedPath ? error with { Source = "--seeds", KeyPath = "" } : error;
    }
}
