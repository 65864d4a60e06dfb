using FedPG.Cli;
using FedPG.Cli.Common;

if (!FileHandles.AreEnough()) return ExitCode.Failure;
StandardStreams.Guard();
try
{
    return CommandLine.Run(args);
}
catch (Exception e) when (e is FileNotFoundException or FileLoadException or BadImageFormatException or TypeInitializationException)
{
    // Its own libraries, which lie beside the program: damaged, or there is no file handle left to open them.
    Console.Error.WriteLine(
        $"fedpg: the program cannot load its own libraries (too few open files allowed? ulimit -n): {e.Message.Split('\n')[0]}");
    return ExitCode.Failure;
}
