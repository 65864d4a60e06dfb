namespace FedPG.Envs.GridWorlds;

/// <summary>Walks on a map: how many steps it takes from somewhere to everywhere.</summary>
internal static class GridPaths
{
    /// <summary>The number that stands for "cannot be reached".</summary>
    public const int Unreachable = int.MaxValue;

    private static readonly (int Row, int Column)[] Steps = [(-1, 0), (0, 1), (1, 0), (0, -1)];

    /// <summary>The fewest steps to each cell from the nearest of some cells.</summary>
    /// <param name="map">The map.</param>
    /// <param name="sources">Where walks begin.</param>
    /// <param name="leavable">Whether a walk may go on from a cell; a cell where it may not is still reached.</param>
    public static int[] Distances(GridMap map, IEnumerable<int> sources, Func<int, bool> leavable)
    {
        int[] distances = new int[map.CellCount];
        Array.Fill(distances, Unreachable);
        var queue = new Queue<int>();
        foreach (int source in sources)
        {
            distances[source] = 0;
            queue.Enqueue(source);
        }
        while (queue.TryDequeue(out int cell))
        {
            if (!leavable(cell)) continue;
            foreach ((int row, int column) in Steps)
            {
                int next = map.Neighbour(cell, row, column);
                if (distances[next] != Unreachable) continue;
                distances[next] = distances[cell] + 1;
                queue.Enqueue(next);
            }
        }
        return distances;
    }
}
