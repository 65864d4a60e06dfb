using FedPG.Envs.MiniGrid.Worlds;

namespace FedPG.Envs.MiniGrid.Tasks;

/// <summary>Two rooms with a locked door between them; agent and key in the left one, the goal in the right one.</summary>
/// <param name="size">The cells of a side.</param>
internal sealed class DoorKeyTask(int size) : MiniGridTask(size, size, 10 * size * size)
{
    public override IReadOnlyList<string> Missions { get; } = ["use the key to open the door and then get to the goal"];

    public override void Draw(World world)
    {
        CellMap map = world.Map;
        map.ClearRoom();
        map[Width - 2, Height - 2] = Cell.Goal;
        int wall = world.Between(2, Width - 2);
        map.Column(wall, 0, Height);
        world.PutAgent(0, 0, wall, Height);
        map[wall, world.Between(1, Width - 2)] = Cell.Of(Cell.LockedDoor, Cell.Yellow);
        world.Put(Cell.Of(Cell.Key, Cell.Yellow), world.Free(0, 0, wall, Height));
    }
}
