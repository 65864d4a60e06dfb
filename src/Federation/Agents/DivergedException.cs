namespace FedPG.Federation.Agents;

/// <summary>Thrown when parameters, gradients or the objective stop being finite numbers; names the round and the agent.</summary>
/// <param name="round">The round.</param>
/// <param name="where">The agent, or the server.</param>
/// <param name="fault">What happened there, where more is known than that numbers are no longer finite.</param>
public sealed class DivergedException(int round, string where, string? fault = null)
    : Exception($"round {round}: {(fault is null ? $"the parameters or gradients of {where} are no longer finite" : $"{where}: {fault}")}; "
        + "a smaller federation.localStepSize may help, and smaller rewards or gradient.entropy where these numbers overflow by themselves")
{
    /// <summary>The divergence behind an exception, one of several of several threads too; null where there is none.</summary>
    /// <param name="exception">What a run ended with.</param>
    public static DivergedException? Behind(Exception exception) => exception switch
    {
        DivergedException diverged => diverged,
        AggregateException { InnerExceptions: var inner } => inner.Select(Behind).FirstOrDefault(d => d is not null),
        _ => null,
    };
}
