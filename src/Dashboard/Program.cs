using System.CommandLine;
using System.Net;
using FedPG.Cluster.Hosting;
using FedPG.Cluster.Membership;
using FedPG.Core.Options;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Orleans.Dashboard;

namespace FedPG.Dashboard;

/// <summary>
/// <c>fedpg-dashboard</c>: joins a cluster as a member that looks on, computes nothing and decides nothing, and shows Orleans' own
/// dashboard to a browser on this machine.
/// </summary>
internal static class Program
{
    private const string SecretVariable = "FEDPG_CLUSTER_SECRET";
    private const int Ok = 0, Failure = 1, BadInput = 2;

    private static readonly Option<string> Address = new("--cluster") { Description = "The cluster, as fedpg worker has it.",
        HelpName = "ADDRESS", DefaultValueFactory = _ => "localhost" };
    private static readonly Option<string> Name = new("--cluster-name") { Description = "The name of the cluster.", HelpName = "NAME",
        DefaultValueFactory = _ => "fedpg" };
    private static readonly Option<string> Listen =
        new("--listen") { Description = "The address at which members of the cluster reach this one.", HelpName = "IP",
            DefaultValueFactory = _ => "127.0.0.1" };
    private static readonly Option<string?> SecretFile =
        new("--secret-file") { Description = $"A file with the cluster's secret (default: what {SecretVariable} holds, or none).",
            HelpName = "FILE" };
    private static readonly Option<int> WebPort = new("--web-port") { Description = "The port for the browser, on this machine alone.",
        HelpName = "N", DefaultValueFactory = _ => 8080 };

    private static int Main(string[] arguments)
    {
        var command = new RootCommand("Shows Orleans' dashboard of a cluster on a port of this machine.") { Address, Name, Listen,
            SecretFile, WebPort };
        command.SetAction((parsed, cancellation) => RunAsync(parsed, cancellation));
        ParseResult result = command.Parse(arguments);
        return result.Errors.Count > 0
            ? Report(string.Join(Environment.NewLine, result.Errors.Select(e => e.Message)), BadInput)
            : result.Invoke();
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        try
        {
            if (!IPAddress.TryParse(parsed.GetValue(Listen), out IPAddress? listen))
                return Report("--listen: must be an IP address of this machine", BadInput);
            string secret = parsed.GetValue(SecretFile) is { } file
                ? await File.ReadAllTextAsync(file, cancellation).ConfigureAwait(false)
                : Environment.GetEnvironmentVariable(SecretVariable) ?? "";
            var settings = new ClusterSettings(ClusterAddress.Parse(parsed.GetValue(Address)!), parsed.GetValue(Name)!, listen, null,
                secret.Trim());
            int port = parsed.GetValue(WebPort);
            WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
            Task lost = ClusterObserver.AddTo(builder, settings, silo => silo.AddDashboard());
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
            await using WebApplication application = builder.Build();
            application.MapOrleansDashboard();
            await application.StartAsync(cancellation).ConfigureAwait(false);
            Console.WriteLine($"http://127.0.0.1:{port}/");
            await Task.WhenAny(lost, Task.Delay(Timeout.InfiniteTimeSpan, cancellation)).ConfigureAwait(false);
            return lost.IsCompleted ? Report("the cluster is gone", Failure) : Ok;
        }
        catch (InvalidInputException e)
        {
            return Report(string.Join(Environment.NewLine, e.Errors), BadInput);
        }
        catch (OperationCanceledException)
        {
            return Ok;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return Report($"the dashboard cannot be opened: {e.Message}", Failure);
        }
    }

    private static int Report(string message, int code)
    {
        Console.Error.WriteLine($"fedpg-dashboard: {message}");
        return code;
    }
}
