using System.CommandLine;
using System.Globalization;
using FedPG.Envs.Options;

namespace FedPG.Cli.Rendering;

/// <summary>The options of commands that show an episode: whose, from which seed, and where to.</summary>
/// <param name="agentMeaning">What <c>--agent</c> says.</param>
internal sealed class ShowOptions(string agentMeaning)
{
    private const long MostSeed = (1L << 53) - 1;

    /// <summary>Whose rewards and dynamics are shown.</summary>
    public Option<int?> Agent { get; } = new("--agent") { Description = agentMeaning, HelpName = "I" };

    /// <summary>The file to write; null for the terminal.</summary>
    public Option<string?> File { get; } = new("--out") { Description = "A file to write instead: .png for a still picture, .gif for an episode (an existing one is replaced).", HelpName = "FILE" };

    /// <summary>The seed of the episode.</summary>
    public Option<long?> Seed { get; } = new("--seed") { Description = "The seed of the episode that is shown (default: 0).", HelpName = "N" };

    /// <summary>Seed and file as they were given.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="faults">Where faults are noted.</param>
    public (long Seed, string? Path) Read(ParseResult parsed, List<Fault> faults)
    {
        long seed = parsed.GetValue(Seed) ?? 0;
        if (seed is < 0 or > MostSeed) faults.Add(new Fault("--seed", "", seed.ToString(CultureInfo.InvariantCulture), $"must be a whole number from 0 to {MostSeed}"));
        string? path = parsed.GetValue(File);
        if (path is not null && PictureFile.FaultOf(path) is { } fault) faults.Add(fault);
        return (seed, path);
    }
}
