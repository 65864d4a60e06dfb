using System.Text.Json;
using FedPG.Envs.Options;
using FedPG.Envs.Streams;

namespace FedPG.Envs;

/// <summary>
/// Where N agents stand on a scale from 0 to 1 along which they differ: evenly spaced, or drawn from a seed. The degree of heterogeneity lambda moves a
/// parameter from its common value to the agent's own place: p_i = p + lambda (t_i - p).
/// </summary>
internal static class AgentSpread
{
    /// <summary>The option that draws the agents.</summary>
    public const string SeedKey = "agentSeed";

    /// <summary>The number of the random sequence the places are drawn from; tables that draw more from an agent's stream use smaller ones.</summary>
    private const int Sequence = 16;

    private const long LargestSeed = 1L << 53;

    /// <summary>Reads the option <c>agentSeed</c>.</summary>
    /// <param name="reader">The environment's options.</param>
    /// <param name="agents">The number of agents N.</param>
    /// <returns>The place t_i of each agent in [0, 1], [N]; null when there is but one agent and nothing is drawn: it has the common value.</returns>
    public static double[]? Read(OptionReader reader, int agents)
    {
        long? seed = ReadSeed(reader, "Draws each agent's place on the scale of heterogeneity uniformly from this seed, whatever the number of agents; without it the N agents are evenly spaced.");
        if (seed is { } drawn) return [.. Enumerable.Range(0, agents).Select(i => Draw(drawn, i))];
        return agents == 1 ? null : [.. Enumerable.Range(0, agents).Select(i => (double)i / (agents - 1))];
    }

    /// <summary>Reads the option <c>agentSeed</c> alone; null where it is not given.</summary>
    /// <param name="reader">The environment's options.</param>
    /// <param name="meaning">What is drawn by it.</param>
    public static long? ReadSeed(OptionReader reader, string meaning) =>
        (long?)reader.Parsed<object>(SeedKey, null, $"a whole number from 0 to {LargestSeed}", meaning,
            e => e.ValueKind == JsonValueKind.Number && e.TryGetInt64(out long value) && value is >= 0 and <= LargestSeed ? value : null);

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

    /// <summary>A uniform number on (0, 1) of an agent's own.</summary>
    /// <param name="seed">The seed of all agents.</param>
    /// <param name="agent">i.</param>
    /// <param name="number">Which one, 0 to 15, where an agent needs several.</param>
    public static double Draw(long seed, int agent, int number = 0) =>
        new RandomSequence(new StreamKey(seed, StreamPurpose.Environment, agent, Round: 0, LocalStep: 0), Sequence + number).NextDouble();
}
