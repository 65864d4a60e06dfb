using FedPG.Envs.Episodic;
using FedPG.Policies.Episodic;

namespace FedPG.Federation.Rollouts;

/// <summary>Where episodes are cut whose environment does not end them. Stateless.</summary>
internal static class EpisodeLengths
{
    /// <summary>The weight gamma^t below which costs no longer count.</summary>
    public const double Negligible = 1e-4;

    /// <summary>The steps after which an episode is cut that has no limit of its own.</summary>
    public const int MaxSteps = 10_000;

    /// <summary>The steps after which an evaluation cuts an episode, where nothing else is asked for.</summary>
    /// <param name="environment">The environment.</param>
    public static int Of(EpisodicEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        return environment.StepLimit ?? Math.Min(MaxSteps, TailOf(environment.Discount));
    }

    /// <summary>The steps after which gamma^t is below <see cref="Negligible"/>; the largest number where it never is.</summary>
    /// <param name="discount">gamma.</param>
    internal static int TailOf(double discount) => discount switch
    {
        0 => 1,
        < 1 => (int)Math.Clamp(Math.Ceiling(Math.Log(Negligible) / Math.Log(discount)), 1, int.MaxValue),
        _ => int.MaxValue,
    };

    /// <summary>
    /// The largest discount at which an episode can go on until its returns are whole. Beyond it the policy has no random numbers left.
    /// </summary>
    /// <param name="environment">The environment.</param>
    /// <param name="values">The values of a policy that has random numbers for a number of steps.</param>
    public static double LargestDiscount(EpisodicEnvironment environment, ObservationStateValues values)
    {
        ArgumentNullException.ThrowIfNull(environment);
        ArgumentNullException.ThrowIfNull(values);
        int tail = values.MaxSteps - (environment.StepLimit ?? MaxSteps);
        // Rounded down to what can be read, and typed.
        return tail < 1 ? 0 : Math.Floor(Math.Exp(Math.Log(Negligible) / tail) * 1e6) / 1e6;
    }
}
