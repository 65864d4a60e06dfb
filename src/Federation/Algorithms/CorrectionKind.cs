namespace FedPG.Federation.Algorithms;

/// <summary>How an agent's local gradient is corrected by what it remembers, m_i, and the mean of that, mbar.</summary>
public enum CorrectionKind
{
    /// <summary>g - m_i + mbar, as published.</summary>
    Plain,

    /// <summary>
    /// g - s (m_i - mbar) with s = min(1, |g| / |m_i|): where local steps have used up the gradient, the correction does not push on
    /// unopposed. Stationary points stay, as g is m_i there; corrections no longer cancel in the mean on the way.
    /// </summary>
    Guarded,
}
