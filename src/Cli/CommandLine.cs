using System.CommandLine;
using FedPG.Cli.Advise;
using FedPG.Cli.Bench;
using FedPG.Cli.Cluster;
using FedPG.Cli.Compare;
using FedPG.Cli.Env;
using FedPG.Cli.Eval;
using FedPG.Cli.Info;
using FedPG.Cli.Report;
using FedPG.Cli.Reproduce;
using FedPG.Cli.Common;
using FedPG.Cli.Train;

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
