namespace FedPG.Envs.MiniGrid.Worlds;

/// <summary>
/// What stands in a cell, as one byte: the kind in the lowest four bits, the colour in the next three, and the highest bit where nobody can
/// see through it. A door's state is part of its kind.
/// </summary>
internal static class Cell
{
    /// <summary>The numbers of a cell in an image: object, colour, state.</summary>
    public const int Channels = 3;

    public const byte Unseen = 0, Empty = 1, Floor = 3, OpenDoor = 4, Key = 5, Ball = 6, Box = 7, Lava = 9 | (Red << 4);
    public const byte Goal = 8 | (Green << 4), Wall = 2 | (Grey << 4) | Opaque, ClosedDoor = 11 | Opaque, LockedDoor = 12 | Opaque;

    /// <summary>The numbers that objects, and states of doors, may have in an image.</summary>
    public const int Objects = 11, States = 3;

    public const int Red = 0, Green = 1, Blue = 2, Purple = 3, Yellow = 4, Grey = 5, Colours = 6;

    private const int Opaque = 0x80, Kinds = 0x0F, DoorObject = 4;

    /// <summary>What the agent can walk onto: nothing, floor, an open door, a goal, lava.</summary>
    private const int Walkable = (1 << Empty) | (1 << Floor) | (1 << OpenDoor) | (1 << (Goal & Kinds)) | (1 << (Lava & Kinds));

    private const int Portable = (1 << Key) | (1 << Ball) | (1 << Box);

    private static readonly string[] ColourNames = ["red", "green", "blue", "purple", "yellow", "grey"];
    private static readonly string[] ObjectNames =
        ["unseen", "empty", "wall", "floor", "door", "key", "ball", "box", "goal", "lava", "agent"];

    /// <summary>For each byte the three numbers of an image, and a fourth that is 0, so that four can be moved at once.</summary>
    public static readonly double[] Numbers = MakeNumbers();

    /// <summary>A thing of a colour.</summary>
    /// <param name="kind">A key, ball, box, floor or door.</param>
    /// <param name="colour">0 to 5.</param>
    public static byte Of(byte kind, int colour) => (byte)(kind | (colour << 4));

    /// <summary>The kind without its colour: of <see cref="Key"/>, <see cref="ClosedDoor"/> and their like.</summary>
    public static byte KindOf(byte cell) => (byte)(cell & (Kinds | Opaque));

    public static int ColourOf(byte cell) => (cell >> 4) & 7;

    public static bool IsWalkable(byte cell) => ((Walkable >> (cell & Kinds)) & 1) != 0;

    public static bool IsPortable(byte cell) => ((Portable >> (cell & Kinds)) & 1) != 0;

    public static bool IsDoor(byte cell) => (cell & Kinds) is OpenDoor or (ClosedDoor & Kinds) or (LockedDoor & Kinds);

    public static string ColourName(int colour) => ColourNames[colour];

    /// <summary>The name of a kind, <c>key</c>.</summary>
    public static string NameOf(byte cell) => ObjectNames[ObjectOf(cell)];

    /// <summary>The object's number, as images have it.</summary>
    public static int ObjectOf(byte cell) => IsDoor(cell) ? DoorObject : cell & Kinds;

    /// <summary>A door's state: 0 open, 1 closed, 2 locked; 0 of all else.</summary>
    public static int StateOf(byte cell) => KindOf(cell) switch { ClosedDoor => 1, LockedDoor => 2, _ => 0 };

    /// <summary>
    /// The cell of three numbers, as the original decodes them: walls and things have the colour given, a goal is green and lava red, and
    /// what is unseen, empty or an agent is empty. Null where there is no such cell.
    /// </summary>
    public static byte? Of(int thing, int colour, int state) => (thing, colour, state) switch
    {
        ( < 0 or > 10, _, _) or (_, < 0 or >= Colours, _) or (_, _, < 0 or > 2) => null,
        (0 or 1 or 10, _, _) => Empty,
        (2, _, _) => (byte)(2 | (colour << 4) | Opaque),
        (DoorObject, _, 0) => Of(OpenDoor, colour),
        (DoorObject, _, 1) => Of(ClosedDoor, colour),
        (DoorObject, _, _) => Of(LockedDoor, colour),
        (8, _, _) => Goal,
        (9, _, _) => Lava,
        _ => (byte)(thing | (colour << 4)),
    };

    private static double[] MakeNumbers()
    {
        double[] numbers = new double[256 * 4];
        for (int cell = 0; cell < 256; cell++)
        {
            if ((cell & Kinds) > 12) continue;
            numbers[4 * cell] = ObjectOf((byte)cell);
            numbers[(4 * cell) + 1] = ColourOf((byte)cell);
            numbers[(4 * cell) + 2] = StateOf((byte)cell);
        }
        return numbers;
    }
}
