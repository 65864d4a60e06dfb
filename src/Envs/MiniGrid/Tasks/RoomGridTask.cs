using FedPG.Envs.MiniGrid.Worlds;

namespace FedPG.Envs.MiniGrid.Tasks;

/// <summary>Rooms of one size in rows and columns, neighbours sharing a wall, with a place for a door in each of these walls.</summary>
internal abstract class RoomGridTask : MiniGridTask
{
    /// <summary>The sides of a room: right, down, left, up.</summary>
    protected const int RightSide = 0, DownSide = 1, LeftSide = 2, UpSide = 3, Sides = 4;

    private readonly int _size;
    private readonly Room[] _rooms;
    private readonly bool[] _reached;
    private readonly int[] _stack;

    /// <summary>Creates the task.</summary>
    /// <param name="roomSize">The cells of a room's side, walls included.</param>
    /// <param name="rows">The rows of rooms.</param>
    /// <param name="columns">The columns of rooms.</param>
    /// <param name="maxSteps">The steps after which an episode is cut off.</param>
    protected RoomGridTask(int roomSize, int rows, int columns, int maxSteps)
        : base(((roomSize - 1) * columns) + 1, ((roomSize - 1) * rows) + 1, maxSteps)
    {
        (_size, Rows, Columns) = (roomSize, rows, columns);
        _rooms = new Room[rows * columns];
        (_reached, _stack) = (new bool[_rooms.Length], new int[_rooms.Length * Sides]);
        for (int k = 0; k < _rooms.Length; k++) _rooms[k] = new Room();
    }

    protected int Rows { get; }

    protected int Columns { get; }

    /// <summary>Draws the rooms without doors; until it is put somewhere, the agent counts as in the middle.</summary>
    protected void DrawRooms(World world)
    {
        world.Map.Clear();
        for (int row = 0; row < Rows; row++)
        {
            for (int column = 0; column < Columns; column++) world.Map.Frame(Edge(column), Edge(row), _size, _size);
        }
        for (int row = 0; row < Rows; row++)
        {
            for (int column = 0; column < Columns; column++) DrawDoorPlaces(world, column, row);
        }
        (world.X, world.Y) = (Edge(Columns / 2) + (_size / 2), Edge(Rows / 2) + (_size / 2));
    }

    /// <summary>Puts a door where the wall has a place for it.</summary>
    protected (int X, int Y) AddDoor(World world, int column, int row, int side, int colour, bool locked)
    {
        Room room = At(column, row);
        room.Locked = locked;
        (room.Open[side], Beyond(column, row, side)!.Open[(side + 2) % Sides]) = (true, true);
        return world.Put(Cell.Of(locked ? Cell.LockedDoor : Cell.ClosedDoor, colour), room.Doors[side]);
    }

    /// <summary>Takes the wall to the room above away.</summary>
    protected void RemoveUpperWall(World world, int column, int row)
    {
        world.Map.Row(Edge(column) + 1, Edge(row), _size - 2, Cell.Empty);
        (At(column, row).Open[UpSide], At(column, row - 1).Open[DownSide]) = (true, true);
    }

    /// <summary>Puts a thing into a room, not right beside the agent.</summary>
    protected void AddThing(World world, int column, int row, byte thing)
    {
        (int X, int Y) place;
        do place = world.Free(Edge(column), Edge(row), _size, _size);
        while (Math.Abs(world.X - place.X) + Math.Abs(world.Y - place.Y) < 2);
        world.Put(thing, place);
    }

    /// <summary>Puts the agent into a room where nothing but a wall is right in front of it.</summary>
    protected void PutAgentInRoom(World world, int column, int row)
    {
        byte front;
        do
        {
            world.PutAgent(Edge(column), Edge(row), _size, _size);
            front = world.Map[world.Front.X, world.Front.Y];
        }
        while (front is not (Cell.Empty or Cell.Wall));
    }

    /// <summary>Adds doors at random until every room can be reached from a room; none to rooms behind a locked door.</summary>
    protected void ConnectAll(World world, int column, int row)
    {
        while (!AllReached((row * Columns) + column))
        {
            (int c, int r, int side) = (world.Below(Columns), world.Below(Rows), world.Below(Sides));
            Room room = At(c, r);
            if (Beyond(c, r, side) is not { } other || room.Open[side] || room.Locked || other.Locked) continue;
            AddDoor(world, c, r, side, world.Colour(), locked: false);
        }
    }

    private int Edge(int index) => index * (_size - 1);

    private Room At(int column, int row) => _rooms[(row * Columns) + column];

    /// <summary>The room on the other side of a wall; null outside.</summary>
    private Room? Beyond(int column, int row, int side) => IndexBeyond(column, row, side) is >= 0 and int k ? _rooms[k] : null;

    private int IndexBeyond(int column, int row, int side)
    {
        (column, row) = (column + World.Ways[side].X, row + World.Ways[side].Y);
        return column >= 0 && column < Columns && row >= 0 && row < Rows ? (row * Columns) + column : -1;
    }

    private void DrawDoorPlaces(World world, int column, int row)
    {
        Room room = At(column, row);
        Array.Clear(room.Open);
        room.Locked = false;
        (int x, int y, int inner) = (Edge(column), Edge(row), _size - 1);
        if (column < Columns - 1) room.Doors[RightSide] = (x + inner, world.Between(y + 1, y + inner));
        if (row < Rows - 1) room.Doors[DownSide] = (world.Between(x + 1, x + inner), y + inner);
        if (column > 0) room.Doors[LeftSide] = At(column - 1, row).Doors[RightSide];
        if (row > 0) room.Doors[UpSide] = At(column, row - 1).Doors[DownSide];
    }

    private bool AllReached(int start)
    {
        Array.Clear(_reached);
        (int top, int count) = (0, 0);
        _stack[top++] = start;
        while (top > 0)
        {
            int k = _stack[--top];
            if (_reached[k]) continue;
            _reached[k] = true;
            count++;
            for (int side = 0; side < Sides; side++)
            {
                int next = _rooms[k].Open[side] ? IndexBeyond(k % Columns, k / Columns, side) : -1;
                if (next >= 0 && !_reached[next]) _stack[top++] = next;
            }
        }
        return count == _rooms.Length;
    }

    private sealed class Room
    {
        /// <summary>Where the doors of the four sides are, or would be.</summary>
        public (int X, int Y)[] Doors { get; } = new (int, int)[Sides];

        /// <summary>Through which sides one can go, perhaps after unlocking a door.</summary>
        public bool[] Open { get; } = new bool[Sides];

        public bool Locked { get; set; }
    }
}
