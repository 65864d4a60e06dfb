using System.Net;
using System.Net.Sockets;
using FedPG.Cluster.Membership;
using FedPG.Cluster.Wire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Runtime.Hosting;
using Orleans.Serialization;

namespace FedPG.Cluster.Hosting;

/// <summary>Makes the engine's hosts.</summary>
internal static class SiloHost
{
    /// <summary>The one service there is.</summary>
    public const string ServiceId = "fedpg";

    /// <summary>What a message holds beside vectors: the program's own limit is met first, and named.</summary>
    public const int Headroom = 16 << 20;

    /// <summary>
    /// Probes in a row that a lost worker does not answer. A line that is reset fails the probe on its way, and perhaps one more while it
    /// is opened again.
    /// </summary>
    private const int MissedProbes = 3;

    /// <summary>
    /// How long after a connection that failed the next one is tried: well before the next probe, which fails without a try until then.
    /// </summary>
    private static readonly TimeSpan ConnectionRetryDelay = TimeSpan.FromSeconds(0.2);

    /// <summary>The most workers that the server probes; of others it learns by calls that fail.</summary>
    private const int MaxProbed = 256;

    /// <summary>
    /// Every call is answered within a second or so, if only by "still runs"; the rest is for large messages on slow lines.
    /// </summary>
    public static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(20);

    /// <summary>How long a process may take to become a member or a client.</summary>
    public static TimeSpan StartTimeout(TimeSpan patience) => patience * 4 > LongStart ? patience * 4 : LongStart;

    /// <summary>A start takes a second or two; on a busy machine one that is given up too early is given up for ever.</summary>
    private static readonly TimeSpan LongStart = TimeSpan.FromMinutes(1);

    /// <summary>A member of the cluster.</summary>
    /// <param name="settings">Its place.</param>
    /// <param name="name">The silo's name.</param>
    /// <param name="isServer">Whether it does the run: it takes clients, and it alone finds members dead.</param>
    /// <param name="handshake">What connections begin with.</param>
    /// <param name="services">Adds what grains need.</param>
    public static IHost Create(ClusterSettings settings, string name, bool isServer, Handshake handshake,
        Action<IServiceCollection> services)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(
            new HostApplicationBuilderSettings { ApplicationName = ServiceId });
        Configure(builder, settings, name, isServer, handshake);
        services(builder.Services);
        return builder.Build();
    }

    /// <summary>Makes a host a member.</summary>
    /// <param name="builder">The host.</param>
    /// <param name="settings">Its place.</param>
    /// <param name="name">The silo's name.</param>
    /// <param name="isServer">Whether it does the run.</param>
    /// <param name="handshake">What connections begin with.</param>
    /// <param name="more">What it brings along; null for nothing.</param>
    public static void Configure(IHostApplicationBuilder builder, ClusterSettings settings, string name, bool isServer, Handshake handshake,
        Action<ISiloBuilder>? more = null)
    {
        AddCommon(builder, settings);
        int port = isServer ? settings.ServerPort : settings.Port ?? FreePort(settings.Listen);
        builder.UseOrleans(silo =>
        {
            MembershipProvider.AddTo(silo, settings.Address);
            handshake.AddTo(silo);
            silo.Configure<SiloOptions>(o => o.SiloName = name);
            silo.Configure<EndpointOptions>(o =>
            {
                // What is between, as address translation or a tunnel, may show a server to the
                // others at another place than where it listens.
                IPEndPoint place = isServer && settings.Address.Server is { } server ? server : new IPEndPoint(settings.Listen, port);
                (o.AdvertisedIPAddress, o.SiloPort, o.GatewayPort) = (place.Address, place.Port, isServer ? place.Port + 1 : 0);
                (o.SiloListeningEndpoint, o.GatewayListeningEndpoint) =
                    (new IPEndPoint(settings.Listen, port), isServer ? new IPEndPoint(settings.Listen, port + 1) : null);
            });
            silo.Configure<ClusterMembershipOptions>(o => SetFailureDetection(o, isServer, settings.Patience));
            silo.Configure<SiloMessagingOptions>(o =>
                (o.ResponseTimeout, o.MaxMessageBodySize) = (ResponseTimeout, settings.LargestMessage + Headroom));
            silo.Configure<ConnectionOptions>(o => o.ConnectionRetryDelay = ConnectionRetryDelay);
            silo.Services.AddPlacementDirector<AtSilo, AtSiloDirector>();
            silo.Services.AddGrainDirectory(KeysAreAddresses.Name, (_, _) => new KeysAreAddresses());
            silo.AddActivityPropagation();
            more?.Invoke(silo);
        });
        builder.Services.Configure<ClusterOptions>(o => (o.ClusterId, o.ServiceId) = (settings.Name, ServiceId));
    }

    /// <summary>Ends a host, gently where that takes less than a while.</summary>
    public static async Task EndAsync(IHost host, TimeSpan patience)
    {
        using var limit = new CancellationTokenSource(patience);
        try
        {
            await host.StopAsync(limit.Token).WaitAsync(patience).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A member that cannot reach the others any more cannot take leave of them.
        }
        host.Dispose();
    }

    /// <summary>What members and clients have in common.</summary>
    public static void AddCommon(IHostApplicationBuilder builder, ClusterSettings settings)
    {
        builder.Logging.ClearProviders();
        if (settings.EngineLog is { } log)
        {
            builder.Logging.SetMinimumLevel(LogLevel.Warning);
            builder.Logging.AddProvider(new ActionLoggerProvider(log));
        }
        // Ctrl+C belongs to the command, which ends at a round boundary.
        builder.Services.RemoveAll<IHostLifetime>();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSerializer(s => s.AddAssembly(typeof(SessionOffer).Assembly));
    }

    /// <summary>
    /// A process that has ended is found within two or three seconds: connections to it are refused. A living one may be silent as long as
    /// the server's patience, because on a busy machine it may not get to run. The server alone votes: a worker that cannot reach it waits
    /// and joins anew, and two workers that cannot reach each other have nothing to say to each other.
    /// </summary>
    private static void SetFailureDetection(ClusterMembershipOptions options, bool isServer, TimeSpan patience)
    {
        // The engine takes the time-out of a probe from how long those before took, and does not give up anybody from whom anything came
        // within the longest time-out times the number of probes.
        options.MaxProbeTimeout = patience / MissedProbes;
        options.MinProbeTimeout = TimeSpan.FromSeconds(0.5);
        options.ProbeTimeout = options.MaxProbeTimeout < TimeSpan.FromSeconds(1) ? options.MaxProbeTimeout : TimeSpan.FromSeconds(1);
        options.EnableConnectionLivenessCheck = true;
        options.NumMissedProbesLimit = isServer ? MissedProbes : int.MaxValue;
        options.NumVotesForDeathDeclaration = 1;
        // The engine sorts all members once for each of these, at every change.
        options.NumProbedSilos = isServer ? MaxProbed : 1;
        options.EnableIndirectProbes = false;
        // A busy machine does not make the others slower to answer; longer waits for them would only make faults last longer.
        options.ExtendProbeTimeoutDuringDegradation = false;
        options.TableRefreshTimeout = TimeSpan.FromSeconds(2);
        // Whoever joins must reach all members that have shown signs of life lately, so that those of a dead one are not to be waited for.
        options.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(2);
        options.NumMissedTableIAmAliveLimit = 2;
        options.MaxJoinAttemptTime = StartTimeout(patience);
    }

    private static int FreePort(IPAddress address)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(address, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class ActionLoggerProvider(Action<string> log) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => new ActionLogger(categoryName, log);

        public void Dispose() { }
    }

    private sealed class ActionLogger(string category, Action<string> log) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel)) return;
            string cause = exception is null ? "" : $" ({exception.GetType().Name}: {exception.Message.Split('\n')[0]})";
            log($"{logLevel} {category}: {formatter(state, exception)}{cause}");
        }
    }
}
