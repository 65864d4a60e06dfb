using System.Data.Common;
using System.Net.Sockets;
using StackExchange.Redis;

namespace FedPG.Cluster.Hosting;

/// <summary>Failures of the network, of the other side or of the list of members: another attempt may succeed.</summary>
internal static class TransientErrors
{
    /// <summary>Whether an exception is such a failure.</summary>
    public static bool Includes(Exception e) => e is OrleansException or TimeoutException or IOException or SocketException
        or ObjectDisposedException or OperationCanceledException or AggregateException or DbException or RedisException;
}
