using FedPG.Cluster.Hosting;
using FedPG.Cluster.Membership;
using FedPG.Cluster.Wire;
using FedPG.Core.Options;
using FedPG.Envs.Episodic;
using FedPG.Experiments;
using FedPG.Federation.Agents;
using FedPG.Federation.Execution;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Serialization;

namespace FedPG.Cluster.Server;

/// <summary>
/// The process that does a run on a cluster: it keeps the server of the federation and the run folder, and workers hold the agents.
/// </summary>
internal sealed class ClusterServer : IDisposable
{
    private static readonly TimeSpan Farewell = TimeSpan.FromMilliseconds(300);
    private readonly IHost _host;
    private readonly OwnPorts _ports;
    private readonly ServerState _server;
    private readonly Software _software;
    private readonly long _largestMessage;
    private readonly Telemetry? _telemetry = Telemetry.Start("fedpg-server");
    private int _cardBytes;
    private readonly Action<string> _note;
    private readonly TimeProvider _time;
    private readonly CancellationToken _cancellation;

    private ClusterServer(IHost host, OwnPorts ports, ServerState server, Software software, long largestMessage, Action<string> note,
        TimeProvider time, CancellationToken cancellation) =>
        (_host, _ports, _server, _software, _largestMessage, _note, _time, _cancellation) =
            (host, ports, server, software, largestMessage, note, time, cancellation);

    /// <summary>Opens the cluster for workers.</summary>
    /// <param name="settings">This process's place in it.</param>
    /// <param name="note">Takes what a user should know, a line each.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Ends waiting for workers.</param>
    /// <exception cref="AgentFailureException">The cluster cannot be opened.</exception>
    public static ClusterServer Start(ClusterSettings settings, Action<string> note, TimeProvider time, CancellationToken cancellation) =>
        Start(settings, note, time, Software.Own(), cancellation);

    /// <summary>The same with other software than this process really has, for tests.</summary>
    internal static ClusterServer Start(ClusterSettings settings, Action<string> note, TimeProvider time, Software software,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(settings);
        OwnPorts ports = OwnPorts.Take(settings.Listen, settings.ServerPort, settings.ServerPort + 1);
        var registry = new WorkerRegistry(software, settings.LargestMessage, note, time, settings.Patience);
        var server = new ServerState(registry, time);
        IHost host = SiloHost.Create(settings, $"{IServerGrain.KeyPrefix}-{Guid.NewGuid():N}", isServer: true,
            new Handshake(settings.Secret, note), services => services.AddSingleton(server));
        try
        {
            if (settings.Address.Kind == MembershipKind.PostgreSql)
                PostgreSqlMembership.PrepareAsync(MembershipUri.PostgreSql(settings.Address.Connection), cancellation)
                    .GetAwaiter().GetResult();
            host.StartAsync(cancellation).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is not (OutOfMemoryException or OperationCanceledException))
        {
            host.Dispose();
            ports.Dispose();
            throw new AgentFailureException($"the cluster cannot be opened at {settings.Address}: {Innermost(e).Message}");
        }
        var silos = host.Services.GetRequiredService<ISiloStatusOracle>();
        silos.SubscribeToSiloStatusEvents(new Obituaries(registry));
        return new ClusterServer(host, ports, server, software, settings.LargestMessage, note, time, cancellation);
    }

    /// <summary>How the cluster of another process is doing.</summary>
    /// <param name="settings">Where it is.</param>
    /// <exception cref="AgentFailureException">It does not answer.</exception>
    /// <exception cref="InvalidInputException">The secret is wrong.</exception>
    public static ClusterStatus StatusOf(ClusterSettings settings) => ClusterClient.Status(settings);

    /// <summary>Makes a run's agents on the workers, when enough of them are there.</summary>
    /// <param name="setup">What they are made from.</param>
    /// <param name="workers">How many workers are enough, 1 or more.</param>
    /// <param name="blockSize">Agents a block; null to choose by the threads there are then. Agents of sites are on their own.</param>
    /// <param name="sites">Which agents are at which site; null where any worker may hold any agent.</param>
    /// <exception cref="OperationCanceledException">Cancelled while there were too few.</exception>
    internal IFederationAgents CreateAgents(AgentsSetup setup, int workers, int? blockSize, Sites? sites)
    {
        ArgumentNullException.ThrowIfNull(setup);
        if (sites is null) WaitForWorkers(workers);
        else WaitForSites(sites, setup);
        SessionOffer offer = ExperimentOffer.Of(
            setup.Training as Experiment
                ?? throw new ArgumentException("workers read the experiment from its file, and this run has none", nameof(setup)),
                _software);
        var client = new RetryingBlockClient(_host.Services.GetRequiredService<IGrainFactory>(), _server, offer, _largestMessage,
            sites?.Missing ?? MissingSite.Wait, _note, _time, _cancellation);
        if (sites is not null) return new SiteAgents(setup, sites, _cardBytes, _server, client);
        int threads = Math.Max(1, _server.Registry.Usable("").Sum(w => w.Threads));
        // Two blocks a thread: a worker that joins late finds something to take over, and what a lost one held is shared.
        var execution = new ExecutionOptions(2 * threads, TorchSharp.torch.CPU, blockSize);
        // Rows of any length: a sum crosses for each block, and that costs more than a cache that is too small.
        return new ClusterAgents(setup, execution.BlockSizeFor(setup.Names.Count, rowBytes: 1), null, _server, client);
    }

    /// <summary>
    /// Learns from a site what an environment looks like that this process does not have, so
    /// that experiments that name it can be read here.
    /// </summary>
    /// <param name="id">The environment.</param>
    /// <param name="agents">N.</param>
    /// <param name="options">Its options, as JSON.</param>
    /// <param name="sites">The sites; the first that is there is asked.</param>
    /// <exception cref="InvalidInputException">The site does not have it, or the options are wrong.</exception>
    /// <exception cref="OperationCanceledException">Cancelled while no site was there.</exception>
    public void LearnEnvironment(string id, int agents, string options, Sites sites)
    {
        ArgumentNullException.ThrowIfNull(sites);
        if (ExperimentCatalog.Default.Environments.Find(id) is not null) return;
        ClusterWorkerInfo worker = Await(() => sites.Names.SelectMany(_server.Registry.Usable).FirstOrDefault(),
            $"waiting for a site of {string.Join(", ", sites.Names)}");
        WorkerChannel channel = worker.Outbound
            ?? (WorkerChannel)new MemberChannel(_host.Services.GetRequiredService<IGrainFactory>(), worker.Silo!);
        (SiteCard? card, string? error) = DescribeAsync(channel, new EnvironmentQuestion(id, agents, options)).GetAwaiter().GetResult();
        if (card is null) throw new InvalidInputException(new ValidationError("environment", "", id, $"site {worker.Site} says: {error}"));
        ExperimentCatalog.Default.Environments.Register(RemoteDefinition.Of(id, card));
        _cardBytes = _host.Services.GetRequiredService<Serializer>().SerializeToArray(card).Length;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _server.Registry.IsClosing = true;
        SiloHost.EndAsync(_host, Farewell).GetAwaiter().GetResult();
        _ports.Dispose();
        _telemetry?.Dispose();
    }

    private async Task<(SiteCard? Card, string? Error)> DescribeAsync(WorkerChannel channel, EnvironmentQuestion question)
    {
        // The silo may be known before the engine knows what it holds.
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return await channel.Describe(question).ConfigureAwait(false);
            }
            catch (Exception e) when (e is OrleansException or TimeoutException)
            {
                if (attempt == 5) throw new AgentFailureException($"the site does not answer: {e.Message}");
                await Task.Delay(TimeSpan.FromMilliseconds(200), _time, _cancellation).ConfigureAwait(false);
            }
        }
    }

    private void WaitForSites(Sites sites, AgentsSetup setup)
    {
        if (sites.OfAgent.Count != setup.Names.Count)
            throw new InvalidInputException(new ValidationError("--sites", "", null,
                $"places {sites.OfAgent.Count} agents, and the experiment has {setup.Names.Count}"));
        if (EpisodicEnvironment.Find(setup.Training.Environment) is null)
            throw new InvalidInputException(new ValidationError("--sites", "", setup.Training.Environment.Name,
                "lists its states; agents of sites need an environment that is known by its steps"));
        if (setup.Training.DiagnoseEvery > 0)
            throw new InvalidInputException(new ValidationError("diagnoseEvery", "", null,
                "must be 0 with --sites: a diagnosis needs the environments"));
        foreach (string site in sites.Names)
            Await(() => _server.Registry.Usable(site) is [var there, ..] ? there : null, $"waiting for site {site}");
    }

    /// <summary>Waits until something is there.</summary>
    private T Await<T>(Func<T?> find, string told)
        where T : class
    {
        bool isTold = false;
        while (true)
        {
            Task change = _server.Registry.Changed();
            if (find() is { } found) return found;
            if (!isTold) _note(told);
            isTold = true;
            change.WaitAsync(_cancellation).GetAwaiter().GetResult();
        }
    }

    private void WaitForWorkers(int workers)
    {
        bool told = false;
        while (true)
        {
            Task change = _server.Registry.Changed();
            int there = _server.Registry.Usable("").Count;
            if (there >= workers) return;
            if (!told)
                _note(
                    $"waiting for {workers - there} worker{(workers - there == 1 ? "" : "s")}; start one with: fedpg worker --cluster ...");
            told = true;
            change.WaitAsync(_cancellation).GetAwaiter().GetResult();
        }
    }

    private static Exception Innermost(Exception e) => e.InnerException is { } inner ? Innermost(inner) : e;

    private sealed class Obituaries(WorkerRegistry registry) : ISiloStatusListener
    {
        public void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status)
        {
            if (status is SiloStatus.Dead or SiloStatus.Stopping or SiloStatus.ShuttingDown) registry.Lose(updatedSilo);
        }
    }
}
