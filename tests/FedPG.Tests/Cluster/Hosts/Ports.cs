using System.Net;
using System.Net.Sockets;

namespace FedPG.Tests.Cluster.Hosts;

/// <summary>
/// Ports for servers of tests. Each is given once in the life of this process, and they lie below those that systems give to whoever asks
/// for any port: between the choice and its use nobody else takes one.
/// </summary>
internal static class Ports
{
    private const int First = 20_000, Count = 12_000;
    private static int s_given = Environment.ProcessId * 64;

    /// <summary>
    /// A port that nobody on this machine listens on now, and nobody on the next one either: the process that trains takes both.
    /// </summary>
    public static int Free()
    {
        while (true)
        {
            int port = First + ((Interlocked.Add(ref s_given, 2) & int.MaxValue) % Count);
            if (IsFree(port) && IsFree(port + 1)) return port;
        }
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
