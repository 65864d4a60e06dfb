namespace FedPG.Envs.MiniGrid.Worlds;

/// <summary>What the agent's move came to, before the task has its say.</summary>
internal enum MoveEnd
{
    /// <summary>Nothing ends.</summary>
    None,

    /// <summary>The agent walked onto a goal.</summary>
    Goal,

    /// <summary>The agent walked into lava.</summary>
    Lava,
}

/// <summary>The seven actions.</summary>
internal static class Moves
{
    public const int Left = 0, Right = 1, Forward = 2, Pickup = 3, Drop = 4, Toggle = 5, Done = 6, Count = 7;

    public static readonly string[] Names = ["left", "right", "forward", "pickup", "drop", "toggle", "done"];

    /// <summary>Takes an action.</summary>
    public static MoveEnd Take(World world, int action)
    {
        (int x, int y) = world.Front;
        byte front = world.Map[x, y];
        switch (action)
        {
            case Left:
                world.Direction = (world.Direction + 3) & 3;
                break;
            case Right:
                world.Direction = (world.Direction + 1) & 3;
                break;
            case Forward when Cell.IsWalkable(front):
                (world.X, world.Y) = (x, y);
                return front == Cell.Goal ? MoveEnd.Goal : front == Cell.Lava ? MoveEnd.Lava : MoveEnd.None;
            case Pickup when world.Carried == 0 && Cell.IsPortable(front):
                world.Carried = front;
                world.Map[x, y] = Cell.Empty;
                break;
            case Drop when world.Carried != 0 && front == Cell.Empty:
                world.Map[x, y] = world.Carried;
                world.Carried = 0;
                break;
            case Toggle:
                world.Map[x, y] = Toggled(front, world.Carried);
                break;
        }
        return MoveEnd.None;
    }

    /// <summary>
    /// Doors open and close, a locked one opens for who carries the key of its colour, and a box is gone; all else stays.
    /// </summary>
    private static byte Toggled(byte cell, byte carried)
    {
        int colour = Cell.ColourOf(cell);
        return Cell.KindOf(cell) switch
        {
            Cell.OpenDoor => Cell.Of(Cell.ClosedDoor, colour),
            Cell.ClosedDoor => Cell.Of(Cell.OpenDoor, colour),
            Cell.LockedDoor when carried == Cell.Of(Cell.Key, colour) => Cell.Of(Cell.OpenDoor, colour),
            Cell.Box => Cell.Empty,
            _ => cell,
        };
    }
}
