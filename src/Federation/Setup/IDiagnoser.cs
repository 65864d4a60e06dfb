namespace FedPG.Federation.Setup;

/// <summary>
/// Measures the constants of the paper's assumptions during training. <c>Experiments/Diagnosis</c> implements it, which this
/// project may not name. One thread at a time.
/// </summary>
internal interface IDiagnoser : IDisposable
{
    /// <summary>Measures the constants.</summary>
    /// <param name="theta">theta, [d].</param>
    /// <param name="round">The round, whose tau holds.</param>
    RoundDiagnostics Diagnose(ReadOnlySpan<double> theta, int round);
}
