using FedPG.Envs.MiniGrid.Worlds;

namespace FedPG.Envs.MiniGrid.Tasks;

/// <summary>A goal in the upper right corner, and two strips of lava, one of them on the direct way.</summary>
/// <param name="secondStrip">The row of the second strip.</param>
internal sealed class DistShiftTask(int secondStrip) : MiniGridTask(9, 7, 4 * 9 * 7)
{
    public override IReadOnlyList<string> Missions { get; } = ["get to the green goal square"];

    public override bool SeesThroughWalls => true;

    public override void Draw(World world)
    {
        world.Map.ClearRoom();
        world.Map[Width - 2, 1] = Cell.Goal;
        world.Map.Row(3, 1, Width - 6, Cell.Lava);
        world.Map.Row(3, secondStrip, Width - 6, Cell.Lava);
        world.PutAgentInCorner();
    }
}
