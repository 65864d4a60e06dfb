using System.Text.Json;
using FedPG.Comparison.Plan;
using FedPG.Core.Options;
using FedPG.Experiments;
using FedPG.Experiments.Runs;
using FedPG.Experiments.Series;

namespace FedPG.Comparison.Sweeps;

/// <summary>The plan in a sweep's folder: what <c>--resume</c> goes on from. Stateless.</summary>
internal static class SweepFile
{
    /// <summary>The file.</summary>
    public const string Name = "sweep.json";

    private const int CurrentFormat = 1;

    /// <summary>Writes a plan.</summary>
    /// <param name="folder">The sweep's folder.</param>
    /// <param name="plan">The plan.</param>
    public static void Write(string folder, SweepPlan plan)
    {
        SeriesExperiment experiment = plan.Experiment;
        RunFolder.WriteJson(Path.Combine(folder, Name), new Content(
            CurrentFormat, experiment.Source, experiment.Folder, experiment.Document, experiment.Assignments, experiment.From, plan.Grid,
            plan.Draws, plan.Random, plan.DrawSeed, SeedList.Write(plan.Seeds), plan.Halving, plan.RankBy));
    }

    /// <summary>Reads the plan of a folder.</summary>
    /// <param name="folder">The sweep's folder.</param>
    /// <exception cref="InvalidInputException">It is no folder of a sweep, or its plan cannot be read.</exception>
    public static SweepPlan Read(string folder)
    {
        string path = Path.Combine(folder, Name);
        if (folder.Length == 0 || !File.Exists(path))
        {
            throw new InvalidInputException(new ValidationError(
                "--resume", "", folder.Length == 0 ? "\"\"" : folder, $"is not the folder of a sweep: it holds no {Name}"));
        }
        try
        {
            Content? content = JsonSerializer.Deserialize<Content>(File.ReadAllBytes(path), RunFolder.JsonOptions);
            if (content is not { Format: CurrentFormat, Set: not null, Grid: not null, Draws: not null, Seeds: not null })
                throw new InvalidInputException(new ValidationError(path, "format", null, $"this version reads format {CurrentFormat}"));
            var errors = new List<ValidationError>();
            var plan = new SweepPlan
            {
                Experiment = new SeriesExperiment(content.Experiment, content.Source, content.Folder, content.Set) { From = content.From },
                Grid = content.Grid,
                Draws = content.Draws,
                Random = content.Random,
                DrawSeed = content.DrawSeed,
                Seeds = SeedList.Parse(content.Seeds, path, errors),
                Halving = content.Halving,
                RankBy = content.RankBy,
            };
            return errors.Count == 0 ? plan : throw new InvalidInputException(errors);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidInputException(new ValidationError(path, "", null, $"cannot be read: {e.Message.Split('\n')[0]}"));
        }
    }

    private sealed record Content(
        int Format, string Source, string Folder, JsonElement Experiment, IReadOnlyList<string> Set, StartPolicy? From,
        IReadOnlyList<SweepGrid> Grid, IReadOnlyList<SweepDraw> Draws, int Random, long DrawSeed, string Seeds, bool Halving,
        string? RankBy);
}
