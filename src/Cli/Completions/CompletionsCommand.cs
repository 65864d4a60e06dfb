using System.CommandLine;
using FedPG.Cli.Common;
using FedPG.Core.Options;

namespace FedPG.Cli.Completions;

/// <summary><c>fedpg completions</c>: what a shell runs so that it completes commands, options and values.</summary>
internal static class CompletionsCommand
{
    private static readonly Argument<string> Shell = new("bash|zsh|fish|pwsh") { Description = "The shell." };

    public static Command Create()
    {
        Shell.CompletionSources.Add([.. CompletionScripts.Shells]);
        var command =
            new Command("completions", "Writes the script that makes a shell complete commands, options and values of fedpg.") { Shell };
        command.SetAction(parsed => Run(parsed.GetValue(Shell)!));
        return command;
    }

    private static int Run(string shell)
    {
        string script = CompletionScripts.Of(shell)
            ?? throw new InvalidInputException(new ValidationError(Shell.Name, "", shell,
                $"is no known shell; there are {string.Join(", ", CompletionScripts.Shells)}"));
        Console.Out.Write(script);
        return ExitCode.Ok;
    }
}
