using FedPG.Envs.MiniGrid.Worlds;

namespace FedPG.Envs.MiniGrid.Tasks;

/// <summary>An empty room with the goal in the lower right corner.</summary>
/// <param name="size">The cells of a side.</param>
/// <param name="anywhere">Whether the agent starts anywhere, and not in the upper left corner.</param>
internal sealed class EmptyTask(int size, bool anywhere) : MiniGridTask(size, size, 4 * size * size)
{
    public override IReadOnlyList<string> Missions { get; } = ["get to the green goal square"];

    public override bool SeesThroughWalls => true;

    public override void Draw(World world)
    {
        world.Map.ClearRoom();
        world.Map[Width - 2, Height - 2] = Cell.Goal;
        if (anywhere) world.PutAgent();
        else world.PutAgentInCorner();
    }
}
