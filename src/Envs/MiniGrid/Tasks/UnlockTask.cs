using FedPG.Envs.MiniGrid.Worlds;

namespace FedPG.Envs.MiniGrid.Tasks;

/// <summary>Two rooms with a locked door between them: open it.</summary>
internal sealed class UnlockTask() : RoomGridTask(Size, 1, 2, 8 * Size * Size)
{
    private const int Size = 6;
    private (int X, int Y) _door;

    public override IReadOnlyList<string> Missions { get; } = ["open the door"];

    public override void Draw(World world)
    {
        DrawRooms(world);
        int colour = world.Colour();
        _door = AddDoor(world, 0, 0, RightSide, colour, locked: true);
        AddThing(world, 0, 0, Cell.Of(Cell.Key, colour));
        PutAgentInRoom(world, 0, 0);
    }

    public override void Recall(World world) => _door = world.Map.Find(Cell.IsDoor);

    public override TaskResult Take(World world, int action)
    {
        TaskResult result = Plain(world, action);
        bool open = action == Moves.Toggle && _door.X >= 0 && Cell.KindOf(world.Map[_door.X, _door.Y]) == Cell.OpenDoor;
        return open ? new TaskResult(Success(world), true) : result;
    }
}
