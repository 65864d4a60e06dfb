using FedPG.Envs.MiniGrid.Tasks;

namespace FedPG.Envs.MiniGrid;

/// <summary>One of the original's environments: its name, and what makes its task.</summary>
/// <param name="Name">The id without the prefix and <c>-v0</c>: <c>DoorKey-6x6</c>.</param>
/// <param name="Family">What all of its sizes have in common.</param>
/// <param name="Create">Makes the task of a size; the size is not looked at where there is none.</param>
internal sealed record MiniGridKind(string Name, MiniGridFamily Family, Func<int, MiniGridTask> Create)
{
    /// <summary>The largest side that may be asked for.</summary>
    public const int LargestSize = 25;

    private const string Prefix = "MiniGrid-";

    /// <summary>The size in the name; 0 where the map has one size only.</summary>
    public int Size { get; init; }

    /// <summary>The smallest size that has room for everything.</summary>
    public int SmallestSize { get; init; }

    /// <summary>Whether sizes are odd numbers.</summary>
    public bool IsOdd { get; init; }

    /// <summary>The id of an environment.</summary>
    public string Id => Name.EndsWith("-v1", StringComparison.Ordinal) ? Prefix + Name : $"{Prefix}{Name}-v0";

    /// <summary>The sizes that may be asked for, in words.</summary>
    public string AllowedSizes => $"{(IsOdd ? "odd" : "whole")} numbers from {SmallestSize} to {LargestSize}";

    /// <summary>Whether a size may be asked for.</summary>
    public bool Allows(int size) => size >= SmallestSize && size <= LargestSize && (!IsOdd || size % 2 == 1);

    /// <summary>The task in the size of the name.</summary>
    public MiniGridTask CreateTask() => Create(Size);

    /// <summary>The kind of a name, or of an id; null for none.</summary>
    public static MiniGridKind? Find(string name) => MiniGridKinds.All.FirstOrDefault(kind => name == kind.Name || name == kind.Id);
}

/// <summary>What is said of all environments of a family.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Summary">One line.</param>
/// <param name="Start">What is drawn at a reset.</param>
/// <param name="End">What ends an episode, beside the limit of steps.</param>
internal sealed record MiniGridFamily(string Name, string Summary, string Start, string End);
