using FedPG.Envs.MiniGrid.Worlds;

namespace FedPG.Envs.MiniGrid.Tasks;

/// <summary>Keys, balls and boxes by numbers, for missions that name one: kind times six plus colour.</summary>
internal static class Things
{
    private static readonly byte[] Kinds = [Cell.Key, Cell.Ball, Cell.Box];

    /// <summary>The names of the things of the first so many kinds, in the order of their numbers.</summary>
    public static IEnumerable<string> Names(int kinds) =>
        Enumerable.Range(0, kinds * Cell.Colours).Select(number => $"{Cell.ColourName(number % Cell.Colours)} {Cell.NameOf(Of(number))}");

    public static byte Of(int number) => Cell.Of(Kinds[number / Cell.Colours], number % Cell.Colours);

    public static int NumberOf(byte thing) => (Array.IndexOf(Kinds, Cell.KindOf(thing)) * Cell.Colours) + Cell.ColourOf(thing);

    /// <summary>One of the first so many kinds in one of the six colours.</summary>
    public static byte Draw(World world, int kinds) => Of((world.Below(kinds) * Cell.Colours) + world.Colour());
}
