using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core.Options;

namespace FedPG.Envs.GridWorlds;

/// <summary>
/// The winds of the agents of <c>WindyCliff-v0</c>: drawn, evenly spaced, one for all, or a list. A number, a list in brackets and an array
/// make one. Immutable.
/// </summary>
[CollectionBuilder(typeof(AgentWinds), nameof(List))]
public sealed class AgentWinds : IOptionValue<AgentWinds>
{
    private const string UniformWord = "uniform", EvenWord = "even";
    private readonly string? _word;
    private readonly double[] _winds;
    private readonly bool _isList;

    private AgentWinds(string? word, double[] winds, bool isList = false) => (_word, _winds, _isList) = (word, winds, isList);

    /// <summary>Drawn on (0, 1) by <c>agentSeed</c>.</summary>
    public static AgentWinds Uniform { get; } = new(UniformWord, []);

    /// <summary>Evenly spaced from 0 to 1.</summary>
    public static AgentWinds Even { get; } = new(EvenWord, []);

    /// <summary>Whether each agent's wind is drawn.</summary>
    internal bool IsDrawn => _word == UniformWord;

    /// <summary>Whether the agents have winds of their own.</summary>
    internal bool IsOwn => _word is not null || _isList;

    /// <summary>One wind for all agents.</summary>
    /// <param name="wind">In [0, 1].</param>
    public static implicit operator AgentWinds(double wind) => new(null, [wind]);

    /// <summary>Winds of the agents' own, at most one an agent, cyclically where there are fewer.</summary>
    /// <param name="winds">At least one, each in [0, 1].</param>
    public static implicit operator AgentWinds(double[] winds) => new(null, winds, isList: true);

    /// <summary>The same, for lists in brackets.</summary>
    /// <param name="winds">At least one, each in [0, 1].</param>
    public static AgentWinds List(ReadOnlySpan<double> winds) => new(null, winds.ToArray(), isList: true);

    /// <inheritdoc/>
    public static JsonObject Form(NumberRange range) =>
        JsonForm.OneOf(JsonForm.Words(UniformWord, EvenWord), JsonForm.Number(range), JsonForm.ListOf(JsonForm.Number(range)));

    /// <inheritdoc/>
    public static string Allowed(NumberRange range) => $"\"{UniformWord}\", \"{EvenWord}\", {range}, or a list of such numbers";

    /// <inheritdoc/>
    public static bool TryParse(JsonElement element, NumberRange range, out AgentWinds value)
    {
        AgentWinds? read = element.ValueKind switch
        {
            JsonValueKind.String => JsonValues.Word(element, UniformWord, EvenWord) switch
            {
                UniformWord => Uniform,
                EvenWord => Even,
                _ => null,
            },
            JsonValueKind.Number => element.TryGetDouble(out double one) && range.Contains(one) ? (AgentWinds)one : null,
            _ => JsonValues.Numbers(element, range) is { Length: > 0 } items ? (AgentWinds)items : null,
        };
        value = read!;
        return read is not null;
    }

    /// <inheritdoc/>
    public JsonNode? ToJson() => _word ?? (_isList ? new JsonArray([.. _winds.Select(w => (JsonNode)w)]) : (JsonNode)_winds[0]);

    /// <summary>The winds that were given: the one or the list; none where they follow a rule.</summary>
    public IEnumerator<double> GetEnumerator() => ((IEnumerable<double>)_winds).GetEnumerator();

    /// <summary>Refuses a list that gives more than one wind an agent.</summary>
    internal void RequireFit(OptionReader reader, string key, int agents)
    {
        if (_isList) PerAgentNumbers.RequireFit(reader, key, _winds.Length, agents);
    }

    /// <summary>The agents' winds, [N].</summary>
    /// <param name="agents">The number of agents N.</param>
    /// <param name="draw">A uniform number on (0, 1) of each agent's own.</param>
    internal double[] At(int agents, Func<int, double> draw) => [.. Enumerable.Range(0, agents).Select(i => _word switch
    {
        null => _winds[i % _winds.Length],
        EvenWord => agents == 1 ? 0.5 : (double)i / (agents - 1),
        _ => draw(i),
    })];
}
