using System.Globalization;
using System.Net;
using System.Net.Sockets;
using FedPG.Core.Options;

namespace FedPG.Cluster.Membership;

/// <summary>Who keeps the list of the cluster's members.</summary>
internal enum MembershipKind
{
    /// <summary>The process that does the run, in its memory.</summary>
    Server,

    /// <summary>Redis.</summary>
    Redis,

    /// <summary>PostgreSQL.</summary>
    PostgreSql,
}

/// <summary>How processes find each other.</summary>
/// <param name="Kind">Who keeps the list of members.</param>
/// <param name="Server">Where the process that does the run listens, where that keeps the list; else null.</param>
/// <param name="Connection">How to connect to what keeps the list; empty where the process that does the run does.</param>
internal sealed record ClusterAddress(MembershipKind Kind, IPEndPoint? Server, string Connection)
{
    /// <summary>The port of the process that does the run, where none is named; the next one is for clients.</summary>
    public const int DefaultPort = 11111;

    /// <summary>Where a server that keeps the list of members takes clients; null where something else keeps it.</summary>
    public IPEndPoint? Gateway => Server is { } server ? new IPEndPoint(server.Address, server.Port + 1) : null;

    private const string Allowed =
        "must be HOST or HOST:PORT of the process that trains, redis://HOST:PORT, or postgresql://USER:PASSWORD@HOST:PORT/DATABASE";

    /// <summary>As the user wrote it, without a password.</summary>
    public override string ToString() => Server?.ToString() ?? MembershipUri.WithoutPassword(Connection);

    /// <summary>Reads <c>--cluster</c>.</summary>
    /// <exception cref="InvalidInputException">It is none of what is allowed.</exception>
    public static ClusterAddress Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        InvalidInputException Wrong(string why) => new(new ValidationError("--cluster", "", MembershipUri.WithoutPassword(text), why));
        switch (text.Split("://", 2)[0])
        {
            case "redis" or "rediss" when text.Contains("://", StringComparison.Ordinal):
                _ = MembershipUri.Redis(text);
                return new ClusterAddress(MembershipKind.Redis, null, text);
            case "postgresql" or "postgres" when text.Contains("://", StringComparison.Ordinal):
                _ = MembershipUri.PostgreSql(text);
                return new ClusterAddress(MembershipKind.PostgreSql, null, text);
            default:
                if (text.Contains("://", StringComparison.Ordinal)) throw Wrong(Allowed);
                break;
        }
        // Of an IPv6 address without brackets no part is a port.
        int colon = IPAddress.TryParse(text, out IPAddress? plain) && plain.AddressFamily == AddressFamily.InterNetworkV6
            ? -1
            : text.LastIndexOf(':');
        string host = colon < 0 ? text : text[..colon];
        int port = DefaultPort;
        if (host.Length == 0
            || (colon >= 0
                && !(int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out port)
                    && port is > 0 and < 65535)))
            throw Wrong(Allowed);
        try
        {
            IPAddress[] addresses = Dns.GetHostAddresses(host);
            IPAddress address = addresses.FirstOrDefault(a => a.AddressFamily == AddressFamily.InterNetwork) ?? addresses[0];
            return new ClusterAddress(MembershipKind.Server, new IPEndPoint(address, port), "");
        }
        catch (Exception e) when (e is SocketException or ArgumentException or IndexOutOfRangeException)
        {
            throw Wrong($"names a host that is not known; it {Allowed}");
        }
    }
}
