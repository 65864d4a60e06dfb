using System.CommandLine;
using System.Text.Json;
using FedPG.Cli.Common;
using FedPG.Experiments.Health;
using FedPG.Experiments.Runs;

namespace FedPG.Cli.Doctor;

/// <summary><c>fedpg doctor</c>: what of an installation does not work, and how to fix it.</summary>
internal static class DoctorCommand
{
    /// <summary>The port that a cluster listens at unless it is told otherwise.</summary>
    private const int ClusterPort = 11111;

    private static readonly Option<bool> Json = new("--json") { Description = "The checks as one JSON document on stdout." };

    public static Command Create()
    {
        var command =
            new Command("doctor",
                "Checks this installation (system libraries, torch, CUDA, cores, memory, disk, port), and says how to fix what is wrong. "
                    + "Exit code 1 where training cannot work.") { Json };
        command.SetAction(parsed => Run(parsed.GetValue(Json)));
        return command;
    }

    private static int Run(bool json)
    {
        IReadOnlyList<HealthCheck> checks = MachineHealth.Of(Environment.CurrentDirectory, ClusterPort);
        if (json)
        {
            var document = checks.Select(check => new { check.Name, State = Word(check.State), check.Found, check.Fix });
            Console.WriteLine(JsonSerializer.Serialize(document, RunFolder.JsonOptions));
        }
        else
        {
            foreach (HealthCheck check in checks)
            {
                Console.WriteLine($"{Word(check.State),-7} {check.Name + ":",-17} {check.Found}");
                if (check.Fix is { } fix) Console.WriteLine($"{"",-25} -> {fix}");
            }
        }
        return checks.Any(check => check.State == HealthState.Broken) ? ExitCode.Failure : ExitCode.Ok;
    }

    private static string Word(HealthState state) => state switch
    {
        HealthState.Ok => "ok",
        HealthState.Note => "note",
        _ => "BROKEN",
    };
}
