using System.Text.Json.Nodes;
using FedPG.Envs;
using FedPG.Experiments.Acting;

namespace FedPG.Experiments.Export;

/// <summary>What a file says of a policy beside its numbers: enough to rebuild it. Stateless.</summary>
internal static class PolicyDescription
{
    /// <summary>The version of the description.</summary>
    private const int Format = 1;

    /// <summary>The description.</summary>
    /// <param name="network">The policy.</param>
    /// <param name="origin">Where it comes from.</param>
    public static JsonObject Of(ActingNetwork network, IReadOnlyDictionary<string, string> origin)
    {
        var description = new JsonObject { ["format"] = Format, ["kind"] = network.Kind };
        foreach ((string key, string value) in origin) description[key] = value;
        description["observation"] = SpaceOf(network.Observations);
        description["action"] = SpaceOf(network.Actions);
        description["head"] = network.Head.ToString().ToLowerInvariant();
        description["stages"] = new JsonArray([.. network.Stages.Select(stage => (JsonNode)NameOf(stage))]);
        if (network.Levels is { } levels) description["levels"] = Numbers(levels);
        return description;
    }

    /// <summary>The word for a stage.</summary>
    /// <param name="stage">The stage.</param>
    public static string NameOf(ActingStage stage) => stage switch
    {
        LinearStage => "linear",
        UnitStage => "unit",
        GruStage => "gru",
        FunctionStage function => function.Name,
        _ => throw new NotSupportedException($"{stage} has no name"),
    };

    /// <summary>A list of numbers; what is infinite is null.</summary>
    /// <param name="numbers">The numbers.</param>
    public static JsonArray Numbers(IEnumerable<double> numbers) =>
        new([.. numbers.Select(x => double.IsFinite(x) ? JsonValue.Create(x) : null)]);

    private static JsonObject SpaceOf(Space space) => space switch
    {
        Discrete discrete => new JsonObject { ["type"] = "discrete", ["count"] = discrete.Count },
        MultiDiscrete several => new JsonObject
        {
            ["type"] = "multi-discrete", ["counts"] = new JsonArray([.. several.Counts.Select(count => (JsonNode)count)]),
        },
        Box box => new JsonObject
        {
            ["type"] = "box", ["shape"] = new JsonArray([.. box.Shape.Select(size => (JsonNode)size)]), ["low"] = Numbers(box.Low),
            ["high"] = Numbers(box.High),
        },
        _ => throw new NotSupportedException($"{space} cannot be described"),
    };
}
