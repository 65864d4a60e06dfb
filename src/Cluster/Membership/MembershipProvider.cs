using Microsoft.Extensions.Hosting;

namespace FedPG.Cluster.Membership;

/// <summary>Who keeps the list of members, told to the engine.</summary>
internal static class MembershipProvider
{
    /// <summary>For members.</summary>
    public static void AddTo(ISiloBuilder silo, ClusterAddress address)
    {
        switch (address.Kind)
        {
            case MembershipKind.Server:
                silo.UseDevelopmentClustering(address.Server!);
                break;
            case MembershipKind.Redis:
                silo.UseRedisClustering(o => o.ConfigurationOptions = MembershipUri.Redis(address.Connection));
                break;
            default:
                silo.UseAdoNetClustering(o => (o.Invariant, o.ConnectionString) =
                    (PostgreSqlMembership.Invariant, MembershipUri.PostgreSql(address.Connection)));
                break;
        }
    }

    /// <summary>For clients.</summary>
    public static void AddTo(IClientBuilder client, ClusterAddress address)
    {
        switch (address.Kind)
        {
            case MembershipKind.Server:
                client.UseStaticClustering(address.Gateway!);
                break;
            case MembershipKind.Redis:
                client.UseRedisClustering(o => o.ConfigurationOptions = MembershipUri.Redis(address.Connection));
                break;
            default:
                client.UseAdoNetClustering(o => (o.Invariant, o.ConnectionString) =
                    (PostgreSqlMembership.Invariant, MembershipUri.PostgreSql(address.Connection)));
                break;
        }
    }
}
