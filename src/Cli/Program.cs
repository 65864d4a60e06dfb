using FedPG.Cli;
using System.CommandLine;
using FedPG.Cli.Common;
using FedPG.Core.Options;

ParseResult parsed = CommandLine.Create().Parse(args);
if (CommandLineErrors.Of(parsed) is { Count: > 0 } errors)
{
    foreach (ValidationError fault in errors) Console.Error.WriteLine(fault);
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
    foreach (ValidationError fault in e.Errors) Console.Error.WriteLine(fault);
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
