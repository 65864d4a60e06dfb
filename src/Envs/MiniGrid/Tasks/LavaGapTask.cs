using FedPG.Envs.MiniGrid.Worlds;

namespace FedPG.Envs.MiniGrid.Tasks;

/// <summary>A strip of lava from top to bottom, with one gap.</summary>
/// <param name="size">The cells of a side.</param>
internal sealed class LavaGapTask(int size) : MiniGridTask(size, size, 4 * size * size)
{
    public override IReadOnlyList<string> Missions { get; } = ["avoid the lava and get to the green goal square"];

    public override void Draw(World world)
    {
        CellMap map = world.Map;
        map.ClearRoom();
        map[Width - 2, Height - 2] = Cell.Goal;
        (int x, int y) = (world.Between(2, Width - 2), world.Between(1, Height - 1));
        map.Column(x, 1, Height - 2, Cell.Lava);
        map[x, y] = Cell.Empty;
        world.PutAgentInCorner();
    }
}
