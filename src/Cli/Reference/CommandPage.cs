using System.CommandLine;
using System.CommandLine.Help;
using System.Globalization;
using System.Text;
using FedPG.Cli.Common;

namespace FedPG.Cli.Reference;

/// <summary>The page of all commands, their arguments, options and examples. Stateless.</summary>
internal static class CommandPage
{
    /// <summary>The page.</summary>
    /// <param name="root">The commands.</param>
    public static string Text(RootCommand root)
    {
        var page = new StringBuilder();
        page.Append("# Commands\n\n");
        page.Append("`fedpg COMMAND --help` prints the same. Results go to stdout, logs and progress to stderr; `--json` prints one\n");
        page.Append("JSON document. Exit codes: 0 done, 1 failure, 2 bad input, 130 cancelled.\n");
        page.Append("Every command takes `--plugin FILE.dll` and `--help`.\n");
        foreach (Command command in root.Subcommands.Where(command => !command.Hidden)) Append(page, command, command.Name);
        page.Append("\n---\n\n").Append(ReferencePages.Origin);
        return page.ToString();
    }

    private static void Append(StringBuilder page, Command command, string path)
    {
        page.Append(CultureInfo.InvariantCulture, $"\n## fedpg {path}\n\n{ReferencePages.Plain(command.Description ?? "")}\n");
        Option[] options = [.. command.Options.Where(option => !option.Hidden && option is not HelpOption)];
        if (command.Arguments.Count + options.Length > 0)
        {
            page.Append("\n| | |\n|---|---|\n");
            foreach (Argument argument in command.Arguments.Where(argument => !argument.Hidden))
                page.Append(CultureInfo.InvariantCulture, $"| `{argument.Name}` | {ReferencePages.Cell(argument.Description ?? "")} |\n");
            foreach (Option option in options)
            {
                string value = option.HelpName is { } name ? $" {name}" : "";
                page.Append(CultureInfo.InvariantCulture,
                    $"| {ReferencePages.Code(option.Name + value)} | {ReferencePages.Cell(option.Description ?? "")} |\n");
            }
        }
        if (command.Action is not null && HelpExamples.Of(path) is { Count: > 0 } examples)
        {
            page.Append("\n```\n");
            foreach (string example in examples) page.Append(CultureInfo.InvariantCulture, $"{example}\n");
            page.Append("```\n");
        }
        foreach (Command inner in command.Subcommands.Where(inner => !inner.Hidden)) Append(page, inner, $"{path} {inner.Name}");
    }
}
