using System.Diagnostics.CodeAnalysis;
using FedPG.Core.Options;
using FedPG.Experiments.Training;
using FedPG.Federation;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FedPG.Hosting;

/// <summary>
/// Trains in the background of a host. When the host stops, training ends at the next round boundary; a run with a folder can then be
/// resumed. When training fails, the error is logged, the exit code of the process is set (2 for input that is not allowed, else 1), and
/// the host stops. Thread-safe.
/// </summary>
public sealed partial class FederatedTraining : BackgroundService
{
    private readonly Func<FederatedTrainer> _create;
    private readonly FederatedTrainingSettings _settings;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly ILogger<FederatedTraining> _log;
    private readonly TimeProvider _time;
    private readonly TaskCompletionSource<TrainingResult> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile RoundReport? _latest;

    internal FederatedTraining(
        Func<FederatedTrainer> create, FederatedTrainingSettings settings, IHostApplicationLifetime lifetime,
        ILogger<FederatedTraining> log,
        TimeProvider time) =>
        (_create, _settings, _lifetime, _log, _time) = (create, settings, lifetime, log, time);

    /// <summary>The result, once training has ended; fails where training failed.</summary>
    public Task<TrainingResult> Completion => _completion.Task;

    /// <summary>The report of the last round; null before the first.</summary>
    public RoundReport? Latest => _latest;

    /// <inheritdoc/>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types",
        Justification = "Every failure of training ends the host with its exit code.")]
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            TrainingResult result = await Task.Factory.StartNew(
                () => Train(stoppingToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
                .ConfigureAwait(false);
            LogEnded(result.Rounds, result.IsFinished ? "finished" : "stopped", result.Objective);
            _completion.SetResult(result);
            if (_settings.StopHostAtEnd) _lifetime.StopApplication();
        }
        catch (Exception e)
        {
            LogFailed(e, e.Message);
            Environment.ExitCode = e is InvalidInputException ? 2 : 1;
            _completion.SetException(e);
            _lifetime.StopApplication();
        }
    }

    private TrainingResult Train(CancellationToken stopping)
    {
        using FederatedTrainer trainer = _create();
        long logged = _time.GetTimestamp();
        trainer.OnRound(report =>
        {
            _latest = report;
            if (_time.GetElapsedTime(logged) < _settings.LogEvery) return;
            logged = _time.GetTimestamp();
            LogRound(report.Round, _settings.Rounds ?? trainer.Rounds, report.Evaluation?.Objective);
        });
        return trainer.Run(_settings.Rounds, cancellationToken: stopping);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Round {Round} of {Rounds}: objective {Objective}")]
    private partial void LogRound(int round, int rounds, double? objective);

    [LoggerMessage(Level = LogLevel.Information, Message = "Training {How} after {Rounds} rounds: objective {Objective}")]
    private partial void LogEnded(int rounds, string how, double objective);

    [LoggerMessage(Level = LogLevel.Critical, Message = "Training failed: {Reason}")]
    private partial void LogFailed(Exception exception, string reason);
}
