using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace FedPG.Cli.Common;

/// <summary>
/// What a shell asks while a line is typed: <c>fedpg "[suggest:POSITION]" "LINE"</c>. The line is not whole, so that it is never judged.
/// Stateless.
/// </summary>
internal static class Suggestions
{
    private const string Start = "[suggest";

    /// <summary>Whether a command line asks for candidates.</summary>
    /// <param name="arguments">The command line.</param>
    public static bool IsAskedFor(IReadOnlyList<string> arguments) =>
        arguments is [{ } first, ..] && first.StartsWith(Start, StringComparison.Ordinal);

    /// <summary>The candidates, each once.</summary>
    /// <param name="root">The commands.</param>
    /// <param name="arguments">The command line: the position, and the line that is typed, the name of the program included.</param>
    public static IEnumerable<string> Of(RootCommand root, IReadOnlyList<string> arguments)
    {
        string line = arguments.Count > 1 ? arguments[1] : "";
        bool hasPosition = int.TryParse(
            arguments[0].AsSpan(Start.Length).Trim("[]:"), NumberStyles.None, CultureInfo.InvariantCulture, out int position);
        position = hasPosition ? Math.Min(position, line.Length) : line.Length;
        // The word that starts the program is none of its arguments.
        string typed = line[..position];
        int name = typed.TakeWhile(c => !char.IsWhiteSpace(c)).Count();
        string rest = typed[Math.Min(name + 1, typed.Length)..];
        ParseResult parsed = root.Parse(CommandLineParser.SplitCommandLine(rest).ToArray());
        string word = rest.Length == 0 || char.IsWhiteSpace(rest[^1]) ? "" : rest.Split((char[]?)null)[^1];
        return Candidates(parsed, rest).Where(candidate => candidate.StartsWith(word, StringComparison.Ordinal)).Distinct();
    }

    private static IEnumerable<string> Candidates(ParseResult parsed, string rest)
    {
        IEnumerable<string> all = parsed.GetCompletions(rest.Length).Select(item => item.InsertText ?? item.Label);
        // Names that Windows knows, and a short form of each long one, only hide the others.
        return all.Where(candidate => candidate is not ("/?" or "/h" or "-?" or "-h"));
    }
}
