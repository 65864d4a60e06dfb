using FedPG.Experiments.Training;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FedPG.Hosting;

/// <summary>Adds training to a host.</summary>
public static class FederatedTrainingExtensions
{
    /// <summary>Adds a background service that trains, and <see cref="FederatedTraining"/>, by which others follow it.</summary>
    /// <param name="builder">The builder of the host.</param>
    /// <param name="create">Makes the trainer; called once, on the thread that trains, and disposed of there.</param>
    /// <param name="configure">Sets how the host trains; null for the defaults.</param>
    public static IHostApplicationBuilder AddFederatedTraining(
        this IHostApplicationBuilder builder, Func<IServiceProvider, FederatedTrainer> create,
        Action<FederatedTrainingSettings>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddFederatedTraining(create, configure);
        return builder;
    }

    /// <inheritdoc
    /// cref="AddFederatedTraining(IHostApplicationBuilder, Func{IServiceProvider, FederatedTrainer}, Action{FederatedTrainingSettings}?)"/>
    /// <param name="services">The services of the host.</param>
    /// <param name="create">Makes the trainer; called once, on the thread that trains, and disposed of there.</param>
    /// <param name="configure">Sets how the host trains; null for the defaults.</param>
    public static IServiceCollection AddFederatedTraining(
        this IServiceCollection services, Func<IServiceProvider, FederatedTrainer> create,
        Action<FederatedTrainingSettings>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(create);
        var settings = new FederatedTrainingSettings();
        configure?.Invoke(settings);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(settings.LogEvery, TimeSpan.Zero);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new FederatedTraining(
            () => create(provider), settings, provider.GetRequiredService<IHostApplicationLifetime>(),
            provider.GetRequiredService<ILogger<FederatedTraining>>(), provider.GetRequiredService<TimeProvider>()));
        services.AddHostedService(provider => provider.GetRequiredService<FederatedTraining>());
        return services;
    }
}
