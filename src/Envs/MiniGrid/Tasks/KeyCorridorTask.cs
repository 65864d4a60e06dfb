using FedPG.Envs.MiniGrid.Worlds;

namespace FedPG.Envs.MiniGrid.Tasks;

/// <summary>A hallway with rooms on both sides: a ball is behind a locked door to the right, its key in a room to the left.</summary>
/// <param name="roomSize">The cells of a room's side, walls included.</param>
/// <param name="rows">The rooms on each side.</param>
internal sealed class KeyCorridorTask(int roomSize, int rows) : RoomGridTask(roomSize, rows, 3, 30 * roomSize * roomSize)
{
    public override IReadOnlyList<string> Missions { get; } =
        [.. Enumerable.Range(0, Cell.Colours).Select(colour => $"pick up the {Cell.ColourName(colour)} ball")];

    public override void Draw(World world)
    {
        DrawRooms(world);
        for (int row = 1; row < Rows; row++) RemoveUpperWall(world, 1, row);
        int locked = world.Below(Rows), colour = world.Colour();
        AddDoor(world, 2, locked, LeftSide, colour, locked: true);
        world.Mission = world.Colour();
        AddThing(world, 2, locked, Cell.Of(Cell.Ball, world.Mission));
        AddThing(world, 0, world.Below(Rows), Cell.Of(Cell.Key, colour));
        PutAgentInRoom(world, 1, Rows / 2);
        ConnectAll(world, 1, Rows / 2);
    }

    public override TaskResult Take(World world, int action)
    {
        TaskResult result = Plain(world, action);
        bool found = action == Moves.Pickup && world.Carried == Cell.Of(Cell.Ball, world.Mission);
        return found ? new TaskResult(Success(world), true) : result;
    }
}
