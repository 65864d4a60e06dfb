using System.Net;
using System.Net.Sockets;
using FedPG.Federation.Agents;

namespace FedPG.Cluster.Hosting;

/// <summary>
/// Ports that nobody else is to have. The engine listens in a way that lets two processes share a port on Unix, each getting some of the
/// connections: two runs at one address would take each other's workers.
/// </summary>
internal sealed class OwnPorts : IDisposable
{
    private readonly List<Socket> _held = [];

    private OwnPorts() { }

    /// <summary>Finds out whether the engine may listen at a port, which it does not say itself.</summary>
    /// <param name="address">An address of this machine.</param>
    /// <param name="port">The port; 0 for whether there is any.</param>
    /// <exception cref="AgentFailureException">The address is not this machine's, or the port is in use.</exception>
    public static void RequireFree(IPAddress address, int port)
    {
        using Socket socket = Bound(address, port, SocketType.Stream, ProtocolType.Tcp);
        socket.Listen();
    }

    /// <summary>The same for several, which stay this process's: of two that start at once, one is told.</summary>
    public static OwnPorts Take(IPAddress address, params ReadOnlySpan<int> ports)
    {
        var own = new OwnPorts();
        try
        {
            foreach (int port in ports)
            {
                // The engine listens at the TCP port; its namesake is free, is shared by nobody, and is given
                // back when the process ends, however that comes.
                own._held.Add(Bound(address, port, SocketType.Dgram, ProtocolType.Udp));
                RequireFree(address, port);
            }
            return own;
        }
        catch (AgentFailureException)
        {
            own.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Socket socket in _held) socket.Dispose();
    }

    private static Socket Bound(IPAddress address, int port, SocketType type, ProtocolType protocol)
    {
        var socket = new Socket(address.AddressFamily, type, protocol);
        try
        {
            socket.Bind(new IPEndPoint(address, port));
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new AgentFailureException(e.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse =>
                    $"cannot listen at {new IPEndPoint(address, port)}: another process does; choose another port (--cluster HOST:PORT "
                        + "to train, --port for a worker)",
                SocketError.AddressNotAvailable =>
                    $"cannot listen at {address}: this machine does not have that address; --listen must be one of its own",
                _ => $"cannot listen at {new IPEndPoint(address, port)}: {e.Message}",
            });
        }
    }
}
