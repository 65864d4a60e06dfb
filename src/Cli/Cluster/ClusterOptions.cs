using System.CommandLine;
using System.Net;
using System.Runtime.CompilerServices;
using FedPG.Core.Resources;
using FedPG.Cli.Common;
using FedPG.Cluster.Hosting;
using FedPG.Cluster.Membership;
using FedPG.Core.Options;

namespace FedPG.Cli.Cluster;

/// <summary>How a process finds its cluster: the options that <c>train</c>, <c>worker</c> and <c>cluster</c> share.</summary>
internal static class ClusterOptions
{
    private const int MaxSecretBytes = 1 << 16;
    private const string SecretVariable = "FEDPG_CLUSTER_SECRET", LogVariable = "FEDPG_CLUSTER_LOG";

    public static readonly Option<string?> Address = new("--cluster")
    {
        Description =
            "The cluster: HOST[:PORT] of the process that trains, as in localhost, or what keeps the list of members: redis://HOST:PORT "
                + "or postgresql://USER:PASSWORD@HOST:PORT/DATABASE.",
        HelpName = "ADDRESS",
    };

    private static readonly Option<string> Name = new("--cluster-name")
    {
        Description = "The name of the cluster; those of other names do not see each other.",
        HelpName = "NAME",
        DefaultValueFactory = _ => "fedpg",
    };
    private static readonly Option<string> Listen = new("--listen")
    {
        Description = "The address to listen at (default: 127.0.0.1, which other machines cannot reach).",
        HelpName = "IP",
        DefaultValueFactory = _ => "127.0.0.1",
    };
    private static readonly Option<int?> Port = new("--port")
    {
        Description =
            "The port to listen at (default: that of --cluster or 11111 to train, where the next one is taken too; "
                + "any free one for a worker).",
        HelpName = "N",
    };
    private static readonly Option<string?> SecretFile = new("--secret-file")
    {
        Description = $"A file with the secret that all members must know (default: what {SecretVariable} holds, or none).",
        HelpName = "FILE",
    };

    private static readonly Option<int> MessageLimit = new("--message-limit")
    {
        Description = "The largest message, in MiB.",
        HelpName = "N",
        DefaultValueFactory = _ => 256,
    };

    private static readonly Option<int> Patience = new("--patience")
    {
        Description = "How many seconds the other side may be silent before it is given up; more on busy machines.",
        HelpName = "SECONDS",
        DefaultValueFactory = _ => 5,
    };

    /// <summary>Adds the options to a command.</summary>
    public static void AddTo(Command command)
    {
        CommonOptions.RequireWhole(MessageLimit, 1900, "must be a whole number from 1 to 1900");
        CommonOptions.RequireWhole(Patience, 3600, "must be a whole number from 1 to 3600");
        CommonOptions.RequireWhole(Port, 65534, "must be a whole number from 1 to 65534");
        foreach (Option option in new Option[] { Address, Name, Listen, Port, SecretFile, MessageLimit, Patience })
            command.Options.Add(option);
    }

    /// <summary>The options that were given although they mean nothing without <see cref="Address"/>.</summary>
    public static IEnumerable<string> GivenWithout(ParseResult parsed) =>
        new Option[] { Name, Listen, Port, SecretFile, MessageLimit, Patience }.Where(o => parsed.GetResult(o) is { Implicit: false })
            .Select(o => o.Name);

    /// <summary>What the options say.</summary>
    /// <exception cref="InvalidInputException">One of them is wrong.</exception>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static ClusterSettings Read(ParseResult parsed)
    {
        var address = ClusterAddress.Parse(parsed.GetValue(Address) ?? "localhost");
        if (!IPAddress.TryParse(parsed.GetValue(Listen), out IPAddress? listen) || listen.Equals(IPAddress.Any)
            || listen.Equals(IPAddress.IPv6Any))
            throw new InvalidInputException(new ValidationError("--listen", "", parsed.GetValue(Listen),
                "must be the IP address of this machine that the others reach it by"));
        string name = parsed.GetValue(Name)!;
        if (name.Length is 0 or > 100 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            throw new InvalidInputException(new ValidationError("--cluster-name", "", name,
                "must be 1 to 100 letters, digits, '-', '_' or '.'"));
        string secret = Secret(parsed.GetValue(SecretFile));
        if (!IPAddress.IsLoopback(listen))
        {
            string open = secret.Length > 0 ? "" : ", and without a secret (--secret-file) everybody in it can join";
            Console.Error.WriteLine(
                $"listening at {listen}: what crosses is neither encrypted nor signed, so the network must be trusted{open}");
        }
        return new ClusterSettings(address, name, listen, parsed.GetValue(Port), secret)
        {
            LargestMessage = parsed.GetValue(MessageLimit) << 20,
            Patience = TimeSpan.FromSeconds(parsed.GetValue(Patience)),
            EngineLog = Environment.GetEnvironmentVariable(LogVariable) is { Length: > 0 } ? Console.Error.WriteLine : null,
        };
    }

    /// <summary>What the options say to the process that trains.</summary>
    /// <exception cref="InvalidInputException">One of them is wrong, or the process would not be where workers look for it.</exception>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static ClusterSettings ReadForServer(ParseResult parsed)
    {
        ClusterSettings settings = Read(parsed);
        if (settings.Address.Server is not { } server) return settings;
        if (IPAddress.IsLoopback(server.Address) != IPAddress.IsLoopback(settings.Listen))
            throw new InvalidInputException(new ValidationError("--listen", "", settings.Listen.ToString(),
                $"must be the address that --cluster says this process is at, {server.Address}, or where what is sent there arrives"));
        var own = new IPEndPoint(settings.Listen, settings.ServerPort);
        if (!server.Equals(own))
            Console.Error.WriteLine(
                $"listening at {own}: what the others send to {server}, where --cluster says this process is, must arrive there, and so "
                    + "for the next port of both");
        return settings;
    }

    /// <summary>What the options say to a worker.</summary>
    /// <exception cref="InvalidInputException">One of them is wrong, or nobody could reach the worker.</exception>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static ClusterSettings ReadForWorker(ParseResult parsed, bool isOutbound)
    {
        ClusterSettings settings = Read(parsed);
        if (!isOutbound && settings.Address.Server is { } server && !IPAddress.IsLoopback(server.Address)
            && IPAddress.IsLoopback(settings.Listen))
            throw new InvalidInputException(new ValidationError("--listen", "", settings.Listen.ToString(),
                $"must be an address at which {server.Address} reaches this machine; or take --outbound"));
        if (settings.Address.Server is { } taken && settings.Port is { } own && (own == taken.Port || own == taken.Port + 1)
            && taken.Address.Equals(settings.Listen))
            throw new InvalidInputException(new ValidationError("--port", "", $"{own}",
                $"must be another than those of the process that trains, {taken.Port} and {taken.Port + 1}"));
        return settings;
    }

    private static string Secret(string? file)
    {
        if (file is null)
        {
            return Environment.GetEnvironmentVariable(SecretVariable) is not { } given ? ""
                : given.Trim() is { Length: > 0 } held ? held
                : throw new InvalidInputException(
                    new ValidationError(SecretVariable, "", null, "is empty; it must hold the secret, or not be set"));
        }
        try
        {
            string secret = string.Join('\n', InputFile.Lines(file, MaxSecretBytes)).Trim();
            return secret.Length > 0
                ? secret
                : throw new InvalidInputException(new ValidationError("--secret-file", "", file, "is empty; it must hold the secret"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidInputException(new ValidationError("--secret-file", "", file, $"cannot be read: {e.Message}"));
        }
    }
}
