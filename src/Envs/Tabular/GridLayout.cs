namespace FedPG.Envs.Tabular;

/// <summary>Where the states of a gridworld lie: what coordinate features and pictures need.</summary>
/// <param name="Rows">The height of the map in cells.</param>
/// <param name="Columns">The width of the map in cells.</param>
/// <param name="Cells">The (row, column) of each state, row 0 on top; (-1, -1) for a state off the map.</param>
/// <param name="Map">The map as text, one string a row: '#' wall, 'S' start, 'G' goal, '0' to '9' goal of that agent, 'H' hole, 'L' lava,
/// 'C' cliff, 'T' treasure; anything else is floor.</param>
/// <param name="Moves">The step (rows, columns) that each action means, for arrows; null where it depends on the cell.</param>
public sealed record GridLayout(
    int Rows, int Columns, IReadOnlyList<(int Row, int Column)> Cells, IReadOnlyList<string> Map,
    IReadOnlyList<(int Row, int Column)>? Moves = null);
