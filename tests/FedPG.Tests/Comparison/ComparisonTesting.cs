using FedPG.Comparison;
using FedPG.Comparison.Plan;
using FedPG.Comparison.Results;
using FedPG.Comparison.Running;
using FedPG.Core.Options;
using FedPG.Experiments;
using FedPG.Experiments.Reading;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Comparison;

/// <summary>Plans of quick comparisons, and their runs in this process.</summary>
internal static class ComparisonTesting
{
    /// <summary>A comparison of the tests' tiny experiment.</summary>
    public static ComparisonPlan Plan(string algorithms = "fast-fedpg,fedavg", string seeds = "1..3", string? budget = null,
        string[]? tune = null, string tuneSeeds = "8,9", params string[] assignments)
    {
        var errors = new List<ValidationError>();
        var plan = new ComparisonPlan
        {
            Document = JsonDocuments.Parse(System.Text.Encoding.UTF8.GetBytes(RunTesting.Tiny), "tiny.json"),
            Source = "tiny.json",
            Folder = Environment.CurrentDirectory,
            Assignments = assignments,
            Contenders = Contender.ParseAll(algorithms, ExperimentCatalog.Default.Algorithms.Names, errors),
            Seeds = SeedList.Parse(seeds, "--seeds", errors),
            Budget = budget is null ? null : Budget.Parse(budget, errors),
            Tuning = tune is null ? null : new Tuning([.. tune.Select(t => TuningKey.Parse(t, errors)!)],
                SeedList.Parse(tuneSeeds, Tuning.SeedSource, errors)),
        };
        Assert.Empty(errors);
        return plan;
    }

    public static ComparisonResult Run(ComparisonPlan plan, string folder, int threads = 2)
    {
        using ComparisonRun run = ComparisonRun.Start(plan, folder, ExperimentReader.Default, threads);
        return run.Run(new Listener(), TestContext.Current.CancellationToken);
    }

    public static ComparisonResult Resume(string folder, int threads = 2, IComparisonProgress? progress = null)
    {
        using ComparisonRun run = ComparisonRun.Resume(folder, ExperimentReader.Default, threads);
        return run.Run(progress ?? new Listener(), TestContext.Current.CancellationToken);
    }

    /// <summary>Runs until so many steps of progress were heard, as if Ctrl+C came then.</summary>
    public static void RunUntil(int steps, string stage, ComparisonPlan plan, string folder, int threads = 1)
    {
        using var stop = new CancellationTokenSource();
        using ComparisonRun run = ComparisonRun.Start(plan, folder, ExperimentReader.Default, threads);
        Assert.Throws<OperationCanceledException>(() => run.Run(new Listener(stage, steps, stop), stop.Token));
    }

    /// <summary>All that must not depend on threads and stops: the tables without seconds, and every run's bits.</summary>
    public static string Bits(string folder) => string.Join("\n\n",
    [
        new CsvFile(Path.Combine(folder, "comparison.csv")).Without("seconds"),
        string.Join('\n', File.ReadAllLines(Path.Combine(folder, "summary.csv")).Select(WithoutSeconds)),
        File.Exists(Path.Combine(folder, "tuning.csv"))
            ? string.Join('\n', File.ReadAllLines(Path.Combine(folder, "tuning.csv")).Order(StringComparer.Ordinal))
            : "",
        .. Directory.GetFiles(folder, "summary.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(f => RunTesting.Bits(Path.GetDirectoryName(f)!)),
    ]);

    /// <summary>The row of summary.csv but for the three columns of seconds, twelfth to tenth from the end.</summary>
    private static string WithoutSeconds(string row)
    {
        string[] cells = row.Split(',');
        return string.Join(',', cells[..^12].Concat(cells[^9..]));
    }

    /// <summary>Hears, and may stop.</summary>
    internal sealed class Listener(string stage = "", int steps = int.MaxValue, CancellationTokenSource? stop = null) : IComparisonProgress
    {
        private string _stage = "";
        private int _heard;

        /// <summary>How many runs of each stage were to be done.</summary>
        public List<(string Stage, int Runs)> Begun { get; } = [];

        public void Begin(string name, IReadOnlyList<(string Label, int Runs, int Finished)> work)
        {
            _stage = name;
            Begun.Add((name, work.Sum(w => w.Runs)));
        }

        public void Advance(string label, double share, double? figure)
        {
            if (_stage == stage && Interlocked.Increment(ref _heard) == steps) stop!.Cancel();
        }

        public void Finish(string label)
        {
        }

        public void Complete()
        {
        }

        public void Note(string text)
        {
        }
    }
}
