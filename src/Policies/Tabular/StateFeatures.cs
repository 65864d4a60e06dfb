using FedPG.Envs.Tabular;

namespace FedPG.Policies.Tabular;

/// <summary>Vectors that describe states: the observations of networks and the features of log-linear policies.</summary>
internal static class StateFeatures
{
    /// <summary>A 1 for each state, [S, S].</summary>
    public static double[,] OneHot(int states)
    {
        double[,] features = new double[states, states];
        for (int s = 0; s < states; s++) features[s, s] = 1;
        return features;
    }

    /// <summary>(row, column) of each state scaled to [-1, 1], [S, 2]; a state off the map is (0, 0).</summary>
    public static double[,] Coordinates(GridLayout grid)
    {
        ArgumentNullException.ThrowIfNull(grid);
        double[,] features = new double[grid.Cells.Count, 2];
        for (int s = 0; s < grid.Cells.Count; s++)
        {
            (int row, int column) = grid.Cells[s];
            if (row < 0) continue;
            features[s, 0] = Scaled(row, grid.Rows);
            features[s, 1] = Scaled(column, grid.Columns);
        }
        return features;
    }

    /// <summary>A constant 1 and the coordinates, [S, 3].</summary>
    public static double[,] Affine(GridLayout grid)
    {
        double[,] coordinates = Coordinates(grid);
        double[,] features = new double[coordinates.GetLength(0), 3];
        for (int s = 0; s < features.GetLength(0); s++)
            (features[s, 0], features[s, 1], features[s, 2]) = (1, coordinates[s, 0], coordinates[s, 1]);
        return features;
    }

    /// <summary>
    /// A constant 1 and Gaussian bumps exp(-|x - centre|^2 / (2 width^2)) on an even lattice of centres over the map, [S, 1 + rows *
    /// columns].
    /// </summary>
    /// <param name="grid">The map.</param>
    /// <param name="rows">Centres from top to bottom.</param>
    /// <param name="columns">Centres from left to right.</param>
    /// <param name="width">The bumps' width, where the map spans [-1, 1] in both directions.</param>
    public static double[,] Radial(GridLayout grid, int rows, int columns, double width)
    {
        double[,] coordinates = Coordinates(grid);
        double[,] features = new double[coordinates.GetLength(0), 1 + (rows * columns)];
        for (int s = 0; s < features.GetLength(0); s++)
        {
            features[s, 0] = 1;
            for (int k = 0; k < rows * columns; k++)
            {
                double dy = coordinates[s, 0] - Scaled(k / columns, rows), dx = coordinates[s, 1] - Scaled(k % columns, columns);
                features[s, 1 + k] = Math.Exp(-((dy * dy) + (dx * dx)) / (2 * width * width));
            }
        }
        return features;
    }

    private static double Scaled(int position, int size) => size == 1 ? 0 : (2.0 * position / (size - 1)) - 1;
}
