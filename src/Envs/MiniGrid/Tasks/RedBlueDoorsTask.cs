using FedPG.Envs.MiniGrid.Worlds;

namespace FedPG.Envs.MiniGrid.Tasks;

/// <summary>A room with a red door to the left and a blue one to the right: red has to be opened before blue.</summary>
/// <param name="size">The cells of the room's side.</param>
internal sealed class RedBlueDoorsTask(int size) : MiniGridTask(2 * size, size, 20 * size * size)
{
    private (int X, int Y) _red, _blue;

    public override IReadOnlyList<string> Missions { get; } = ["open the red door then the blue door"];

    public override void Draw(World world)
    {
        CellMap map = world.Map;
        int left = Height / 2;
        map.ClearRoom();
        map.Frame(left, 0, Height, Height);
        world.PutAgent(left, 0, Height, Height);
        _red = world.Put(Cell.Of(Cell.ClosedDoor, Cell.Red), (left, world.Between(1, Height - 1)));
        _blue = world.Put(Cell.Of(Cell.ClosedDoor, Cell.Blue), (left + Height - 1, world.Between(1, Height - 1)));
    }

    public override void Recall(World world)
    {
        _red = world.Map.Find(cell => Cell.IsDoor(cell) && Cell.ColourOf(cell) == Cell.Red);
        _blue = world.Map.Find(cell => Cell.IsDoor(cell) && Cell.ColourOf(cell) == Cell.Blue);
    }

    public override TaskResult Take(World world, int action)
    {
        (bool redBefore, bool blueBefore) = (IsOpen(world, _red), IsOpen(world, _blue));
        TaskResult result = Plain(world, action);
        if (IsOpen(world, _blue)) return new TaskResult(redBefore ? Success(world) : 0, true);
        return IsOpen(world, _red) && blueBefore ? new TaskResult(0, true) : result;
    }

    private static bool IsOpen(World world, (int X, int Y) door) =>
        door.X >= 0 && Cell.KindOf(world.Map[door.X, door.Y]) == Cell.OpenDoor;
}
