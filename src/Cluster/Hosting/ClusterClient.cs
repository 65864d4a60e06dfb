using System.Net;
using FedPG.Cluster.Membership;
using FedPG.Cluster.Server;
using FedPG.Cluster.Wire;
using FedPG.Envs.Options;
using FedPG.Federation.Agents;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;

namespace FedPG.Cluster.Hosting;

/// <summary>A process that is no member of the cluster: it connects to the server, and nobody connects to it.</summary>
internal static class ClusterClient
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Where a server takes clients.</summary>
    public static IPEndPoint GatewayOf(IPEndPoint server) => new(server.Address, server.Port + 1);

    /// <summary>The host of a client, not started.</summary>
    public static IHost Create(ClusterSettings settings)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "fedpg" });
        SiloHost.AddCommon(builder, settings);
        builder.UseOrleansClient(client =>
        {
            MembershipProvider.AddTo(client, settings.Address);
            client.Configure<ClusterOptions>(o => (o.ClusterId, o.ServiceId) = (settings.Name, SiloHost.ServiceId));
            client.Configure<ClientMessagingOptions>(o => (o.ResponseTimeout, o.MaxMessageBodySize) = (SiloHost.ResponseTimeout, settings.LargestMessage + SiloHost.Headroom));
            client.Configure<GatewayOptions>(o => o.GatewayListRefreshPeriod = TimeSpan.FromSeconds(2));
        });
        return builder.Build();
    }

    /// <summary>How a cluster is doing.</summary>
    /// <exception cref="AgentFailureException">It does not answer.</exception>
    /// <exception cref="InvalidInputException">The secret is wrong.</exception>
    public static ClusterStatus Status(ClusterSettings settings)
    {
        using IHost host = Create(settings);
        try
        {
            return StatusAsync(host, new SharedSecret(settings.Secret)).WaitAsync(Patience).GetAwaiter().GetResult()
                ?? throw new InvalidInputException(new Fault("--secret-file", "", null, "the secret is not the server's"));
        }
        catch (Exception e) when (e is OrleansException or TimeoutException or IOException or System.Net.Sockets.SocketException)
        {
            throw new AgentFailureException($"no run answers at {settings.Address}");
        }
    }

    private static async Task<ClusterStatus?> StatusAsync(IHost host, SharedSecret secret)
    {
        await host.StartAsync().ConfigureAwait(false);
        string name = $"status-{Guid.NewGuid():N}";
        IServerGrain server = host.Services.GetRequiredService<IGrainFactory>().GetGrain<IServerGrain>(AtSilo.Key(ServerGrain.KeyPrefix, null));
        byte[] challenge = await server.Challenge(name).ConfigureAwait(false);
        return await server.Status(name, challenge, secret.Answer(challenge, name)).ConfigureAwait(false);
    }
}
