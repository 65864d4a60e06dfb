using System.CommandLine;
using System.CommandLine.Parsing;
using FedPG.Cli.Advise;
using FedPG.Cli.Bench;
using FedPG.Cli.Cluster;
using FedPG.Cli.Common;
using FedPG.Cli.Compare;
using FedPG.Cli.Completions;
using FedPG.Cli.Doctor;
using FedPG.Cli.Env;
using FedPG.Cli.Eval;
using FedPG.Cli.Export;
using FedPG.Cli.Info;
using FedPG.Cli.Reference;
using FedPG.Cli.Report;
using FedPG.Cli.Reproduce;
using FedPG.Cli.Runs;
using FedPG.Cli.Schema;
using FedPG.Cli.Sweep;
using FedPG.Cli.Train;
using FedPG.Core.Options;

namespace FedPG.Cli;

/// <summary>All commands, and how one of them is run.</summary>
internal static class CommandLine
{
    /// <summary>The commands whose results lie in a folder: what they could not print is no loss.</summary>
    private static readonly string[] KeptInFolders = ["train", "compare", "sweep", "reproduce", "worker", "report"];

    /// <summary>The root of the commands.</summary>
    public static RootCommand Create()
    {
        RootCommand root = Commands();
        HelpWithExamples.AddTo(root);
        return root;
    }

    private static RootCommand Commands() => new("Federated policy gradients: Fast-FedPG and its rivals on TorchSharp.")
    {
        TrainCommand.Create(),
        WorkerCommand.Create(),
        ClusterCommand.Create(),
        EvalCommand.Create(),
        ExportCommand.Create(),
        CompareCommand.Create(),
        SweepCommand.Create(),
        ReportCommand.Create(),
        AdviseCommand.Create(),
        ReproduceCommand.Create(),
        EnvCommands.Create(),
        BenchCommand.Create(),
        InfoCommand.Create(),
        RunsCommand.Create(),
        SchemaCommand.Create(),
        CompletionsCommand.Create(),
        DoctorCommand.Create(),
        ReferenceCommand.Create(),
        PluginOption.Option,
    };

    /// <summary>Runs what the arguments say.</summary>
    /// <returns>The exit code of the process.</returns>
    public static int Run(string[] arguments)
    {
        RootCommand root = Create();
        if (Suggestions.IsAskedFor(arguments))
        {
            foreach (string candidate in Suggestions.Of(root, arguments)) Console.WriteLine(candidate);
            return ExitCode.Ok;
        }
        ParseResult parsed = root.Parse(arguments);
        if (CommandLineErrors.Of(parsed) is { Count: > 0 } errors) return Refused(errors);
        try
        {
            PluginOption.Load(parsed);
            // Ctrl+C is handled by the commands that can end at a round boundary.
            int code =
                parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
            return code == ExitCode.Ok && StandardStreams.OutputFailure is { } reason && !IsKept(parsed.CommandResult)
                ? Unwritten(reason)
                : code;
        }
        catch (InvalidInputException e)
        {
            return Refused(e.Errors);
        }
        catch (Exception e) when (Failure.Describe(e) is not null)
        {
            Console.Error.WriteLine($"fedpg: {Failure.Describe(e)}");
            return ExitCode.Failure;
        }
        catch (Exception e)
        {
            // A fault of the program: with all that is needed to find it, and still with an exit code of the contract.
            Console.Error.WriteLine($"fedpg: this should not happen, please report it: {e}");
            return ExitCode.Failure;
        }
    }

    private static bool IsKept(CommandResult result) => KeptInFolders.Contains(result.Command.Name);

    private static int Refused(IEnumerable<ValidationError> errors)
    {
        foreach (ValidationError error in errors) Console.Error.WriteLine(error);
        return ExitCode.BadInput;
    }

    private static int Unwritten(string reason)
    {
        Console.Error.WriteLine($"fedpg: the result cannot be written to stdout: {reason}");
        return ExitCode.Failure;
    }
}
