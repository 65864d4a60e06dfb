using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Tests.Build;

namespace FedPG.Tests.Envs.MiniGrid;

/// <summary>
/// What the original did: numbers recorded from Farama-Foundation/Minigrid 3.1.0 (commit 90928729), its Python objects stepped with NumPy
/// 1.24. traces.json has states, actions, and after each action the image, direction, place, what is carried, ends and reward; a cell is a
/// letter of a palette of triples. layouts.json has how often, in 2,000 resets, each cell was a wall, a thing, and the agent's.
/// </summary>
internal static class Originals
{
    public static TracesFile Traces { get; } = Read<TracesFile>("traces.json");

    public static IReadOnlyList<Layouts> Layouts { get; } = Read<Layouts[]>("layouts.json");

    private static T Read<T>(string name) => JsonSerializer.Deserialize<T>(
        File.ReadAllText(Path.Combine(Repository.Root, "tests", "FedPG.Tests", "Envs", "MiniGrid", name)),
        JsonSerializerOptions.Web)!;
}

/// <summary>The traces.</summary>
internal sealed record TracesFile(string Letters, int[][] Palette, Trace[] Cases)
{
    public int[] Cell(char letter) => Palette[Letters.IndexOf(letter, StringComparison.Ordinal)];

    /// <summary>The state that a trace begins in, as <c>env trace --state</c> takes it.</summary>
    public JsonObject State(Trace trace)
    {
        var grid = new JsonArray();
        for (int x = 0; x < trace.Size[0]; x++)
        {
            var column = new JsonArray();
            for (int y = 0; y < trace.Size[1]; y++) column.Add(Json(trace.Grid[(x * trace.Size[1]) + y]));
            grid.Add(column);
        }
        return new JsonObject
        {
            ["grid"] = grid,
            ["agent"] = new JsonArray(trace.Agent[0], trace.Agent[1]),
            ["direction"] = trace.Direction,
            ["carrying"] = trace.Carrying == "-" ? null : Json(trace.Carrying[0]),
            ["steps"] = trace.Steps,
            ["mission"] = trace.Mission,
        };

        JsonArray Json(char letter) => [.. Cell(letter).Select(number => (JsonNode)number)];
    }

    /// <summary>An image in the letters of the file.</summary>
    public string Image(ReadOnlySpan<double> observation)
    {
        char[] letters = new char[49];
        for (int k = 0; k < letters.Length; k++)
        {
            (int thing, int colour, int state) = ((int)observation[3 * k], (int)observation[(3 * k) + 1], (int)observation[(3 * k) + 2]);
            int index = Array.FindIndex(Palette, cell => cell[0] == thing && cell[1] == colour && cell[2] == state);
            letters[k] = index < 0 ? '?' : Letters[index];
        }
        return new string(letters);
    }
}

/// <summary>A state, actions, and what came of each.</summary>
internal sealed record Trace(
    string Id, int[] Size, string Grid, int[] Agent, int Direction, string Carrying, int Steps, string Mission, string Actions,
    string[] Rows);

/// <summary>How often a cell was what, in a number of resets.</summary>
internal sealed record Layouts(
    string Id, int Resets, int[] Size, int MaxSteps, bool ThroughWalls, int[] Wall, int[] Thing, int[] Agent, int[] Directions,
    Dictionary<string, int>? Missions);
