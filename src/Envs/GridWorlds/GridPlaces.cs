using FedPG.Core.Options;

namespace FedPG.Envs.GridWorlds;

/// <summary>Options that name cells of a map as [row, column].</summary>
internal static class GridPlaces
{
    /// <summary>The cells of places that must be free.</summary>
    /// <param name="reader">Where errors are noted.</param>
    /// <param name="key">The option that holds the places.</param>
    /// <param name="map">The map.</param>
    /// <param name="places">The places.</param>
    /// <param name="listed">Whether errors name the item of a list.</param>
    /// <param name="obstacle">What is wrong with a cell of the map, null where nothing is; null to refuse walls.</param>
    /// <returns>The cells; null when anything was noted.</returns>
    public static int[]? Cells(
        OptionReader reader, string key, GridMap map, IReadOnlyList<GridCell> places, bool listed, Func<int, string?>? obstacle = null)
    {
        obstacle ??= cell => map[cell] == GridMap.Wall ? "is a wall" : null;
        int[] cells = new int[places.Count];
        int errors = 0;
        for (int k = 0; k < places.Count; k++)
        {
            (int row, int column) = places[k];
            bool inside = row >= 0 && row < map.Rows && column >= 0 && column < map.Columns;
            cells[k] = inside ? (row * map.Columns) + column : -1;
            string? problem = inside ? obstacle(cells[k])
                : $"is outside the map; rows are 0 to {map.Rows - 1}, columns 0 to {map.Columns - 1}";
            string path = listed ? $"{reader.PathOf(key)}[{k}]" : reader.PathOf(key);
            if (problem is not null && errors++ < GridMap.MaxErrors) reader.Errors.Add(path, places[k].ToString(), problem);
        }
        return errors == 0 ? cells : null;
    }
}
