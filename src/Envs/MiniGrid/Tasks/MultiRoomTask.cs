using FedPG.Envs.MiniGrid.Worlds;

namespace FedPG.Envs.MiniGrid.Tasks;

/// <summary>A chain of rooms with closed doors between them; the agent in the first, the goal in the last.</summary>
internal sealed class MultiRoomTask : MiniGridTask
{
    private const int Side = 25, SmallestRoom = 4, StepsPerRoom = 20, Tries = 8;

    private readonly int _count, _largest;
    private readonly Room[] _rooms, _chain;
    private int _length;

    /// <summary>Creates the task.</summary>
    /// <param name="rooms">The number of rooms.</param>
    /// <param name="largest">The cells of the largest room's side, walls included.</param>
    public MultiRoomTask(int rooms, int largest)
        : base(Side, Side, StepsPerRoom * rooms) =>
        (_count, _largest, _rooms, _chain) = (rooms, largest, new Room[rooms], new Room[rooms]);

    public override IReadOnlyList<string> Missions { get; } = ["traverse the rooms to get to the goal"];

    public override void Draw(World world)
    {
        int placed = 0;
        while (placed < _count)
        {
            _length = 0;
            Place(world, _count, 2, world.Below(Width - 2), world.Below(Width - 2));
            if (_length <= placed) continue;
            placed = _length;
            _chain.AsSpan(0, placed).CopyTo(_rooms);
        }
        CellMap map = world.Map;
        map.Clear();
        int colour = -1;
        for (int k = 0; k < _count; k++)
        {
            Room room = _rooms[k];
            map.Frame(room.X, room.Y, room.Width, room.Height);
            if (k == 0) continue;
            // Any colour but that of the door before.
            int drawn = world.Below(colour < 0 ? Cell.Colours : Cell.Colours - 1);
            colour = colour >= 0 && drawn >= colour ? drawn + 1 : drawn;
            map[room.DoorX, room.DoorY] = Cell.Of(Cell.ClosedDoor, colour);
        }
        world.PutAgent(_rooms[0].X, _rooms[0].Y, _rooms[0].Width, _rooms[0].Height);
        Room last = _rooms[_count - 1];
        world.Put(Cell.Goal, world.Free(last.X, last.Y, last.Width, last.Height));
    }

    /// <summary>
    /// Places a room that is entered by a door in one of its walls (right, down, left, up), and then the others behind it, as far as they
    /// find room in a few tries.
    /// </summary>
    /// <returns>Whether the room itself found room.</returns>
    private bool Place(World world, int left, int wall, int doorX, int doorY)
    {
        int width = world.Between(SmallestRoom, _largest + 1), height = world.Between(SmallestRoom, _largest + 1);
        (int x, int y) = (doorX, doorY);
        if (_length > 0)
        {
            // Right, down, left, up: the entry lies in that wall, not in a corner.
            if (wall is 0 or 2)
            {
                x = wall == 0 ? doorX - width + 1 : doorX;
                y = world.Between(doorY - height + 2, doorY);
            }
            else
            {
                x = world.Between(doorX - width + 2, doorX);
                y = wall == 1 ? doorY - height + 1 : doorY;
            }
        }
        if (x < 0 || y < 0 || x + width > Width || y + height >= Height) return false;
        for (int k = 0; k < _length - 1; k++)
        {
            Room other = _chain[k];
            bool apart = x + width < other.X || other.X + other.Width <= x || y + height < other.Y || other.Y + other.Height <= y;
            if (!apart) return false;
        }
        _chain[_length++] = new Room(x, y, width, height, doorX, doorY);
        if (left == 1) return true;
        for (int k = 0; k < Tries; k++)
        {
            int exit = world.Below(3);
            if (exit >= wall) exit++;
            (int exitX, int exitY) = exit switch
            {
                0 => (x + width - 1, y + world.Between(1, height - 1)),
                1 => (x + world.Between(1, width - 1), y + height - 1),
                2 => (x, y + world.Between(1, height - 1)),
                _ => (x + world.Between(1, width - 1), y),
            };
            if (Place(world, left - 1, (exit + 2) % 4, exitX, exitY)) break;
        }
        return true;
    }

    private readonly record struct Room(int X, int Y, int Width, int Height, int DoorX, int DoorY);
}
