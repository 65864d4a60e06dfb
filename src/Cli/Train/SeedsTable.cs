using System.Globalization;
using FedPG.Core.Statistics;
using FedPG.Experiments.Runs;
using FedPG.Experiments.Series;
using FedPG.Federation.Evaluation;
using Spectre.Console;

namespace FedPG.Cli.Train;

/// <summary>The results of several seeds, and their means with 95 % intervals. Stateless.</summary>
internal static class SeedsTable
{
    /// <summary>Prints the table.</summary>
    /// <param name="series">The series.</param>
    /// <param name="results">What has ended.</param>
    public static void Print(SeedSeries series, IReadOnlyList<(long Seed, SeriesResult Result)> results)
    {
        RunSummary[] ended = Ended(results);
        bool isReturn = ended.Length > 0 && ended[0].Minimised == ObjectiveKind.Reward;
        (string Name, Func<RunSummary, double?> Of)[] columns =
        [
            (isReturn ? "return" : "objective", s => isReturn ? -s.Objective : s.Objective),
            ("gap", s => s.Gap), ("own gap", s => s.OwnGap), ("worst own gap", s => s.WorstOwnGap),
        ];
        columns = [.. columns.Where(column => ended.Any(s => column.Of(s) is not null))];
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn("seed");
        table.AddColumn("status");
        foreach ((string name, _) in columns) table.AddColumn(new TableColumn(name).RightAligned());
        table.AddColumn(new TableColumn("seconds").RightAligned());
        foreach ((long seed, SeriesResult result) in results)
        {
            table.AddRow([
                seed.ToString(CultureInfo.InvariantCulture), result.Status,
                .. columns.Select(column => result.Summary is { } s ? Number(column.Of(s)) : ""), Short(result.Summary?.Seconds)]);
        }
        if (ended.Length > 1)
        {
            table.AddRow([
                "mean", $"of {ended.Length}", .. columns.Select(column => Interval(MeanOf(ended, column.Of))),
                Short(ended.Average(s => s.Seconds))]);
        }
        AnsiConsole.Write(table);
        if (ended.Length > 1) Console.WriteLine("mean: with its 95 % interval over seeds (Student's t)");
        Console.WriteLine($"folder of the series: {series.Folder} ({SeedSeries.TableFile}; a run folder a seed)");
    }

    /// <summary>The same as a document.</summary>
    /// <param name="series">The series.</param>
    /// <param name="results">What has ended.</param>
    public static object ToJson(SeedSeries series, IReadOnlyList<(long Seed, SeriesResult Result)> results)
    {
        RunSummary[] ended = Ended(results);
        return new
        {
            series.Folder,
            Seeds = results.Select(r => new { r.Seed, r.Result.Status, r.Result.Fault, r.Result.Summary }),
            Mean = new
            {
                Objective = MeanOf(ended, s => s.Objective),
                Gap = MeanOf(ended, s => s.Gap),
                OwnGap = MeanOf(ended, s => s.OwnGap),
                WorstOwnGap = MeanOf(ended, s => s.WorstOwnGap),
            },
        };
    }

    private static RunSummary[] Ended(IEnumerable<(long Seed, SeriesResult Result)> results) =>
        [.. results.Select(r => r.Result.Summary).Where(s => s?.Status == RunSummary.Finished).Select(s => s!)];

    private static Figure95? MeanOf(RunSummary[] ended, Func<RunSummary, double?> value)
    {
        double[] known = [.. ended.Select(value).Where(v => v is not null).Select(v => v!.Value)];
        return known.Length == 0 || known.Length < ended.Length ? null : Intervals.OfMean(known);
    }

    private static string Interval(Figure95? figure) => figure is { } f
        ? string.Create(CultureInfo.InvariantCulture, $"{f.Value:F4} [[{f.Low:F4}, {f.High:F4}]]") : "unknown";

    private static string Number(double? value) => value?.ToString("F4", CultureInfo.InvariantCulture) ?? "unknown";

    private static string Short(double? value) => value?.ToString("F1", CultureInfo.InvariantCulture) ?? "";
}
