using FedPG.Envs.MiniGrid.Worlds;

namespace FedPG.Envs.MiniGrid.Tasks;

/// <summary>Two rooms with a locked door between them: pick up the box in the other one. A ball may block the door.</summary>
/// <param name="blocked">Whether it does.</param>
internal sealed class UnlockPickupTask(bool blocked) : RoomGridTask(Size, 1, 2, (blocked ? 16 : 8) * Size * Size)
{
    private const int Size = 6;

    public override IReadOnlyList<string> Missions { get; } =
        [.. Enumerable.Range(0, Cell.Colours).Select(colour => $"pick up the {Cell.ColourName(colour)} box")];

    public override void Draw(World world)
    {
        DrawRooms(world);
        world.Mission = world.Colour();
        AddThing(world, 1, 0, Cell.Of(Cell.Box, world.Mission));
        int colour = world.Colour();
        (int x, int y) = AddDoor(world, 0, 0, RightSide, colour, locked: true);
        if (blocked) world.Map[x - 1, y] = Cell.Of(Cell.Ball, world.Colour());
        AddThing(world, 0, 0, Cell.Of(Cell.Key, colour));
        PutAgentInRoom(world, 0, 0);
    }

    public override TaskResult Take(World world, int action)
    {
        TaskResult result = Plain(world, action);
        bool found = action == Moves.Pickup && world.Carried == Cell.Of(Cell.Box, world.Mission);
        return found ? new TaskResult(Success(world), true) : result;
    }
}
