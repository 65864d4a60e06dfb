using System.Globalization;

namespace FedPG.Envs.Checking;

/// <summary>All that was seen of an episode under random actions.</summary>
internal sealed record Episode
{
    /// <summary>
    /// What a buffer is filled with before the environment writes to it. No environment gives it, so a number that was left is noticed.
    /// </summary>
    private static readonly double Unwritten = BitConverter.Int64BitsToDouble(0x7FF8_0000_FED0_0001);

    public required int Agent { get; init; }

    public required long Seed { get; init; }

    /// <summary>The observations, that of the reset first.</summary>
    public required IReadOnlyList<double[]> Observations { get; init; }

    public required IReadOnlyList<double[]> Actions { get; init; }

    public required IReadOnlyList<StepResult> Results { get; init; }

    /// <summary>What the environment threw, at the step after the last that is written down.</summary>
    public required Exception? Thrown { get; init; }

    /// <summary>The spaces of observations and actions that the environment has at the end.</summary>
    public required (Space Observation, Space Action) Spaces { get; init; }

    public int Steps => Results.Count;

    public CheckPlace At(int step) => new(Agent, Seed, step);

    /// <summary>Runs an episode of random actions that follow from the seed.</summary>
    /// <param name="environment">The environment.</param>
    /// <param name="agent">Its agent.</param>
    /// <param name="seed">The seed of the episode and of the actions.</param>
    /// <param name="maxSteps">Where it is left when it does not end.</param>
    /// <param name="strangeBuffers">
    /// Whether every call gets a buffer of its own that holds no number, instead of the one that holds the last observation.
    /// </param>
    public static Episode Record(IEnvironment environment, int agent, long seed, int maxSteps, bool strangeBuffers)
    {
        var actions = new ActionSource(environment.ActionSpace, seed);
        var (observations, taken, results) = (new List<double[]>(), new List<double[]>(), new List<StepResult>());
        double[] action = new double[environment.ActionSpace.Size], observation = new double[environment.ObservationSpace.Size];
        (Space Observation, Space Action) spaces = (environment.ObservationSpace, environment.ActionSpace);
        Exception? thrown = null;
        try
        {
            if (strangeBuffers) Array.Fill(observation, Unwritten);
            environment.Reset(seed, observation);
            observations.Add([.. observation]);
            bool ended = false;
            for (int t = 0; t < maxSteps && !ended; t++)
            {
                actions.Next(action);
                if (strangeBuffers) Array.Fill(observation = new double[observation.Length], Unwritten);
                StepResult result = environment.Step(action, observation);
                taken.Add([.. action]);
                observations.Add([.. observation]);
                results.Add(result);
                ended = result.Terminated || result.Truncated;
            }
            spaces = (environment.ObservationSpace, environment.ActionSpace);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            thrown = e;
        }
        return new Episode
        {
            Agent = agent, Seed = seed, Observations = observations, Actions = taken, Results = results, Thrown = thrown, Spaces = spaces,
        };
    }

    /// <summary>The first step at which two recordings differ in any bit, and how; null when they are equal.</summary>
    public (int Step, string What)? DifferenceFrom(Episode other)
    {
        int common = Math.Min(Observations.Count, other.Observations.Count);
        for (int t = 0; t < common; t++)
        {
            if (t > 0 && !Same(Results[t - 1], other.Results[t - 1]))
                return (t, $"{Text(Results[t - 1])} and then {Text(other.Results[t - 1])}");
            (double[] one, double[] two) = (Observations[t], other.Observations[t]);
            for (int k = 0; k < one.Length; k++)
            {
                if (!Same(one[k], two[k])) return (t, $"observation[{k}] is {Text(one[k])} and then {Text(two[k])}");
            }
        }
        if (Observations.Count == other.Observations.Count && Thrown?.GetType() == other.Thrown?.GetType()) return null;
        return (common, (Thrown ?? other.Thrown) is { } thrown
            ? $"one of the two threw {thrown.GetType().Name}: {thrown.Message}"
            : $"the episode has {Steps} steps and then {other.Steps}");
    }

    /// <summary>A number in words.</summary>
    public static string Text(double number) =>
        Same(number, Unwritten) ? "what the caller's buffer held" : number.ToString("R", CultureInfo.InvariantCulture);

    private static string Text(StepResult result) =>
        $"reward {Text(result.Reward)}{(result.Terminated ? ", terminated" : "")}{(result.Truncated ? ", truncated" : "")}";

    private static bool Same(double a, double b) => BitConverter.DoubleToInt64Bits(a) == BitConverter.DoubleToInt64Bits(b);

    private static bool Same(StepResult a, StepResult b) =>
        Same(a.Reward, b.Reward) && a.Terminated == b.Terminated && a.Truncated == b.Truncated;
}
