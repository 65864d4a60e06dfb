namespace FedPG.Envs;

/// <summary>Where the states of a gridworld lie: what coordinate features and pictures need.</summary>
/// <param name="Rows">The height of the map in cells.</param>
/// <param name="Columns">The width of the map in cells.</param>
/// <param name="Cells">The (row, column) of each state, row 0 on top; (-1, -1) for a state off the map.</param>
/// <param name="Map">The map as text, one string a row.</param>
public sealed record GridLayout(int Rows, int Columns, IReadOnlyList<(int Row, int Column)> Cells, IReadOnlyList<string> Map);
