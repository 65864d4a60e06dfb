using FedPG.Federation;

namespace FedPG.Comparison.Running;

/// <summary>How runs may end. Stateless.</summary>
internal static class Outcomes
{
    /// <summary>Whether a run ended because its numbers stopped being finite; that is a result, not a failure of the comparison.</summary>
    public static bool IsDivergence(Exception exception) => Divergence(exception) is not null;

    /// <summary>The divergence behind an exception; null where there is none.</summary>
    public static DivergedException? Divergence(Exception exception) => exception switch
    {
        DivergedException diverged => diverged,
        AggregateException { InnerExceptions: var inner } => inner.Select(Divergence).FirstOrDefault(d => d is not null),
        _ => null,
    };
}
