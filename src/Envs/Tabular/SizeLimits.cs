using FedPG.Core.Options;

namespace FedPG.Envs.Tabular;

/// <summary>How large an instance may get; refused before it is built, not found out by running out of memory.</summary>
internal static class SizeLimits
{
    /// <summary>The most rewards all agents may have together, N * S * A: 2 GiB of numbers.</summary>
    public const long Rewards = 1L << 28;

    /// <summary>The most stored transitions all kernels may have together: about 800 MB.</summary>
    public const long Transitions = 1L << 26;

    /// <summary>Notes a fault with a key when an instance would be too large.</summary>
    public static void Check(OptionReader reader, string key, long rewards, long transitions)
    {
        if (rewards > Rewards)
            reader.Reject(key, $"agents x states x actions would be {rewards} rewards; at most {Rewards} are allowed");
        if (transitions > Transitions)
            reader.Reject(key, $"the kernels would hold {transitions} transitions; at most {Transitions} are allowed");
    }
}
