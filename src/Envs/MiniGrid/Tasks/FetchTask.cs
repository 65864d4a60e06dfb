using FedPG.Envs.MiniGrid.Worlds;

namespace FedPG.Envs.MiniGrid.Tasks;

/// <summary>Keys and balls lie about, and one is to be picked up; another ends the episode without a reward.</summary>
/// <param name="size">The cells of a side.</param>
/// <param name="things">How many lie about.</param>
internal sealed class FetchTask(int size, int things) : MiniGridTask(size, size, 5 * size * size)
{
    private const int Kinds = 2;
    private static readonly string[] Ways = ["get a", "go get a", "fetch a", "go fetch a", "you must fetch a"];
    private readonly byte[] _things = new byte[things];

    public override IReadOnlyList<string> Missions { get; } =
        [.. Ways.SelectMany(way => Things.Names(Kinds).Select(name => $"{way} {name}"))];

    public override bool SeesThroughWalls => true;

    public override void Draw(World world)
    {
        world.Map.ClearRoom();
        foreach (ref byte thing in _things.AsSpan())
        {
            thing = Things.Draw(world, Kinds);
            world.Put(thing, world.Free());
        }
        world.PutAgent();
        byte wanted = _things[world.Below(_things.Length)];
        world.Mission = (world.Below(Ways.Length) * Kinds * Cell.Colours) + Things.NumberOf(wanted);
    }

    public override TaskResult Take(World world, int action)
    {
        TaskResult result = Plain(world, action);
        if (world.Carried == 0) return result;
        bool right = world.Carried == Things.Of(world.Mission % (Kinds * Cell.Colours));
        return new TaskResult(right ? Success(world) : 0, true);
    }
}
