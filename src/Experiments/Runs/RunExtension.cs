using System.Globalization;
using System.Text.Json.Nodes;
using FedPG.Core.Options;

namespace FedPG.Experiments.Runs;

/// <summary>Another number of rounds for a run that goes on. Stateless.</summary>
internal static class RunExtension
{
    private const string Section = "federation", Key = "rounds", Path = Section + "." + Key;

    /// <summary>Whether more rounds are asked for than are done.</summary>
    /// <param name="rounds">T, the rounds asked for; null for those of the experiment.</param>
    /// <param name="done">The rounds that are done.</param>
    /// <exception cref="InvalidInputException">Fewer are asked for.</exception>
    public static bool Exceeds(int? rounds, int done)
    {
        if (rounds < done)
        {
            throw new InvalidInputException(new ValidationError(
                KeyOverrides.Source, Path, Text(rounds.Value), $"must be at least {Text(done)}, the rounds that are done"));
        }
        return rounds > done;
    }

    /// <summary>Overrides for the experiment.</summary>
    /// <param name="rounds">T, the rounds asked for; null for those of the experiment.</param>
    public static IEnumerable<string> Overrides(int? rounds) => rounds is { } total ? [$"{Path}={Text(total)}"] : [];

    /// <summary>
    /// Writes the number into experiment.json, and takes the summary of the shorter run away. In this order: a process that is killed in
    /// between leaves a finished run.
    /// </summary>
    /// <param name="folder">The run folder.</param>
    /// <param name="rounds">T, the rounds to run in all.</param>
    public static void Record(RunFolder folder, int rounds)
    {
        string path = folder.PathOf(RunFolder.ExperimentFile);
        var document = (JsonObject)JsonNode.Parse(File.ReadAllText(path))!;
        document[Section]![Key] = rounds;
        RunFolder.WriteJson(path, document);
        File.Delete(folder.PathOf(RunFolder.SummaryFile));
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
