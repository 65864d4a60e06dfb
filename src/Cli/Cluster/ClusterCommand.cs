using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using FedPG.Cli.Common;
using FedPG.Cluster.Server;
using FedPG.Cluster.Wire;
using FedPG.Experiments.Runs;
using Spectre.Console;

namespace FedPG.Cli.Cluster;

/// <summary><c>fedpg cluster</c>.</summary>
internal static class ClusterCommand
{
    private static readonly Option<bool> Json = new("--json") { Description = "One JSON document on stdout." };

    public static Command Create()
    {
        var status = new Command("status", "The workers of a cluster, their blocks, and how the run goes.") { Json };
        ClusterOptions.AddTo(status);
        status.SetAction(Status);
        return new Command("cluster", "Looks at a cluster.") { status };
    }

    private static int Status(ParseResult parsed)
    {
        ClusterStatus status = ClusterServer.StatusOf(ClusterOptions.Read(parsed));
        if (parsed.GetValue(Json))
        {
            Console.WriteLine(JsonSerializer.Serialize(status, RunFolder.JsonOptions));
            return ExitCode.Ok;
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{status.Run}: round {status.Round}, {status.RoundsPerSecond:G4} rounds/s, {status.Blocks} blocks; "
                + $"{status.BytesSent:N0} bytes sent, {status.BytesReceived:N0} received, {status.SnapshotBytes:N0} of snapshots; "
                + $"{status.Restored} blocks made"));
        var table = new Table { Border = TableBorder.None };
        foreach (string heading in (string[])["worker", "site", "address", "threads", "blocks", "state"]) table.AddColumn(heading);
        foreach (WorkerStatus w in status.Workers)
            table.AddRow(
                new[] { w.Name, w.Site, w.Address, w.Threads.ToString(CultureInfo.InvariantCulture),
                    w.Blocks.ToString(CultureInfo.InvariantCulture), w.State }.Select(t => new Text(t)).ToArray());
        AnsiConsole.Write(table);
        return ExitCode.Ok;
    }
}
