using FedPG.Core.Metrics;
using FedPG.Envs.Returns;
using FedPG.Federation.Agents;
using FedPG.Federation.Evaluation;
using FedPG.Federation.Metrics;
using FedPG.Federation.Setup;

namespace FedPG.Federation;

/// <summary>What one row of metrics.csv holds, and what the curves show beside it.</summary>
/// <param name="Round">The row: 0 before the first round, t + 1 after round t.</param>
/// <param name="Metrics">The round's metrics by name (<see cref="MetricNames"/>), those that the algorithm recorded among them.</param>
/// <param name="EnvSteps">Transitions sampled since the start.</param>
/// <param name="Evaluation">What the policy is worth; null in rounds that are not evaluated.</param>
/// <param name="BytesUp">Bytes from agents to server since the start.</param>
/// <param name="BytesDown">Bytes from server to agents since the start.</param>
/// <param name="Seconds">Wall-clock seconds of training since the start, stops left out.</param>
/// <param name="Rollouts">The agents' first batches at the server's parameters.</param>
/// <param name="Exchanges">The messages of the round, one entry for one message of every agent.</param>
/// <param name="Diagnostics">The theory's constants at thetabar; null in rounds that are not diagnosed.</param>
public sealed record RoundReport(
    int Round, RoundMetrics Metrics, long EnvSteps, EvaluationResult? Evaluation, long BytesUp, long BytesDown, double Seconds,
    RolloutStatistics Rollouts, IReadOnlyList<ExchangeEntry> Exchanges, RoundDiagnostics? Diagnostics = null)
{
    /// <summary>
    /// The mean over agents and local steps of ||theta_i - thetabar||^2 in the round that led here; 0 where none was seen.
    /// </summary>
    public double Drift => Metrics[MetricNames.Drift] ?? 0;
}

/// <summary>Takes reports as they come. Calls come from the training thread, one at a time.</summary>
public interface IRoundSink
{
    /// <summary>Takes the report of a round.</summary>
    void Report(RoundReport report);

    /// <summary>Hears what is done beside rounds, before it begins: what may take long after the last one.</summary>
    /// <param name="what">In words, such as <c>certificate</c>.</param>
    void Stage(string what)
    {
    }
}
