using System.CommandLine;
using FedPG.Cli.Common;
using FedPG.Cluster.Hosting;
using FedPG.Cluster.Worker;
using FedPG.Core.Options;

namespace FedPG.Cli.Cluster;

/// <summary><c>fedpg worker</c>.</summary>
internal static class WorkerCommand
{
    private static readonly Option<int> Threads = CommonOptions.Threads(
        "Threads to offer (default: all cores). Changes no bit of the result.");
    private static readonly Option<string?> Site = new("--site")
    {
        Description =
            "The site this worker belongs to: it holds that site's agents and no others, and their environment need be here only.",
        HelpName = "NAME",
    };
    private static readonly Option<string?> State = new("--state")
    {
        Description = "With --site: a folder for what its agents keep from round to round, so that a restarted worker goes on.",
        HelpName = "DIR",
    };
    private static readonly Option<bool> Outbound = new("--outbound")
    {
        Description = "Only connect to the process that trains, and open no port.",
    };
    private static readonly Option<bool> Quiet = new("--quiet") { Description = "Nothing on stderr but what is wrong." };

    public static Command Create()
    {
        var command = new Command("worker", "Offers this machine's cores to a cluster, run after run, until it is stopped.")
        {
            Threads, Site, State, Outbound, Quiet,
        };
        ClusterOptions.AddTo(command);
        command.SetAction(Run);
        return command;
    }

    /// <summary>What agents keep is written much later, when a run could only end of it.</summary>
    private static void CheckState(string folder)
    {
        try
        {
            if (folder.Length == 0) throw new IOException("the path of a folder is needed");
            Directory.CreateDirectory(folder);
            using FileStream trial = File.Create(Path.Combine(folder, $".trial-{Environment.ProcessId}"), 1, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InvalidInputException(new ValidationError(State.Name, "", folder,
                $"must be a folder that can be written: {e.Message}"));
        }
    }

    private static int Run(ParseResult parsed)
    {
        ProcessGuard.Begin();
        ClusterSettings settings = ClusterOptions.ReadForWorker(parsed, parsed.GetValue(Outbound));
        string site = parsed.GetValue(Site) ?? "";
        if (parsed.GetValue(Site) is not null) TrainingCluster.CheckSite(Site.Name, site);
        else if (parsed.GetValue(State) is { } state)
            throw new InvalidInputException(new ValidationError(State.Name, "", state, "means nothing without --site"));
        if (parsed.GetValue(State) is { } folder) CheckState(folder);
        var place = new WorkerPlace(site, parsed.GetValue(State), parsed.GetValue(Outbound));
        bool quiet = parsed.GetValue(Quiet);
        void Note(string text)
        {
            if (!quiet) Console.Error.WriteLine(text);
        }
        using var interrupt = new Interrupt(() => Note("leaving at the end of this round; press Ctrl+C again to stop at once"));
        string? refusal = new ClusterWorker(settings, parsed.GetValue(Threads), Note, TimeProvider.System, place).RunAsync(interrupt.Token)
            .GetAwaiter().GetResult();
        if (refusal is null) return ExitCode.Cancelled;
        Console.Error.WriteLine($"fedpg: the worker was refused: {refusal}");
        return ExitCode.Failure;
    }
}
