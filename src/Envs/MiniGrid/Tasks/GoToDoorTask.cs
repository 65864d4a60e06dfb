using FedPG.Envs.MiniGrid.Worlds;

namespace FedPG.Envs.MiniGrid.Tasks;

/// <summary>A room of random size with a door of another colour in each wall: the agent has to be done beside the one named.</summary>
/// <param name="size">The cells of the largest room's side.</param>
internal sealed class GoToDoorTask(int size) : MiniGridTask(size, size, 4 * size * size)
{
    private const int SmallestRoom = 5;

    private readonly (int X, int Y)[] _doors = new (int, int)[4];
    private readonly int[] _colours = new int[4];

    public override IReadOnlyList<string> Missions { get; } =
        [.. Enumerable.Range(0, Cell.Colours).Select(colour => $"go to the {Cell.ColourName(colour)} door")];

    public override bool SeesThroughWalls => true;

    public override void Draw(World world)
    {
        CellMap map = world.Map;
        map.Clear();
        (int width, int height) = (world.Between(SmallestRoom, Width + 1), world.Between(SmallestRoom, Height + 1));
        map.Frame(0, 0, width, height);
        _doors[0] = (world.Between(2, width - 2), 0);
        _doors[1] = (world.Between(2, width - 2), height - 1);
        _doors[2] = (0, world.Between(2, height - 2));
        _doors[3] = (width - 1, world.Between(2, height - 2));
        for (int k = 0; k < _colours.Length;)
        {
            _colours[k] = world.Colour();
            if (_colours.AsSpan(0, k).IndexOf(_colours[k]) < 0) k++;
        }
        for (int k = 0; k < _doors.Length; k++) world.Put(Cell.Of(Cell.ClosedDoor, _colours[k]), _doors[k]);
        world.PutAgent(0, 0, width, height);
        int chosen = world.Below(_doors.Length);
        (world.Target, world.Mission) = (_doors[chosen], _colours[chosen]);
    }

    public override void Recall(World world)
    {
        int wanted = world.Mission;
        world.Target = world.Map.Find(cell => Cell.IsDoor(cell) && Cell.ColourOf(cell) == wanted);
    }

    public override TaskResult Take(World world, int action)
    {
        TaskResult result = Plain(world, action);
        if (action is not (Moves.Toggle or Moves.Done)) return result;
        int far = Math.Abs(world.X - world.Target.X) + Math.Abs(world.Y - world.Target.Y);
        return new TaskResult(action == Moves.Done && far == 1 ? Success(world) : result.Reward, true);
    }
}
