using FedPG.Core.Options;
using FedPG.Experiments.Training;
using FedPG.Hosting;
using FedPG.Tests.Experiments.Training;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Xunit;

namespace FedPG.Tests.Hosting;

/// <summary>A host trains in the background, stops when training ends, and says by its exit code when it failed.</summary>
public sealed class FederatedTrainingTests
{
    [Fact]
    public async Task A_host_trains_and_stops_when_training_ends()
    {
        using IHost host = Host(_ => TrainerTesting.Trainer(TrainerTesting.Random(), TrainerTesting.Tabular),
            settings => settings.Rounds = 3);
        var training = host.Services.GetRequiredService<FederatedTraining>();
        await host.RunAsync(TestContext.Current.CancellationToken);
        TrainingResult result = await training.Completion;
        Assert.True(result.IsFinished);
        Assert.Equal(3, result.Rounds);
        Assert.Equal(3, training.Latest!.Round);
    }

    [Fact]
    public async Task A_host_that_stops_ends_training_between_two_rounds()
    {
        using IHost host = Host(provider =>
        {
            FederatedTrainer trainer = TrainerTesting.Trainer(TrainerTesting.Random(), TrainerTesting.Tabular);
            trainer.OnRound(report =>
            {
                if (report.Round == 1) provider.GetRequiredService<IHostApplicationLifetime>().StopApplication();
            });
            return trainer;
        }, settings => settings.Rounds = 1_000_000);
        await host.StartAsync(TestContext.Current.CancellationToken);
        await host.WaitForShutdownAsync(TestContext.Current.CancellationToken);
        TrainingResult result = await host.Services.GetRequiredService<FederatedTraining>().Completion;
        Assert.False(result.IsFinished);
        Assert.InRange(result.Rounds, 1, 999_999);
    }

    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 1)]
    public async Task A_failure_sets_the_exit_code_and_stops_the_host(bool badInput, int expected)
    {
        int before = Environment.ExitCode;
        try
        {
            using IHost host =
                Host(_ =>
                    throw (badInput
                        ? new InvalidInputException(new ValidationError("x", "", null, "is wrong")) : new IOException("no disk")));
            await host.StartAsync(TestContext.Current.CancellationToken);
            await host.WaitForShutdownAsync(TestContext.Current.CancellationToken);
            Assert.Equal(expected, Environment.ExitCode);
            Exception? e = await Record.ExceptionAsync(() => host.Services.GetRequiredService<FederatedTraining>().Completion);
            Assert.True(badInput ? e is InvalidInputException : e is IOException);
        }
        finally
        {
            Environment.ExitCode = before;
        }
    }

    private static IHost Host(Func<IServiceProvider, FederatedTrainer> create, Action<FederatedTrainingSettings>? configure = null)
    {
        HostApplicationBuilder builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(
            new HostApplicationBuilderSettings());
        builder.Logging.ClearProviders();
        builder.AddFederatedTraining(create, configure);
        return builder.Build();
    }
}
