namespace FedPG.Envs.GridWorlds;

/// <summary>Cells of a map as numbers in [-1, 1] by the size of the map: -1 is the first row or column, 1 the last.</summary>
/// <param name="Rows">The rows of the map, at least 1.</param>
/// <param name="Columns">The columns of the map, at least 1.</param>
internal readonly record struct MapPlaces(int Rows, int Columns)
{
    /// <summary>Row and column, scaled; a row or column that is the only one is 0, and so is a place off the map, (-1, -1).</summary>
    /// <param name="place">Row and column, each from 0.</param>
    public double[] Scaled((int Row, int Column) place) =>
        place.Row < 0 ? [0, 0] : [Scaled(place.Row, Rows), Scaled(place.Column, Columns)];

    private static double Scaled(int index, int count) => count == 1 ? 0 : (2.0 * index / (count - 1)) - 1;
}
