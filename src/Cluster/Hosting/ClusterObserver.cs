using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FedPG.Cluster.Hosting;

/// <summary>A member of a cluster that holds no blocks and does not decide who is dead: what a dashboard needs to be.</summary>
internal static class ClusterObserver
{
    /// <summary>Makes a host one.</summary>
    /// <param name="builder">The host.</param>
    /// <param name="settings">Its place in the cluster.</param>
    /// <param name="more">What it brings along.</param>
    /// <returns>Ends when the cluster does not count it in any more.</returns>
    public static Task AddTo(IHostApplicationBuilder builder, ClusterSettings settings, Action<ISiloBuilder> more)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(settings);
        var fatal = new FatalErrors();
        SiloHost.Configure(builder, settings, $"onlooker-{Guid.NewGuid():N}", isServer: false,
            new Handshake(settings.Secret, Console.Error.WriteLine), more);
        builder.Services.AddSingleton<IFatalErrorHandler>(fatal);
        return fatal.Happened;
    }
}
