using FedPG.Core.Options;
using FedPG.Core.Streams;

namespace FedPG.Envs;

/// <summary>
/// Where N agents stand on a scale from 0 to 1 along which they differ: evenly spaced, or drawn from a seed. The degree of heterogeneity
/// lambda moves a parameter from its common value to the agent's own place: p_i = p + lambda (t_i - p).
/// </summary>
internal static class AgentSpread
{
    /// <summary>The option that draws the agents.</summary>
    public const string SeedKey = "agentSeed";

    /// <summary>The degree lambda.</summary>
    public const string DegreeKey = "heterogeneity";

    /// <summary>What the degree acts on, where there is a choice.</summary>
    public const string DifferKey = "differ";

    /// <summary>What the option <see cref="SeedKey"/> means where agents are evenly spaced without it.</summary>
    public const string SeedMeaning =
        "Draws each agent's place on the scale of heterogeneity uniformly from this seed, whatever the number of agents; "
        + "without it the N agents are evenly spaced.";

    /// <summary>
    /// The number of the random sequence the places are drawn from; tables that draw more from an agent's stream use smaller ones.
    /// </summary>
    private const int Sequence = 16;

    /// <summary>
    /// The default degree of an environment that all agents have in its original form unless the user says how they differ: 1 where one of
    /// the options is given, and else 0. So a degree that is not given neither flattens what the user wrote down nor changes the original
    /// environment.
    /// </summary>
    /// <param name="reader">The environment's options.</param>
    /// <param name="keys">The options that say how agents differ.</param>
    public static double DefaultDegree(OptionReader reader, params ReadOnlySpan<string> keys)
    {
        foreach (string key in keys)
        {
            if (reader.Has(key)) return 1;
        }
        return 0;
    }

    /// <summary>
    /// For an environment whose degree is 1 when not given: refuses a degree that is given where several agents differ in nothing that it
    /// acts on, and writes one that is not given back as such, so that what was resolved can be read again.
    /// </summary>
    /// <param name="reader">The environment's options.</param>
    /// <param name="differs">Whether agents differ, or are drawn.</param>
    /// <param name="agents">The number of agents N.</param>
    /// <param name="instead">What to give.</param>
    public static void RequireDifference(OptionReader reader, bool differs, int agents, string instead)
    {
        if (differs || agents == 1) return;
        if (!reader.Has(DegreeKey)) reader.Resolved[DegreeKey] = null;
        else if (reader.Resolved[DegreeKey]!.GetValue<double>() > 0)
            reader.Reject(DegreeKey, $"has nothing to act on, all agents are alike: give {instead}");
    }

    /// <summary>
    /// The place t_i of each agent in [0, 1], [N]; null where there is one agent and nothing is drawn: it has the common value.
    /// </summary>
    /// <param name="seed">What they are drawn from; null for evenly spaced ones.</param>
    /// <param name="agents">The number of agents N.</param>
    public static double[]? Places(long? seed, int agents)
    {
        if (seed is { } drawn) return [.. Enumerable.Range(0, agents).Select(i => Draw(drawn, i))];
        return agents == 1 ? null : [.. Enumerable.Range(0, agents).Select(i => (double)i / (agents - 1))];
    }

    /// <summary>An agent's value of a parameter.</summary>
    /// <param name="common">p, the value without heterogeneity.</param>
    /// <param name="lambda">The degree of heterogeneity in [0, 1].</param>
    /// <param name="places">t, [N], already on the parameter's scale; null for one agent with the common value.</param>
    /// <param name="agent">i.</param>
    public static double Move(double common, double lambda, double[]? places, int agent)
    {
        // Exactly the common and the own number at the ends: p + lambda (t - p) would round.
        if (places is null || lambda == 0) return common;
        return lambda == 1 ? places[agent] : common + (lambda * (places[agent] - common));
    }

    /// <summary>Which of several kinds each agent is of, [N]: in turns, or drawn by its place, number floor(t_i k) of k.</summary>
    /// <param name="seed">What places are drawn from; null where they are not.</param>
    /// <param name="places">t, [N], as <see cref="Places"/> gave it.</param>
    /// <param name="agents">The number of agents N.</param>
    /// <param name="kinds">k, at least 1.</param>
    public static int[] Kinds(long? seed, double[]? places, int agents, int kinds) => [.. Enumerable.Range(0, agents)
        .Select(i => seed is not null && places is not null ? Math.Min((int)(places[i] * kinds), kinds - 1) : i % kinds)];

    /// <summary>A uniform number on (0, 1) of an agent's own.</summary>
    /// <param name="seed">The seed of all agents.</param>
    /// <param name="agent">i.</param>
    /// <param name="number">Which one, 0 to 15, where an agent needs several.</param>
    public static double Draw(long seed, int agent, int number = 0) =>
        new RandomSequence(new StreamKey(seed, StreamPurpose.Environment, agent, Round: 0, LocalStep: 0), Sequence + number).NextDouble();
}
