using FedPG.Envs.MiniGrid.Tasks;
using FedPG.Envs.MiniGrid.Worlds;

namespace FedPG.Envs.MiniGrid;

/// <summary>The environments of the original that are built in.</summary>
internal static class MiniGridKinds
{
    private const string AtGoal = "Terminated at the goal", InCorner = "the agent in the upper left corner, looking to the right";

    private static readonly MiniGridFamily Empty = new(
        "Empty", "an empty room with a goal in its lower right corner", $"{Upper(InCorner)}.", $"{AtGoal}.");

    private static readonly MiniGridFamily EmptyRandom = new(
        "Empty-Random", "an empty room with a goal in its lower right corner, the agent anywhere", "The agent anywhere, looking anywhere.",
        $"{AtGoal}.");

    private static readonly MiniGridFamily FourRooms = new(
        "FourRooms", "four rooms with gaps between them, agent and goal anywhere",
        "A gap in each of the four walls, then the agent, its direction and the goal, each uniform.", $"{AtGoal}.");

    private static readonly MiniGridFamily DoorKey = new(
        "DoorKey", "fetch the key, unlock the door, go to the goal behind it",
        "The wall's column, the agent and its direction, the locked door's row, and the key on the agent's side, each uniform.",
        $"{AtGoal}.");

    private static readonly MiniGridFamily MultiRoom = new(
        "MultiRoom", "a chain of rooms with closed doors between them, the goal in the last",
        "Rooms of random sizes are joined by doors in random walls until there are enough; agent and goal anywhere in the first and the "
        + "last.", $"{AtGoal}.");

    private static readonly MiniGridFamily LavaGap = new(
        "LavaGap", "go through the gap in a strip of lava", $"The strip's column and the gap's row, uniform; {InCorner}.",
        $"{AtGoal}, and in lava.");

    private static readonly MiniGridFamily LavaCrossing = new(
        "LavaCrossing", "find the openings in rivers of lava",
        $"The rivers, and one opening in each on a random way to the goal; {InCorner}.", $"{AtGoal}, and in lava.");

    private static readonly MiniGridFamily SimpleCrossing = new(
        "SimpleCrossing", "find the openings in walls", $"The walls, and one opening in each on a random way to the goal; {InCorner}.",
        $"{AtGoal}.");

    private static readonly MiniGridFamily DynamicObstacles = new(
        "Dynamic-Obstacles", "get to the goal past balls that wander",
        $"The balls anywhere; {InCorner}. Each step every ball goes to a free cell beside it, drawn uniformly, before the agent moves.",
        $"{AtGoal}, and where the agent walks forward into what was a ball or a wall before the balls moved (-1).");

    private static readonly MiniGridFamily KeyCorridor = new(
        "KeyCorridor", "find the key in a side room, unlock the door, pick up the ball behind it",
        "The locked room to the right, colours, the key's room to the left, and doors until every room can be reached; the agent in the "
        + "middle.", "Terminated when the ball is picked up.");

    private static readonly MiniGridFamily Unlock = new(
        "Unlock", "fetch the key and unlock the door", "Colour and places of key, door and agent.",
        "Terminated when the door is opened.");

    private static readonly MiniGridFamily UnlockPickup = new(
        "UnlockPickup", "fetch the key, unlock the door, pick up the box behind it", "Colours and places of key, door, box and agent.",
        "Terminated when the box is picked up.");

    private static readonly MiniGridFamily BlockedUnlockPickup = new(
        "BlockedUnlockPickup", "move the ball away from the door, unlock it, pick up the box behind it",
        "Colours and places of key, door, ball, box and agent.", "Terminated when the box is picked up.");

    private static readonly MiniGridFamily DistShift = new(
        "DistShift", "get to the goal past two strips of lava", $"Nothing is drawn: {InCorner}.", $"{AtGoal}, and in lava.");

    private static readonly MiniGridFamily Memory = new(
        "Memory", "see a thing, walk down a hallway, and go to the same thing at its end",
        "The thing in the start room, the order of the two at the end, and how far along the agent is, each uniform.",
        "Terminated beside either thing at the end of the hallway; beside the wrong one it pays 0.");

    private static readonly MiniGridFamily RedBlueDoors = new(
        "RedBlueDoors", "open the red door, then the blue one", "The rows of the two doors, the agent and its direction, each uniform.",
        "Terminated when the blue door is open; it pays 0 where the red one was not.");

    private static readonly MiniGridFamily Fetch = new(
        "Fetch", "pick up the thing that the mission names", "Keys and balls of random colours, the agent, and which thing is wanted.",
        "Terminated when anything is picked up; the wrong thing pays 0.");

    private static readonly MiniGridFamily GoToDoor = new(
        "GoToDoor", "stand beside the door that the mission names, and say done",
        "The size of the room, a door of another colour in each wall, the agent, and which door is wanted.",
        "Terminated by the actions done, which pays where the agent is beside the door, and toggle.");

    private static readonly MiniGridFamily PutNear = new(
        "PutNear", "put one thing beside another", "Different things, no two beside each other, the agent, and what is to go where.",
        "Terminated when a wrong thing is picked up, and by the action drop with something in hand, which pays where the thing then lies "
        + "within one cell of the place where its target lay at the start.");

    /// <summary>All of them, in the order of documentation.</summary>
    public static IReadOnlyList<MiniGridKind> All { get; } =
    [
        .. Square("Empty", Empty, 4, size => new EmptyTask(size, anywhere: false), 5, 6, 8, 16),
        .. Square("Empty-Random", EmptyRandom, 4, size => new EmptyTask(size, anywhere: true), 5, 6),
        new("FourRooms", FourRooms, _ => new FourRoomsTask()),
        .. Square("DoorKey", DoorKey, 5, size => new DoorKeyTask(size), 5, 6, 8, 16),
        new("MultiRoom-N2-S4", MultiRoom, _ => new MultiRoomTask(2, 4)),
        // As the original keeps it: six rooms behind a name that says four.
        new("MultiRoom-N4-S5", MultiRoom, _ => new MultiRoomTask(6, 5)),
        new("MultiRoom-N4-S5-v1", MultiRoom, _ => new MultiRoomTask(4, 5)),
        new("MultiRoom-N6", MultiRoom, _ => new MultiRoomTask(6, 10)),
        .. ((int[])[5, 6, 7]).Select(size => Sized($"LavaGapS{size}", LavaGap, 5, size, s => new LavaGapTask(s))),
        .. Crossings("LavaCrossing", LavaCrossing, Cell.Lava),
        .. Crossings("SimpleCrossing", SimpleCrossing, Cell.Wall),
        .. Square("Dynamic-Obstacles", DynamicObstacles, 5, size => new DynamicObstaclesTask(size, ObstaclesIn(size)), 5, 6, 8, 16),
        .. Pairs((3, 1), (3, 2), (3, 3), (4, 3), (5, 3), (6, 3)).Select(
            room => Sized($"KeyCorridorS{room.Size}R{room.Count}", KeyCorridor, 3, room.Size, s => new KeyCorridorTask(s, room.Count))),
        new("Unlock", Unlock, _ => new UnlockTask()),
        new("UnlockPickup", UnlockPickup, _ => new UnlockPickupTask(blocked: false)),
        new("BlockedUnlockPickup", BlockedUnlockPickup, _ => new UnlockPickupTask(blocked: true)),
        new("DistShift1", DistShift, _ => new DistShiftTask(2)),
        new("DistShift2", DistShift, _ => new DistShiftTask(5)),
        .. ((int[])[7, 9, 11, 13, 17]).Select(size => MemoryOf($"MemoryS{size}", size, randomLength: false)),
        .. ((int[])[13, 17]).Select(size => MemoryOf($"MemoryS{size}Random", size, randomLength: true)),
        .. Square("RedBlueDoors", RedBlueDoors, 4, size => new RedBlueDoorsTask(size), 6, 8),
        .. Pairs((5, 2), (6, 2), (8, 3)).Select(
            f => Sized($"Fetch-{f.Size}x{f.Size}-N{f.Count}", Fetch, 5, f.Size, s => new FetchTask(s, f.Count))),
        .. Square("GoToDoor", GoToDoor, 5, size => new GoToDoorTask(size), 5, 6, 8),
        .. Pairs((6, 2), (8, 3)).Select(
            p => Sized($"PutNear-{p.Size}x{p.Size}-N{p.Count}", PutNear, p.Size, p.Size, s => new PutNearTask(s, p.Count))),
    ];

    private static int ObstaclesIn(int size) => size switch { <= 5 => 2, 6 => 3, < 16 => 4, _ => 8 };

    private static IEnumerable<MiniGridKind> Square(
        string name, MiniGridFamily family, int smallest, Func<int, MiniGridTask> create, params int[] sizes) =>
        sizes.Select(size => Sized($"{name}-{size}x{size}", family, smallest, size, create));

    private static IEnumerable<MiniGridKind> Crossings(string name, MiniGridFamily family, byte obstacle) =>
        // A map of odd size s has s - 3 places for rivers.
        Pairs((9, 1), (9, 2), (9, 3), (11, 5)).Select(c => Sized(
            $"{name}S{c.Size}N{c.Count}", family, 3 + (2 * ((c.Count + 1) / 2)), c.Size, size => new CrossingTask(size, c.Count, obstacle))
            with { IsOdd = true });

    private static (int Size, int Count)[] Pairs(params (int Size, int Count)[] pairs) => pairs;

    private static MiniGridKind MemoryOf(string name, int size, bool randomLength) =>
        Sized(name, Memory, 7, size, s => new MemoryTask(s, randomLength)) with { IsOdd = true };

    private static MiniGridKind Sized(string name, MiniGridFamily family, int smallest, int size, Func<int, MiniGridTask> create) =>
        new(name, family, create) { Size = size, SmallestSize = smallest };

    private static string Upper(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
