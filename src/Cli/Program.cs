using System.CommandLine;
using FedPG.Cli;
using FedPG.Envs.Options;

var root = new RootCommand("Federated policy gradients: Fast-FedPG and its rivals on TorchSharp.")
{
    TrainCommand.Create(),
    WorkerCommand.Create(),
    ClusterCommand.Create(),
    EvalCommand.Create(),
    CompareCommand.Create(),
    ReportCommand.Create(),
    AdviseCommand.Create(),
    ReproduceCommand.Create(),
    EnvCommands.Create(),
    BenchCommand.Create(),
    InfoCommand.Create(),
    PluginOption.Option,
};
ParseResult parsed = root.Parse(args);
if (CommandLineFaults.Of(parsed) is { Count: > 0 } faults)
{
    foreach (Fault fault in faults) Console.Error.WriteLine(fault);
    return ExitCode.BadInput;
}
try
{
    PluginOption.Load(parsed);
    // Ctrl+C is handled by the commands that can end at a round boundary.
    return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}
catch (InvalidInputException e)
{
    foreach (Fault fault in e.Faults) Console.Error.WriteLine(fault);
    return ExitCode.BadInput;
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
