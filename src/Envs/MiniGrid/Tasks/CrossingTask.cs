using FedPG.Envs.MiniGrid.Worlds;

namespace FedPG.Envs.MiniGrid.Tasks;

/// <summary>
/// Rivers of lava, or walls, from side to side on every second row or column; each has one opening, on one way from the upper left to the
/// lower right.
/// </summary>
internal sealed class CrossingTask : MiniGridTask
{
    private readonly byte _obstacle;
    private readonly int _crossings, _slots;
    private readonly int[] _rivers;
    private readonly bool[] _across;
    private readonly int[] _columns, _rows;

    /// <summary>Creates the task.</summary>
    /// <param name="size">The cells of a side, an odd number.</param>
    /// <param name="crossings">The number of rivers.</param>
    /// <param name="obstacle">Lava or walls.</param>
    public CrossingTask(int size, int crossings, byte obstacle)
        : base(size, size, 4 * size * size)
    {
        (_crossings, _slots, _obstacle) = (crossings, (size - 3) / 2, obstacle);
        _rivers = new int[2 * _slots];
        _across = new bool[crossings];
        (_columns, _rows) = (new int[crossings + 2], new int[crossings + 2]);
        Missions =
        [
            obstacle == Cell.Lava ? "avoid the lava and get to the green goal square" : "find the opening and get to the green goal square",
        ];
    }

    public override IReadOnlyList<string> Missions { get; }

    public override void Draw(World world)
    {
        CellMap map = world.Map;
        map.ClearRoom();
        map[Width - 2, Height - 2] = Cell.Goal;
        world.PutAgentInCorner();
        (int columns, int rows) = DrawRivers(world);
        for (int k = 1; k <= rows; k++) map.Row(1, _rows[k], Width - 2, _obstacle);
        for (int k = 1; k <= columns; k++) map.Column(_columns[k], 1, Height - 2, _obstacle);
        // The way crosses columns and rows in a random order.
        for (int k = 0; k < _crossings; k++) _across[k] = k < columns;
        for (int k = _crossings - 1; k > 0; k--)
        {
            int other = world.Below(k + 1);
            (_across[k], _across[other]) = (_across[other], _across[k]);
        }
        (int room, int floor) = (0, 0);
        foreach (bool across in _across)
        {
            if (across)
            {
                map[_columns[room + 1], world.Between(_rows[floor] + 1, _rows[floor + 1])] = Cell.Empty;
                room++;
            }
            else
            {
                map[world.Between(_columns[room] + 1, _columns[room + 1]), _rows[floor + 1]] = Cell.Empty;
                floor++;
            }
        }
    }

    /// <summary>
    /// Draws where rivers are; <see cref="_columns"/> and <see cref="_rows"/> then hold them in order, between the walls.
    /// </summary>
    private (int Columns, int Rows) DrawRivers(World world)
    {
        for (int k = 0; k < _rivers.Length; k++) _rivers[k] = k;
        (int columns, int rows) = (0, 0);
        for (int k = 0; k < _crossings; k++)
        {
            int other = world.Between(k, _rivers.Length);
            (_rivers[k], _rivers[other]) = (_rivers[other], _rivers[k]);
            int place = 2 + (2 * (_rivers[k] % _slots));
            if (_rivers[k] < _slots) _columns[++columns] = place;
            else _rows[++rows] = place;
        }
        _columns.AsSpan(1, columns).Sort();
        _rows.AsSpan(1, rows).Sort();
        (_columns[0], _columns[columns + 1]) = (0, Height - 1);
        (_rows[0], _rows[rows + 1]) = (0, Width - 1);
        return (columns, rows);
    }
}
