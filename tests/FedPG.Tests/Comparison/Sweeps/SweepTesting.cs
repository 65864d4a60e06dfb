using System.Text.Json;
using FedPG.Comparison.Plan;
using FedPG.Comparison.Running;
using FedPG.Comparison.Sweeps;
using FedPG.Core.Options;
using FedPG.Tests.Experiments.Runs;
using FedPG.Tests.Experiments.Series;
using Xunit;

namespace FedPG.Tests.Comparison.Sweeps;

/// <summary>Plans of quick sweeps, and their runs in this process.</summary>
internal static class SweepTesting
{
    /// <summary>A sweep of the tests' tiny experiment.</summary>
    public static SweepPlan Plan(
        string[] grid, string[]? draws = null, int random = 0, string seeds = "3", bool halving = false, string? rankBy = null,
        params string[] assignments)
    {
        var errors = new List<ValidationError>();
        var plan = new SweepPlan
        {
            Experiment = SeriesTesting.Tiny(assignments),
            Grid = [.. grid.Select(text => SweepGrid.Parse(text, errors)!)],
            Draws = [.. (draws ?? []).Select(text => SweepDraw.Parse(text, errors)!)],
            Random = random,
            DrawSeed = 7,
            Seeds = SeedList.Parse(seeds, "--seeds", errors),
            Halving = halving,
            RankBy = rankBy,
        };
        Assert.Empty(errors);
        return plan;
    }

    public static SweepResult Run(SweepPlan plan, string folder, int threads = 1)
    {
        using SweepRun sweep = SweepRun.Start(plan, folder, threads);
        return sweep.Run(new ComparisonTesting.Listener(), TestContext.Current.CancellationToken);
    }

    public static SweepResult Resume(string folder, int threads = 1, IComparisonProgress? progress = null)
    {
        using SweepRun sweep = SweepRun.Resume(folder, threads);
        return sweep.Run(progress ?? new ComparisonTesting.Listener(), TestContext.Current.CancellationToken);
    }

    /// <summary>Runs until so many rounds of a stage were heard, as if Ctrl+C came then.</summary>
    public static void RunUntil(int steps, string stage, SweepPlan plan, string folder)
    {
        using var stop = new CancellationTokenSource();
        using SweepRun sweep = SweepRun.Start(plan, folder, 1);
        Assert.Throws<OperationCanceledException>(() => sweep.Run(new ComparisonTesting.Listener(stage, steps, stop), stop.Token));
    }

    /// <summary>All that must not depend on threads and stops: the table without seconds, the chosen points, every run's bits.</summary>
    public static string Bits(string folder) => string.Join("\n\n",
    [
        new CsvFile(Path.Combine(folder, SweepFiles.Table)).Without("seconds"),
        File.Exists(Path.Combine(folder, RungFile.Name)) ? File.ReadAllText(Path.Combine(folder, RungFile.Name)) : "",
        .. Directory.GetFiles(folder, "summary.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(file => RunTesting.Bits(Path.GetDirectoryName(file)!)),
    ]);

    public static JsonElement Json(SweepResult result) => JsonSerializer.SerializeToElement(SweepFiles.ToJson(result));
}
