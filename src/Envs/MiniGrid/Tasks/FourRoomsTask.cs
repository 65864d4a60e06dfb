using FedPG.Envs.MiniGrid.Worlds;

namespace FedPG.Envs.MiniGrid.Tasks;

/// <summary>Four rooms with a gap in each wall between them; agent and goal anywhere.</summary>
internal sealed class FourRoomsTask() : MiniGridTask(19, 19, 100)
{
    public override IReadOnlyList<string> Missions { get; } = ["reach the goal"];

    public override void Draw(World world)
    {
        CellMap map = world.Map;
        map.ClearRoom();
        int room = Width / 2;
        map.Column(room, 0, 2 * room);
        map.Row(0, room, 2 * room);
        for (int half = 0; half < 2; half++)
        {
            int first = (half * room) + 1, end = (half + 1) * room;
            map[room, world.Between(first, end)] = Cell.Empty;
            map[world.Between(first, end), room] = Cell.Empty;
        }
        world.PutAgent();
        world.Put(Cell.Goal, world.Free());
    }
}
