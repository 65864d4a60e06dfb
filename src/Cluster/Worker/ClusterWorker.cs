using System.Net;
using System.Net.Sockets;
using FedPG.Cluster.Hosting;
using FedPG.Cluster.Membership;
using FedPG.Cluster.Wire;
using FedPG.Federation.Agents;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FedPG.Cluster.Worker;

/// <summary>
/// A worker: joins a cluster, computes what it is asked, and waits and joins again whenever the process that does the run goes away.
/// </summary>
internal sealed class ClusterWorker
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200), CallTimeout = TimeSpan.FromSeconds(2),
        Farewell = TimeSpan.FromMilliseconds(300);
    private readonly ClusterSettings _settings;
    private readonly int _threads;
    private readonly Software _software;
    private readonly WorkerPlace _place;
    private readonly Action<string> _note;
    private readonly TimeProvider _time;

    private readonly TimeSpan _startTimeout;
    private string? _told;

    /// <summary>Creates the worker.</summary>
    /// <param name="settings">Its place in the cluster.</param>
    /// <param name="threads">The threads it offers, 1 or more.</param>
    /// <param name="note">Takes what a user should know, a line each.</param>
    /// <param name="time">The clock.</param>
    /// <param name="place">Whose worker it is; null for nobody's in particular.</param>
    public ClusterWorker(ClusterSettings settings, int threads, Action<string> note, TimeProvider time, WorkerPlace? place = null)
        : this(settings, threads, note, time, place ?? new WorkerPlace(), Software.Own())
    {
    }

    /// <summary>The same with other software than this process really has, for tests.</summary>
    internal ClusterWorker(ClusterSettings settings, int threads, Action<string> note, TimeProvider time, WorkerPlace place,
        Software software)
    {
        ArgumentNullException.ThrowIfNull(settings);
        (_settings, _threads, _note, _time, _place, _software) = (settings, threads, note, time, place, software);
        _startTimeout = SiloHost.StartTimeout(settings.Patience);
    }

    /// <summary>Works until it is cancelled or refused.</summary>
    /// <returns>Why the server refused this worker; null when it was cancelled.</returns>
    /// <exception cref="AgentFailureException">It cannot listen where it is to.</exception>
    public async Task<string?> RunAsync(CancellationToken cancellation)
    {
        if (!_place.IsOutbound) OwnPorts.RequireFree(_settings.Listen, _settings.Port ?? 0);
        using Telemetry? telemetry = Telemetry.Start("fedpg-worker");
        using var threads = new ComputeThreads(_threads);
        // Kept whatever becomes of the cluster: nobody else has a site's states.
        var worker = new WorkerState(threads, _software, _settings.LargestMessage,
            _place.Site.Length > 0 ? new SiteStates(_place.StateFolder) : null, _note, _time);
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await WaitForServerAsync(cancellation).ConfigureAwait(false);
                if (await (_place.IsOutbound ? ServeOutboundAsync(worker, cancellation) : ServeAsync(worker, cancellation)).ConfigureAwait(
                    false) is { } refusal)
                    return refusal;
                await Task.Delay(Pause, _time, cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                break;
            }
        }
        return null;
    }

    /// <summary>Waits until a server listens where it should be.</summary>
    private async Task WaitForServerAsync(CancellationToken cancellation)
    {
        while (_settings.Address.Server is { } address)  // where others keep the list of members, the server is looked for in it
        {
            // All that a worker that only connects can reach may be the port for clients.
            IPEndPoint place = _place.IsOutbound ? _settings.Address.Gateway! : address;
            using var socket = new Socket(place.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            bool isThere = false;
            try
            {
                await socket.ConnectAsync(place, cancellation).AsTask().WaitAsync(CallTimeout, _time, cancellation).ConfigureAwait(false);
                isThere = true;
                await using var line = new NetworkStream(socket);
                await Handshake.GreetAsync(line, cancellation).WaitAsync(CallTimeout, _time, cancellation).ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (e is SocketException or TimeoutException or IOException)
            {
                if (!isThere) Tell($"waiting for a run at {address}");
                // A run that ends at this instant hangs up.
                else if (e is not EndOfStreamException)
                    Tell($"what listens at {place} does not answer as a run does; waiting for one there");
                await Task.Delay(Pause, _time, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>One membership: from joining to the end of the server, or of this worker.</summary>
    /// <returns>Why the server refused; null otherwise.</returns>
    private async Task<string?> ServeAsync(WorkerState worker, CancellationToken cancellation)
    {
        string name = NewName();
        var fatal = new FatalErrors();
        var handshake = new Handshake(_settings.Secret, _note);
        IHost? host = null;
        try
        {
            host = SiloHost.Create(_settings, $"worker-{name}", isServer: false, handshake,
                services => services.AddSingleton(worker).AddSingleton<IFatalErrorHandler>(fatal));
            if (_settings.Address.Kind == MembershipKind.PostgreSql)
                await PostgreSqlMembership.PrepareAsync(MembershipUri.PostgreSql(_settings.Address.Connection), cancellation)
                    .ConfigureAwait(false);
            using (var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation))
            {
                limit.CancelAfter(_startTimeout);
                Task start = host.StartAsync(limit.Token).WaitAsync(_startTimeout, _time, cancellation);
                if (_settings.Address.Server is null
                    && await Task.WhenAny(start, handshake.Refusal, Task.Delay(CallTimeout, _time, cancellation))
                        .ConfigureAwait(false) is { } first
                    && first != start && first != handshake.Refusal)
                    TellWaiting("it has not answered yet");
                if (await Task.WhenAny(start, handshake.Refusal).ConfigureAwait(false) == handshake.Refusal)
                    return await handshake.Refusal.ConfigureAwait(false);
                await start.ConfigureAwait(false);
            }
            do
            {
                var silos = host.Services.GetRequiredService<ISiloStatusOracle>();
                var grains = host.Services.GetRequiredService<IGrainFactory>();
                IServerGrain? Find() =>
                    ServerSilo(silos) is { } silo ? grains.GetGrain<IServerGrain>(AtSilo.Key(IServerGrain.KeyPrefix, silo)) : null;
                (IServerGrain? server, string? refusal) =
                    await JoinAsync(Find, silos.SiloAddress, name, handshake, fatal.Happened, cancellation).ConfigureAwait(false);
                if (refusal is not null) return refusal;
                if (server is null) return null;
                _told = null;
                _note($"joined as {name} with {_threads} thread{(_threads == 1 ? "" : "s")}");
                await BelongAsync(server, name, fatal.Happened, cancellation).ConfigureAwait(false);
            }
            while (_settings.Address.Server is null && !fatal.Happened.IsCompleted && !cancellation.IsCancellationRequested);
            return null;
        }
        catch (Exception e) when (TransientErrors.Includes(e))
        {
            if (handshake.Refusal.IsCompleted) return await handshake.Refusal.ConfigureAwait(false);
            if (_settings.Address.Server is null)
                TellWaiting(e is OperationCanceledException or TimeoutException ? "it does not answer" : e.Message.Split('\n')[0]);
            return null;
        }
        finally
        {
            if (host is not null) await SiloHost.EndAsync(host, Farewell).ConfigureAwait(false);
        }
    }

    private void TellWaiting(string why) => Tell($"waiting for {_settings.Address}: {why}");

    /// <summary>Says what is waited for, and does not say it again.</summary>
    private void Tell(string text)
    {
        if (_told != text) _note(text);
        _told = text;
    }

    private async Task<(IServerGrain? Server, string? Refusal)> JoinAsync(Func<IServerGrain?> find, SiloAddress? self, string name,
        Handshake handshake, Task fatal, CancellationToken cancellation)
    {
        long started = _time.GetTimestamp();
        while (!fatal.IsCompleted && (_settings.Address.Server is null || _time.GetElapsedTime(started) < _startTimeout))
        {
            if (handshake.Refusal.IsCompleted) return (null, await handshake.Refusal.ConfigureAwait(false));
            if (find() is { } server)
            {
                try
                {
                    JoinReply reply =
                        await server.Join(new JoinRequest(name, self, _place.Site, _threads, _software, _settings.LargestMessage))
                            .WaitAsync(CallTimeout, _time, cancellation).ConfigureAwait(false);
                    if (reply.Refusal is { } refusal) return (null, refusal);
                    if (!reply.IsClosing) return (server, null);
                }
                catch (Exception e) when (TransientErrors.Includes(e))
                {
                    // Asked again below.
                }
            }
            else
            {
                Tell($"waiting for a run at {_settings.Address}");
            }
            await Task.Delay(Pause, _time, cancellation).ConfigureAwait(false);
        }
        return (null, null);
    }

    /// <summary>
    /// Returns when the server is gone or does not know this worker any more, or when this worker is to end and holds nothing any more.
    /// </summary>
    private async Task BelongAsync(IServerGrain server, string name, Task fatal, CancellationToken cancellation)
    {
        long heard = _time.GetTimestamp();
        int refused = 0;
        // Nobody listens any more where calls are refused; one that is not answered may have come to a server that does not get to run.
        while (refused < 2 && _time.GetElapsedTime(heard) < _settings.Patience && !fatal.IsCompleted)
        {
            try
            {
                if (cancellation.IsCancellationRequested)
                {
                    if (await server.Leave(name).WaitAsync(CallTimeout, _time, CancellationToken.None).ConfigureAwait(false) == 0) return;
                }
                else if (!await server.IsMember(name).WaitAsync(CallTimeout, _time, CancellationToken.None).ConfigureAwait(false))
                {
                    return;
                }
                (heard, refused) = (_time.GetTimestamp(), 0);
            }
            catch (Exception e) when (TransientErrors.Includes(e))
            {
                refused = e is TimeoutException ? 0 : refused + 1;
            }
            await Task.WhenAny(Task.Delay(Pause, _time, CancellationToken.None), fatal).ConfigureAwait(false);
        }
        _note("the server is gone");
    }

    /// <summary>
    /// The same as a client of the server: nobody connects to this process. Whether the server is there is asked on a line of its own,
    /// because a question behind a large message says nothing.
    /// </summary>
    private async Task<string?> ServeOutboundAsync(WorkerState worker, CancellationToken cancellation)
    {
        string name = NewName();
        bool isIn = false;
        var handshake = new Handshake(_settings.Secret, _note);
        using IHost host = ClusterClient.Create(_settings, handshake), pulse = ClusterClient.Create(_settings, handshake);
        static IServerGrain ServerOf(IHost client) =>
            client.Services.GetRequiredService<IGrainFactory>().GetGrain<IServerGrain>(AtSilo.Key(IServerGrain.KeyPrefix, null));
        try
        {
            using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            Task started = Task.WhenAll(host.StartAsync(giveUp.Token), pulse.StartAsync(giveUp.Token))
                .WaitAsync(_startTimeout, _time, cancellation);
            // A client that is refused would try again until the time is up.
            if (await Task.WhenAny(started, handshake.Refusal).ConfigureAwait(false) != started)
            {
                await giveUp.CancelAsync().ConfigureAwait(false);
                return await handshake.Refusal.ConfigureAwait(false);
            }
            await started.ConfigureAwait(false);
            IServerGrain server = ServerOf(host);
            (IServerGrain? joined, string? refusal) =
                await JoinAsync(() => server, null, name, handshake, Task.Delay(_startTimeout, _time, cancellation), cancellation)
                    .ConfigureAwait(false);
            if (refusal is not null) return refusal;
            if (joined is null) return null;
            _told = null;
            _note($"joined as {name} with {_threads} thread{(_threads == 1 ? "" : "s")}, outbound only");
            isIn = true;
            await using var loop = new OutboundLoop(server, name, worker, _time);
            Task belonging = BelongAsync(ServerOf(pulse), name, Task.Delay(Timeout.InfiniteTimeSpan, _time, CancellationToken.None),
                cancellation);
            while (!belonging.IsCompleted) await Task.WhenAny(belonging, ExchangeAsync(loop)).ConfigureAwait(false);
            await belonging.ConfigureAwait(false);
            return null;
        }
        catch (Exception e) when (TransientErrors.Includes(e))
        {
            if (handshake.Refusal.IsCompleted) return await handshake.Refusal.ConfigureAwait(false);
            if (!isIn) TellWaiting("a run is there, and does not take this worker in; does its own --cluster name the same address?");
            return null;
        }
        finally
        {
            await Task.WhenAll(SiloHost.EndAsync(host, Farewell), SiloHost.EndAsync(pulse, Farewell)).ConfigureAwait(false);
        }
    }

    /// <summary>One exchange, or a pause where there is nobody to exchange with; whether the server is gone is not said here.</summary>
    private async Task ExchangeAsync(OutboundLoop loop)
    {
        try
        {
            if (await loop.ExchangeAsync(SiloHost.ResponseTimeout).ConfigureAwait(false)) return;
        }
        catch (Exception e) when (TransientErrors.Includes(e))
        {
            // Tried again after the pause.
        }
        await Task.Delay(Pause, _time, CancellationToken.None).ConfigureAwait(false);
    }

    private static string NewName() => $"{Environment.MachineName}-{Environment.ProcessId}-{Guid.NewGuid().ToString("N")[..4]}";

    private static SiloAddress? ServerSilo(ISiloStatusOracle silos)
    {
        SiloAddress? newest = null;
        foreach ((SiloAddress silo, SiloStatus status) in silos.GetApproximateSiloStatuses(onlyActive: true))
        {
            if (status == SiloStatus.Active && silos.TryGetSiloName(silo, out string? name)
                && name.StartsWith(IServerGrain.KeyPrefix, StringComparison.Ordinal)
                && (newest is null || silo.Generation > newest.Generation))
                newest = silo;
        }
        return newest;
    }
}
