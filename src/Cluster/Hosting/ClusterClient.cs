using FedPG.Cluster.Membership;
using FedPG.Cluster.Wire;
using FedPG.Core.Options;
using FedPG.Federation.Agents;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;

namespace FedPG.Cluster.Hosting;

/// <summary>A process that is no member of the cluster: it connects to the server, and nobody connects to it.</summary>
internal static class ClusterClient
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The host of a client, not started.</summary>
    public static IHost Create(ClusterSettings settings, Handshake handshake)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(
            new HostApplicationBuilderSettings { ApplicationName = "fedpg" });
        SiloHost.AddCommon(builder, settings);
        builder.UseOrleansClient(client =>
        {
            MembershipProvider.AddTo(client, settings.Address);
            handshake.AddTo(client);
            client.Configure<ClusterOptions>(o => (o.ClusterId, o.ServiceId) = (settings.Name, SiloHost.ServiceId));
            client.Configure<ClientMessagingOptions>(o =>
                (o.ResponseTimeout, o.MaxMessageBodySize) = (SiloHost.ResponseTimeout, settings.LargestMessage + SiloHost.Headroom));
            client.Configure<GatewayOptions>(o => o.GatewayListRefreshPeriod = TimeSpan.FromSeconds(2));
        });
        return builder.Build();
    }

    /// <summary>How a cluster is doing.</summary>
    /// <exception cref="AgentFailureException">It does not answer.</exception>
    /// <exception cref="InvalidInputException">The secret is wrong.</exception>
    public static ClusterStatus Status(ClusterSettings settings)
    {
        var handshake = new Handshake(settings.Secret, _ => { });
        using IHost host = Create(settings, handshake);
        try
        {
            return StatusAsync(host).WaitAsync(Patience).GetAwaiter().GetResult();
        }
        catch (Exception e) when (TransientErrors.Includes(e))
        {
            if (handshake.Refusal.IsCompleted)
                throw new InvalidInputException(new ValidationError("--secret-file", "", null, handshake.Refusal.Result));
            throw new AgentFailureException($"no run answers at {settings.Address}");
        }
    }

    private static async Task<ClusterStatus> StatusAsync(IHost host)
    {
        await host.StartAsync().ConfigureAwait(false);
        return await host.Services.GetRequiredService<IGrainFactory>().GetGrain<IServerGrain>(AtSilo.Key(IServerGrain.KeyPrefix, null))
            .Status().ConfigureAwait(false);
    }
}
