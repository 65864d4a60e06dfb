using System.CommandLine;
using System.Text;
using FedPG.Cli.Common;

namespace FedPG.Cli.Reference;

/// <summary>
/// <c>fedpg reference</c>: the pages of reference that this repository commits. Hidden: it is for those who change the program.
/// </summary>
internal static class ReferenceCommand
{
    private static readonly Argument<string> Folder = new("DIR") { Description = "The folder of the pages; existing ones are replaced." };

    public static Command Create()
    {
        var command = new Command("reference", "Writes the pages of docs/reference: commands, keys of experiment files, files of runs.")
        {
            Folder,
        };
        command.Hidden = true;
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        foreach ((string name, string text) in ReferencePages.All((RootCommand)parsed.RootCommandResult.Command))
        {
            string path = Path.Combine(parsed.GetValue(Folder)!, name);
            OutputFile.Write(Folder.Name, path, Encoding.UTF8.GetBytes(text));
            Console.WriteLine(path);
        }
        return ExitCode.Ok;
    }
}
