using System.Text.Json;
using FedPG.Core.Options;

namespace FedPG.Envs.GridWorlds;

/// <summary>Options that name cells of a map as [row, column].</summary>
internal static class GridPlaces
{
    private const int MaxErrors = 10;

    /// <summary>The word, where the value is that word; else null.</summary>
    public static string? ParseWord(JsonElement element, string word) => element.ValueKind == JsonValueKind.String && element.GetString() == word ? word : null;

    /// <summary>One [row, column]; null for anything else.</summary>
    public static int[]? ParseOne(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() != 2) return null;
        int[] place = new int[2];
        for (int k = 0; k < 2; k++)
        {
            if (element[k].ValueKind != JsonValueKind.Number || !element[k].TryGetInt32(out place[k])) return null;
        }
        return place;
    }

    /// <summary>A list of at least one [row, column]; null for anything else.</summary>
    public static int[][]? ParseList(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() == 0) return null;
        int[][] places = [.. element.EnumerateArray().Select(ParseOne).OfType<int[]>()];
        return places.Length == element.GetArrayLength() ? places : null;
    }

    /// <summary>The cells of places that must be free.</summary>
    /// <param name="reader">Where faults are noted.</param>
    /// <param name="key">The option that holds the places.</param>
    /// <param name="map">The map.</param>
    /// <param name="places">Pairs of row and column.</param>
    /// <param name="listed">Whether faults name the item of a list.</param>
    /// <returns>The cells; null when anything was noted.</returns>
    public static int[]? Cells(OptionReader reader, string key, GridMap map, int[][] places, bool listed = true)
    {
        int[] cells = new int[places.Length];
        int errors = 0;
        for (int k = 0; k < places.Length; k++)
        {
            (int row, int column) = (places[k][0], places[k][1]);
            bool inside = row >= 0 && row < map.Rows && column >= 0 && column < map.Columns;
            cells[k] = inside ? (row * map.Columns) + column : -1;
            string? problem = !inside ? $"is outside the map; rows are 0 to {map.Rows - 1}, columns 0 to {map.Columns - 1}"
                : map[cells[k]] == GridMap.Wall ? "is a wall"
                : null;
            string path = listed && places.Length > 1 ? $"{reader.PathOf(key)}[{k}]" : reader.PathOf(key);
            if (problem is not null && errors++ < MaxErrors) reader.Errors.Add(path, $"[{row}, {column}]", problem);
        }
        return errors == 0 ? cells : null;
    }
}
