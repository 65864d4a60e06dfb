namespace FedPG.Claims.Breaking;

/// <summary>Ways to get Fast-FedPG wrong, each a mistake that an implementation could make without anything looking amiss.</summary>
internal enum Breakage
{
    /// <summary>Fast-FedPG as it should be.</summary>
    None,

    /// <summary>No memory: FedAvg-PG.</summary>
    NoMemory,

    /// <summary>An agent subtracts another sample of its gradient than the one it sent.</summary>
    Resample,

    /// <summary>The correction is added where it should be subtracted.</summary>
    WrongSign,

    /// <summary>The correction is left out in every other round.</summary>
    Drop,

    /// <summary>The memories are those of one round ago.</summary>
    Stale,
}

/// <summary>The names of the broken variants, and what an experiment has to be told to run one.</summary>
internal static class Breakages
{
    private static readonly (string Name, Breakage Value, string[] Assignments)[] All =
    [
        ("none", Breakage.None, []),
        ("no-memory", Breakage.NoMemory, ["federation.algorithm=fedavg"]),
        ("resample", Breakage.Resample, ["federation.memory=resample"]),
        ("wrong-sign", Breakage.WrongSign, [$"federation.algorithm={BrokenFastFedPg.WrongSignName}"]),
        ("drop", Breakage.Drop, [$"federation.algorithm={BrokenFastFedPg.DropName}"]),
        ("stale", Breakage.Stale, [$"federation.algorithm={BrokenFastFedPg.StaleName}"]),
    ];

    /// <summary>The names of the variants that are broken.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Skip(1).Select(b => b.Name)];

    /// <summary>The variants that are broken.</summary>
    public static IReadOnlyList<Breakage> Broken { get; } = [.. All.Skip(1).Select(b => b.Value)];

    /// <summary>The name of a variant.</summary>
    public static string NameOf(Breakage breakage) => All[(int)breakage].Name;

    /// <summary>The variant of that name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static Breakage Parse(string name) =>
        All.FirstOrDefault(b => b.Name == name) is { Name: not null } known
            ? known.Value
            : throw new ArgumentException($"{name} is no variant", nameof(name));

    /// <summary>The overrides that turn an experiment of Fast-FedPG into one of the variant.</summary>
    public static IReadOnlyList<string> Assignments(Breakage breakage) => All[(int)breakage].Assignments;
}
