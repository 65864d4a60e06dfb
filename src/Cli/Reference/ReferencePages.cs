using System.CommandLine;

namespace FedPG.Cli.Reference;

/// <summary>
/// The pages of <c>docs/reference</c>, from the same commands and records of options that help, the JSON schema and the readers are made
/// of. <c>fedpg reference docs/reference</c> writes them; a test says that what is committed is current. Stateless.
/// </summary>
internal static class ReferencePages
{
    /// <summary>All pages, as Markdown with line feeds, by the name of the file.</summary>
    /// <param name="root">All commands.</param>
    public static IReadOnlyDictionary<string, string> All(RootCommand root) => new Dictionary<string, string>
    {
        ["cli.md"] = CommandPage.Text(root),
        ["options.md"] = OptionPage.Text(),
        ["files.md"] = FilePage.Text(),
    };

    /// <summary>What every page ends with.</summary>
    internal const string Origin = "*Written by `fedpg reference docs/reference`; a test compares it with the program.*\n";

    /// <summary>Text that Markdown shows as it is written, in the cell of a table.</summary>
    internal static string Cell(string text) => Plain(text).Replace("|", "\\|", StringComparison.Ordinal);

    /// <summary>Text that Markdown shows as it is written.</summary>
    internal static string Plain(string text) => text.Replace("*", "\\*", StringComparison.Ordinal)
        .Replace("_", "\\_", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace("[", "\\[", StringComparison.Ordinal);

    /// <summary>Code in the cell of a table.</summary>
    internal static string Code(string text) => text.Length == 0 ? "" : $"`{text.Replace("|", "\\|", StringComparison.Ordinal)}`";
}
