using System.CommandLine;

namespace FedPG.Cli;

/// <summary>All commands.</summary>
internal static class CommandLine
{
    /// <summary>The root of the commands.</summary>
    public static RootCommand Create() => new RootCommand("Federated policy gradients: Fast-FedPG and its rivals on TorchSharp.")
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
}
