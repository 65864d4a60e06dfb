using System.CommandLine;
using System.Globalization;
using FedPG.Core.Options;

namespace FedPG.Cli.Common;

/// <summary>The options of commands that show an episode: whose, from which seed, and where to.</summary>
/// <param name="agentMeaning">What <c>--agent</c> says.</param>
internal sealed class ShowOptions(string agentMeaning)
{
    private const long MaxSeed = (1L << 53) - 1;

    /// <summary>Whose rewards and dynamics are shown.</summary>
    public Option<int?> Agent { get; } = new("--agent") { Description = agentMeaning, HelpName = "I" };

    /// <summary>The file to write; null for the terminal.</summary>
    public Option<string?> File { get; } = new("--out")
    {
        Description = "A file to write instead: .png for a still picture, .gif for an episode (an existing one is replaced).",
        HelpName = "FILE",
    };

    /// <summary>The seed of the episode.</summary>
    public Option<long?> Seed { get; } = new("--seed")
    {
        Description = "The seed of the episode that is shown (default: 0).",
        HelpName = "N",
    };

    /// <summary>Seed and file as they were given.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="errors">Where errors are noted.</param>
    public (long Seed, string? Path) Read(ParseResult parsed, List<ValidationError> errors)
    {
        long seed = parsed.GetValue(Seed) ?? 0;
        if (seed is < 0 or > MaxSeed)
            errors.Add(new ValidationError("--seed", "", seed.ToString(CultureInfo.InvariantCulture),
                $"must be a whole number from 0 to {MaxSeed}"));
        string? path = parsed.GetValue(File);
        if (path is not null && SceneOutput.ErrorOf(path) is { } error) errors.Add(error);
        return (seed, path);
    }
}
