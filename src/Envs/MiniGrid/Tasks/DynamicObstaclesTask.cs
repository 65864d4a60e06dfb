using FedPG.Envs.MiniGrid.Worlds;

namespace FedPG.Envs.MiniGrid.Tasks;

/// <summary>An empty room in which balls wander; who walks into one, or into a wall, pays 1 and is done.</summary>
/// <param name="size">The cells of a side.</param>
/// <param name="obstacles">The number of balls.</param>
internal sealed class DynamicObstaclesTask(int size, int obstacles) : MiniGridTask(size, size, 4 * size * size)
{
    /// <summary>How often a place is drawn before a ball stays where it is.</summary>
    private const int Tries = 101;

    private const byte Ball = Cell.Ball | (Cell.Blue << 4);

    public override IReadOnlyList<string> Missions { get; } = ["get to the green goal square"];

    public override bool SeesThroughWalls => true;

    public override int Actions => Moves.Forward + 1;

    public override int Obstacles => obstacles <= (Height / 2.0) + 1 ? obstacles : Height / 2;

    public override bool Punishes => true;

    public override void Draw(World world)
    {
        world.Map.ClearRoom();
        world.Map[Width - 2, Height - 2] = Cell.Goal;
        world.PutAgentInCorner();
        for (int k = 0; k < world.Obstacles.Length; k++) world.Obstacles[k] = world.Put(Ball, world.Free());
    }

    public override void Recall(World world)
    {
        Array.Fill(world.Obstacles, (-1, -1));
        int found = 0;
        for (int x = 0; x < Width; x++)
        {
            for (int y = 0; y < Height && found < world.Obstacles.Length; y++)
            {
                if (Cell.KindOf(world.Map[x, y]) == Cell.Ball) world.Obstacles[found++] = (x, y);
            }
        }
    }

    public override TaskResult Take(World world, int action)
    {
        // The original turns left where it is given another action.
        if (action > Moves.Forward) action = Moves.Left;
        (int x, int y) = world.Front;
        byte front = world.Map[x, y];
        bool blocked = front is not (Cell.Empty or Cell.Goal);
        MoveObstacles(world);
        TaskResult result = Plain(world, action);
        return action == Moves.Forward && blocked ? new TaskResult(-1, true) : result;
    }

    private static void MoveObstacles(World world)
    {
        for (int k = 0; k < world.Obstacles.Length; k++)
        {
            (int x, int y) = world.Obstacles[k];
            if (x < 0) continue;
            (int X, int Y) place = world.Free(x - 1, y - 1, 3, 3, Tries);
            if (place.X < 0) continue;
            byte ball = world.Map[x, y];
            world.Map[x, y] = Cell.Empty;
            world.Obstacles[k] = world.Put(ball, place);
        }
    }
}
