using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace FedPG.Tests.Cluster.Hosts;

/// <summary>
/// Stands between a port and whoever connects to it, and makes the line between them slow or bad: a delay in both directions, a stall
/// (everything is accepted, nothing is passed on), a cut (connections are reset). What was held back
/// in a stall goes on afterwards, in order and whole.
/// </summary>
internal sealed class TcpRelay : IDisposable
{
    private const int Piece = 64 * 1024;
    private readonly Socket _listener;
    private readonly Func<Socket> _outward;
    private readonly IPEndPoint _target;
    private readonly CancellationTokenSource _end = new();
    private readonly HashSet<Socket> _open = [];
    private readonly Lock _lock = new();
    private TaskCompletionSource _flow = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _delay, _passed;
    private volatile bool _refuses;

    /// <summary>A relay between sockets of this machine's own network, or of hosts.</summary>
    /// <param name="listen">Where it listens; port 0 for any.</param>
    /// <param name="target">Where it connects to, once for every connection it takes.</param>
    /// <param name="inward">Makes the socket that listens; the network of this process unless told otherwise.</param>
    /// <param name="outward">Makes the sockets that connect.</param>
    public TcpRelay(IPEndPoint listen, IPEndPoint target, Func<Socket>? inward = null, Func<Socket>? outward = null)
    {
        (_target, _outward) = (target, outward ?? Local);
        _flow.SetResult();
        _listener = (inward ?? Local)();
        _listener.Bind(listen);
        _listener.Listen();
        _ = Task.Run(Accept);
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndPoint!;

    /// <summary>How long every piece is held back, in each direction; pieces on the way keep the delay they set out with.</summary>
    public TimeSpan Delay
    {
        get => TimeSpan.FromTicks(Interlocked.Read(ref _delay));
        set => Interlocked.Exchange(ref _delay, value.Ticks);
    }

    /// <summary>Bytes passed on so far, both directions together.</summary>
    public long Passed => Interlocked.Read(ref _passed);

    /// <summary>Connections are taken and bytes accepted, but nothing is passed on, until <see cref="Resume"/>.</summary>
    public void Stall()
    {
        lock (_lock)
        {
            if (_flow.Task.IsCompleted) _flow = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Ends a stall.</summary>
    public void Resume()
    {
        lock (_lock) _flow.TrySetResult();
    }

    /// <summary>Resets all connections, and those to come until <see cref="Mend"/>.</summary>
    public void Cut()
    {
        _refuses = true;
        Reset();
    }

    /// <summary>Ends a cut.</summary>
    public void Mend() => _refuses = false;

    /// <summary>Resets the connections there are; new ones are welcome.</summary>
    public void Reset()
    {
        lock (_lock)
        {
            foreach (Socket socket in _open) Abort(socket);
            _open.Clear();
        }
    }

    public void Dispose()
    {
        _end.Cancel();
        _listener.Dispose();
        Reset();
        Resume();
    }

    private static Socket Local() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    /// <summary>Closes with a reset instead of a farewell.</summary>
    private static void Abort(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Closed already.
        }
        socket.Dispose();
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                Socket near = await _listener.AcceptAsync(_end.Token);
                if (_refuses || !Keep(near)) Abort(near);
                else _ = Serve(near);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The relay has ended.
        }
    }

    private bool Keep(Socket socket)
    {
        lock (_lock)
        {
            if (_end.IsCancellationRequested) return false;
            _open.Add(socket);
            return true;
        }
    }

    private void Drop(Socket socket)
    {
        lock (_lock)
        {
            // One that is no longer listed was reset by the test, and stays so.
            if (_open.Remove(socket)) Abort(socket);
        }
    }

    private async Task Serve(Socket near)
    {
        Socket far = _outward();
        try
        {
            near.NoDelay = far.NoDelay = true;
            await Flow();
            await far.ConnectAsync(_target, _end.Token);
            if (!Keep(far)) return;
            await Task.WhenAll(Pass(near, far), Pass(far, near));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // One side is gone: the other learns it below.
        }
        finally
        {
            Drop(near);
            Drop(far);
            far.Dispose();
        }
    }

    /// <summary>One direction: read at once, send when the time has come.</summary>
    private async Task Pass(Socket from, Socket to)
    {
        Channel<(long Due, byte[] Bytes)> way = Channel.CreateBounded<(long, byte[])>(256);
        Task sending = Send(way.Reader, from, to);
        try
        {
            byte[] buffer = new byte[Piece];
            int read;
            while ((read = await from.ReceiveAsync(buffer, _end.Token)) > 0)
                await way.Writer.WriteAsync((Stopwatch.GetTimestamp() + (long)(Delay.TotalSeconds * Stopwatch.Frequency), buffer[..read]),
                    _end.Token);
        }
        catch
        {
            // A reset passes on as a reset: the other direction ends with it.
            Drop(to);
            throw;
        }
        finally
        {
            way.Writer.TryComplete();
        }
        await sending;
        to.Shutdown(SocketShutdown.Send);
    }

    private async Task Send(ChannelReader<(long Due, byte[] Bytes)> way, Socket from, Socket to)
    {
        try
        {
            await foreach ((long due, byte[] bytes) in way.ReadAllAsync(_end.Token))
            {
                double wait = (due - Stopwatch.GetTimestamp()) / (double)Stopwatch.Frequency;
                if (wait > 0) await Task.Delay(TimeSpan.FromSeconds(wait), _end.Token);
                await Flow();
                Interlocked.Add(ref _passed, bytes.Length);
                for (int sent = 0; sent < bytes.Length;) sent += await to.SendAsync(bytes.AsMemory(sent), _end.Token);
            }
        }
        catch
        {
            Drop(from);
            throw;
        }
    }

    private Task Flow()
    {
        lock (_lock) return _flow.Task;
    }
}
