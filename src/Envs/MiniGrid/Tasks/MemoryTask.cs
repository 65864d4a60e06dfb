using FedPG.Envs.MiniGrid.Worlds;

namespace FedPG.Envs.MiniGrid.Tasks;

/// <summary>
/// A thing is seen at the start, and the same thing has to be gone to at the end of a hallway; the other thing there ends the episode too.
/// </summary>
/// <param name="size">The cells of a side, an odd number.</param>
/// <param name="randomLength">Whether the hallway's length is drawn.</param>
internal sealed class MemoryTask(int size, bool randomLength) : MiniGridTask(size, size, 5 * size * size)
{
    private const byte Key = Cell.Key | (Cell.Green << 4), Ball = Cell.Ball | (Cell.Green << 4);

    /// <summary>The place that ends the episode without a reward.</summary>
    private (int X, int Y) _wrong;

    public override IReadOnlyList<string> Missions { get; } = ["go to the matching object at the end of the hallway"];

    private int Middle => Height / 2;

    public override void Draw(World world)
    {
        CellMap map = world.Map;
        map.ClearRoom();
        int end = randomLength ? world.Between(4, Width - 2) : Width - 3;
        map.Row(1, Middle - 2, 4);
        map.Row(1, Middle + 2, 4);
        // The hallway's walls begin where the start room ends.
        map.Row(4, Middle - 1, Math.Max(1, end - 4));
        map.Row(4, Middle + 1, Math.Max(1, end - 4));
        for (int y = 0; y < Height; y++)
        {
            if (y != Middle) map[end, y] = Cell.Wall;
            map[end + 2, y] = Cell.Wall;
        }
        (world.X, world.Y, world.Direction) = (world.Between(1, end + 1), Middle, 0);
        map[1, Middle - 1] = world.Below(2) == 0 ? Key : Ball;
        bool keyAbove = world.Below(2) == 0;
        map[end + 1, Middle - 2] = keyAbove ? Key : Ball;
        map[end + 1, Middle + 2] = keyAbove ? Ball : Key;
        Recall(world);
    }

    public override void Recall(World world)
    {
        CellMap map = world.Map;
        (world.Target, _wrong) = ((-1, -1), (-1, -1));
        for (int x = 2; x < Width; x++)
        {
            byte above = map[x, Middle - 2], below = map[x, Middle + 2];
            if (!IsThing(above) || !IsThing(below)) continue;
            bool up = Cell.KindOf(above) == Cell.KindOf(map[1, Middle - 1]);
            (world.Target, _wrong) = ((x, Middle + (up ? -1 : 1)), (x, Middle + (up ? 1 : -1)));
        }
    }

    public override TaskResult Take(World world, int action)
    {
        // Nothing is picked up here.
        TaskResult result = Plain(world, action == Moves.Pickup ? Moves.Toggle : action);
        if ((world.X, world.Y) == world.Target) return new TaskResult(Success(world), true);
        return (world.X, world.Y) == _wrong ? new TaskResult(0, true) : result;
    }

    private static bool IsThing(byte cell) => Cell.KindOf(cell) is Cell.Key or Cell.Ball;
}
