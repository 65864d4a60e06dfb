using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core.Options;
using FedPG.Experiments.Runs;

namespace FedPG.Comparison.Plan;

/// <summary>The plan in a comparison's folder: what <c>--resume</c> goes on from. Stateless.</summary>
internal static class PlanFile
{
    /// <summary>The file.</summary>
    public const string Name = "comparison.json";

    private const int CurrentFormat = 1;

    /// <summary>Writes a plan.</summary>
    /// <param name="folder">The comparison's folder.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="versions">What it says about the software.</param>
    public static void Write(string folder, ComparisonPlan plan, JsonObject versions)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(versions);
        var content = new Content(
            CurrentFormat, plan.Source, plan.Folder, plan.Document, plan.Assignments, plan.Contenders, SeedList.Write(plan.Seeds),
            plan.Budget?.ToString(),
            plan.Tuning?.Keys, plan.Tuning is { } tuning ? SeedList.Write(tuning.Seeds) : null, (JsonObject)versions.DeepClone());
        RunFolder.WriteJson(Path.Combine(folder, Name), content);
    }

    /// <summary>Reads the plan of a folder.</summary>
    /// <exception cref="InvalidInputException">It is no folder of a comparison, or its plan cannot be read.</exception>
    public static ComparisonPlan Read(string folder)
    {
        const string resume = "--resume";
        string path = Path.Combine(folder, Name);
        if (folder.Length == 0 || !File.Exists(path))
            throw new InvalidInputException(new ValidationError(resume, "", folder,
                $"is not the folder of a comparison: it holds no {Name}"));
        try
        {
            Content? content = JsonSerializer.Deserialize<Content>(File.ReadAllBytes(path), RunFolder.JsonOptions);
            if (content?.Format != CurrentFormat)
                throw new InvalidInputException(new ValidationError(path, "format",
                    content?.Format.ToString(System.Globalization.CultureInfo.InvariantCulture),
                    $"this version reads format {CurrentFormat}"));
            var errors = new List<ValidationError>();
            var plan = new ComparisonPlan
            {
                Document = content.Experiment,
                Source = content.Source,
                Folder = content.Folder,
                Assignments = content.Set,
                Contenders = content.Algorithms,
                Seeds = SeedList.Parse(content.Seeds, path, errors),
                Budget = content.Budget is null ? null : Budget.Parse(content.Budget, errors),
                Tuning = content.Tune is null ? null : new Tuning(content.Tune, SeedList.Parse(content.TuneSeeds ?? "", path, errors)),
            };
            return errors.Count == 0 ? plan : throw new InvalidInputException(errors);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidInputException(new ValidationError(path, "", null, $"cannot be read: {e.Message.Split('\n')[0]}"));
        }
    }

    private sealed record Content(
        int Format, string Source, string Folder, JsonElement Experiment, IReadOnlyList<string> Set, IReadOnlyList<Contender> Algorithms,
        string Seeds, string? Budget,
        IReadOnlyList<TuningKey>? Tune, string? TuneSeeds, JsonObject Versions);
}
