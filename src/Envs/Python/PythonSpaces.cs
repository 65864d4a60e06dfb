using System.Text.Json;

namespace FedPG.Envs.Python;

/// <summary>
/// Spaces as the Python side describes them. Dict and Tuple are flattened in Gymnasium's order, as gymnasium.spaces.flatten does:
/// observations to one box, in which whole numbers are one-hot; actions to one box, or to whole numbers. Stateless.
/// </summary>
internal static class PythonSpaces
{
    /// <summary>The space of observations.</summary>
    /// <exception cref="NotSupportedException">It cannot be used; the message says why.</exception>
    public static Space Observations(JsonElement space)
    {
        switch (Kind(space))
        {
            case "Discrete": return new Discrete(Count(space));
            case "MultiDiscrete": return new MultiDiscrete(Counts(space));
            case "Box": return BoxOf(space);
            default:
                var (low, high) = (new List<double>(), new List<double>());
                Flatten(space, low, high);
                return new Box([.. low], [.. high]);
        }
    }

    /// <summary>The space of actions.</summary>
    /// <exception cref="NotSupportedException">It cannot be used; the message says why.</exception>
    public static Space Actions(JsonElement space)
    {
        JsonElement[] leaves = [.. Leaves(space)];
        if (leaves is [var one])
        {
            if (Kind(one) == "Discrete") return new Discrete(Count(one));
            if (Kind(one) == "Box") return BoxOf(one);
        }
        if (leaves.All(leaf => Kind(leaf) == "Box"))
            return new Box([.. leaves.SelectMany(leaf => BoxOf(leaf).Low)], [.. leaves.SelectMany(leaf => BoxOf(leaf).High)]);
        if (leaves.All(leaf => Kind(leaf) != "Box")) return new MultiDiscrete([.. leaves.SelectMany(Counts)]);
        throw new NotSupportedException("its actions mix real and whole numbers, and a policy draws either; a wrapper may split them");
    }

    /// <summary>Whether actions are whole numbers.</summary>
    public static bool IsWhole(Space actions) => actions is not Box;

    private static string Kind(JsonElement space) => space.GetProperty("kind").GetString()!;

    private static int Count(JsonElement space) => space.GetProperty("n").GetInt32();

    private static int[] Counts(JsonElement space) => Kind(space) switch
    {
        "Discrete" => [Count(space)],
        "MultiBinary" => [.. Enumerable.Repeat(2, Count(space))],
        _ => [.. space.GetProperty("n").EnumerateArray().Select(n => n.GetInt32())],
    };

    private static IEnumerable<JsonElement> Parts(JsonElement space) =>
        space.GetProperty("parts").EnumerateArray().Select(part => part.GetProperty("space"));

    private static IEnumerable<JsonElement> Leaves(JsonElement space) =>
        Kind(space) is "Dict" or "Tuple" ? Parts(space).SelectMany(Leaves) : [space];

    private static void Flatten(JsonElement space, List<double> low, List<double> high)
    {
        foreach (JsonElement leaf in Leaves(space))
        {
            if (Kind(leaf) == "Box")
            {
                Box box = BoxOf(leaf);
                low.AddRange(box.Low);
                high.AddRange(box.High);
                continue;
            }
            // One-hot, except for numbers that are 0 or 1 already.
            int size = Kind(leaf) == "MultiBinary" ? Count(leaf) : Counts(leaf).Sum();
            low.AddRange(Enumerable.Repeat(0.0, size));
            high.AddRange(Enumerable.Repeat(1.0, size));
        }
    }

    private static Box BoxOf(JsonElement space)
    {
        int[] shape = [.. space.GetProperty("shape").EnumerateArray().Select(n => n.GetInt32())];
        int size = shape.Aggregate(1, (product, n) => checked(product * n));
        if (size == 0) throw new NotSupportedException("it has a Box without numbers");
        double[] low = Bounds(space.GetProperty("low"), size, double.NegativeInfinity),
            high = Bounds(space.GetProperty("high"), size, double.PositiveInfinity);
        return shape.Length == 0 ? new Box(low, high) : new Box(low, high, shape);
    }

    private static double[] Bounds(JsonElement bounds, int size, double infinite)
    {
        double One(JsonElement bound) => bound.ValueKind == JsonValueKind.Null ? infinite : bound.GetDouble();
        return bounds.ValueKind == JsonValueKind.Array
            ? [.. bounds.EnumerateArray().Select(One)]
            : [.. Enumerable.Repeat(One(bounds), size)];
    }
}
