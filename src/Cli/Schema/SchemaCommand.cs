using System.CommandLine;
using System.Text;
using System.Text.Json;
using FedPG.Cli.Common;
using FedPG.Experiments.Reading;
using FedPG.Experiments.Schema;

namespace FedPG.Cli.Schema;

/// <summary><c>fedpg schema</c>: the JSON schema of experiment files.</summary>
internal static class SchemaCommand
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private static readonly Option<string?> Out = new(
        "--out") { Description = "A file to write it to (an existing one is replaced); without it, stdout.", HelpName = "FILE.json" };

    public static Command Create()
    {
        var command =
            new Command("schema",
                "Writes the JSON schema of experiment files, with the options of all plug-ins loaded: name it by \"$schema\" in a file, "
                    + "and editors complete and check its keys.") { Out };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        string schema = ExperimentSchema.Of(ExperimentReader.Default).ToJsonString(Indented);
        if (parsed.GetValue(Out) is { } path)
        {
            OutputFile.Write(Out.Name, path, Encoding.UTF8.GetBytes(schema + "\n"));
            Console.WriteLine(path);
        }
        else
        {
            Console.WriteLine(schema);
        }
        return ExitCode.Ok;
    }
}
