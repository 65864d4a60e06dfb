using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace FedPG.Tests.Cluster.Hosts;

/// <summary>
/// Sockets in other network namespaces. A socket belongs for life to the namespace of the thread that made it, and a thread may change its
/// own, so a thread that does nothing else makes it.
/// </summary>
internal static partial class NamespaceSockets
{
    private const int NewNetwork = 0x40000000;

    /// <summary>A TCP socket of IPv4 in the namespace of the given name.</summary>
    public static Socket Open(string name)
    {
        Socket? socket = null;
        Exception? fault = null;
        var thread = new Thread(() =>
        {
            try
            {
                using SafeHandle space = File.OpenHandle($"/run/netns/{name}");
                if (Enter(space, NewNetwork) != 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
                socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            }
            catch (Exception e) when (e is IOException or Win32Exception or SocketException)
            {
                fault = e;
            }
        });
        thread.Start();
        thread.Join();
        return socket ?? throw new IOException($"no socket in {name}", fault);
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int Enter(SafeHandle space, int kind);
}
