namespace FedPG.Envs.MiniGrid.Worlds;

/// <summary>
/// A map of cells, [x][y], within a margin of walls that is as wide as an agent sees, so that nobody who looks has to ask where the map
/// ends.
/// </summary>
internal sealed class CellMap
{
    /// <summary>The width of the margin.</summary>
    public const int Margin = View.Side - 1;

    private readonly byte[] _cells;

    public CellMap(int width, int height)
    {
        (Width, Height, Stride) = (width, height, height + (2 * Margin));
        _cells = new byte[(width + (2 * Margin)) * Stride];
        Array.Fill(_cells, Cell.Wall);
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>How far neighbours in x lie apart; those in y lie one apart.</summary>
    public int Stride { get; }

    /// <summary>The cells with their margin.</summary>
    public ReadOnlySpan<byte> Cells => _cells;

    public byte this[int x, int y]
    {
        get => _cells[Place(x, y)];
        set => _cells[Place(x, y)] = value;
    }

    /// <summary>The index of a cell in <see cref="Cells"/>.</summary>
    public int Place(int x, int y) => ((x + Margin) * Stride) + y + Margin;

    public bool Contains(int x, int y) => (uint)x < (uint)Width && (uint)y < (uint)Height;

    public bool IsEmpty(int x, int y) => this[x, y] == Cell.Empty;

    /// <summary>Makes every cell empty.</summary>
    public void Clear()
    {
        for (int x = 0; x < Width; x++) _cells.AsSpan(Place(x, 0), Height).Fill(Cell.Empty);
    }

    /// <summary>Makes every cell empty but the border, which is walls.</summary>
    public void ClearRoom()
    {
        Clear();
        Frame(0, 0, Width, Height);
    }

    /// <summary>Walls around a rectangle.</summary>
    public void Frame(int x, int y, int width, int height)
    {
        Row(x, y, width);
        Row(x, y + height - 1, width);
        Column(x, y, height);
        Column(x + width - 1, y, height);
    }

    /// <summary>Cells from (x, y) to the right.</summary>
    public void Row(int x, int y, int length, byte cell = Cell.Wall)
    {
        for (int k = 0; k < length; k++) this[x + k, y] = cell;
    }

    /// <summary>Cells from (x, y) downwards.</summary>
    public void Column(int x, int y, int length, byte cell = Cell.Wall) => _cells.AsSpan(Place(x, y), length).Fill(cell);

    /// <summary>The place of the first cell for which something holds, column by column; (-1, -1) where there is none.</summary>
    public (int X, int Y) Find(Func<byte, bool> holds)
    {
        for (int x = 0; x < Width; x++)
        {
            for (int y = 0; y < Height; y++)
            {
                if (holds(this[x, y])) return (x, y);
            }
        }
        return (-1, -1);
    }
}
