using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core.Options;

namespace FedPG.Envs.ToyText;

/// <summary>What entering a cell of a frozen lake pays, each a finite number.</summary>
/// <param name="Goal">In a goal.</param>
/// <param name="Hole">In a hole.</param>
/// <param name="Other">In another cell.</param>
public readonly record struct FrozenLakeRewards(double Goal, double Hole, double Other) : IOptionValue<FrozenLakeRewards>
{
    /// <inheritdoc/>
    public static JsonObject Form(NumberRange range) => JsonForm.ListOf(JsonForm.Number(NumberRange.Any), 3);

    /// <inheritdoc/>
    public static string Allowed(NumberRange range) => "a list of three finite numbers";

    /// <inheritdoc/>
    public static bool TryParse(JsonElement element, NumberRange range, out FrozenLakeRewards value)
    {
        double[]? items = JsonValues.Numbers(element, NumberRange.Any);
        value = items is [double goal, double hole, double other] ? new FrozenLakeRewards(goal, hole, other) : default;
        return items?.Length == 3;
    }

    /// <inheritdoc/>
    public JsonNode? ToJson() => new JsonArray(Goal, Hole, Other);
}
