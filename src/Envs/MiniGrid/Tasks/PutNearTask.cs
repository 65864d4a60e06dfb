using FedPG.Envs.MiniGrid.Worlds;

namespace FedPG.Envs.MiniGrid.Tasks;

/// <summary>One thing is to be put beside another one; picking up another thing, or putting it elsewhere, ends the episode.</summary>
/// <param name="size">The cells of a side.</param>
/// <param name="things">How many lie about.</param>
internal sealed class PutNearTask(int size, int things) : MiniGridTask(size, size, 5 * size)
{
    private const int Kinds = 3, All = Kinds * Cell.Colours;

    private readonly byte[] _things = new byte[things];
    private readonly (int X, int Y)[] _places = new (int, int)[things];

    public override IReadOnlyList<string> Missions { get; } = [.. Things.Names(Kinds).SelectMany(
        moved => Things.Names(Kinds).Select(target => $"put the {moved} near the {target}"))];

    public override bool SeesThroughWalls => true;

    public override void Draw(World world)
    {
        world.Map.ClearRoom();
        for (int k = 0; k < _things.Length;)
        {
            byte thing = Things.Draw(world, Kinds);
            if (_things.AsSpan(0, k).Contains(thing)) continue;
            (int X, int Y) place;
            do place = world.Free();
            while (IsNear(place, k));
            (_things[k], _places[k]) = (thing, world.Put(thing, place));
            k++;
        }
        world.PutAgent();
        int moved = world.Below(_things.Length), target;
        do target = world.Below(_things.Length);
        while (target == moved);
        world.Mission = (Things.NumberOf(_things[moved]) * All) + Things.NumberOf(_things[target]);
        world.Target = _places[target];
    }

    public override void Recall(World world)
    {
        byte target = Things.Of(world.Mission % All);
        world.Target = world.Map.Find(cell => cell == target);
    }

    public override TaskResult Take(World world, int action)
    {
        byte before = world.Carried;
        TaskResult result = Plain(world, action);
        if (action == Moves.Pickup && world.Carried != 0) result.Terminated |= world.Carried != Things.Of(world.Mission / All);
        if (action != Moves.Drop || before == 0) return result;
        (int x, int y) = world.Front;
        bool near = world.Target.X >= 0 && Math.Abs(x - world.Target.X) <= 1 && Math.Abs(y - world.Target.Y) <= 1;
        return new TaskResult(world.Carried == 0 && near ? Success(world) : result.Reward, true);
    }

    private bool IsNear((int X, int Y) place, int placed)
    {
        for (int k = 0; k < placed; k++)
        {
            if (Math.Abs(place.X - _places[k].X) <= 1 && Math.Abs(place.Y - _places[k].Y) <= 1) return true;
        }
        return false;
    }
}
