using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core.Options;

namespace FedPG.Envs.GridWorlds;

/// <summary>
/// Where the agents of <c>GridWorld-v0</c> have their goals: by a rule, or in a list. A list in brackets and an array of cells make one.
/// Immutable.
/// </summary>
[CollectionBuilder(typeof(GridGoals), nameof(List))]
public sealed class GridGoals : IOptionValue<GridGoals>
{
    internal const string BoundaryWord = "boundary", SpreadWord = "spread", RandomWord = "random";
    private readonly string? _word;

    private GridGoals(string? word, GridCell[]? cells) => (_word, Cells) = (word, cells);

    /// <summary>
    /// Evenly along the boundary: agent i has boundary cell number floor(i P / N) of the P, clockwise from the top-left corner.
    /// </summary>
    public static GridGoals Boundary { get; } = new(BoundaryWord, null);

    /// <summary>Each as many steps as possible from the nearest one before.</summary>
    public static GridGoals Spread { get; } = new(SpreadWord, null);

    /// <summary>Each agent's drawn uniformly from the free cells that can be reached, by <c>agentSeed</c>.</summary>
    public static GridGoals Random { get; } = new(RandomWord, null);

    /// <summary>The list; null where goals follow a rule.</summary>
    internal IReadOnlyList<GridCell>? Cells { get; }

    /// <summary>A list of goals, at most one an agent, cyclically where there are fewer than agents.</summary>
    /// <param name="cells">At least one cell.</param>
    public static implicit operator GridGoals(GridCell[] cells) => new(null, cells);

    /// <summary>The same, for lists in brackets.</summary>
    /// <param name="cells">At least one cell.</param>
    public static GridGoals List(ReadOnlySpan<GridCell> cells) => new(null, cells.ToArray());

    /// <inheritdoc/>
    public static JsonObject Form(NumberRange range) =>
        JsonForm.OneOf(JsonForm.Words(BoundaryWord, SpreadWord, RandomWord), JsonForm.ListOf(GridCell.Form()));

    /// <inheritdoc/>
    public static string Allowed(NumberRange range) => $"\"{BoundaryWord}\", \"{SpreadWord}\", \"{RandomWord}\" or a list of [row, column]";

    /// <inheritdoc/>
    public static bool TryParse(JsonElement element, NumberRange range, out GridGoals value)
    {
        GridGoals? read = JsonValues.Word(element, BoundaryWord, SpreadWord, RandomWord) switch
        {
            BoundaryWord => Boundary,
            SpreadWord => Spread,
            RandomWord => Random,
            _ => GridCell.ParseList(element) is { } cells ? (GridGoals)cells : null,
        };
        value = read!;
        return read is not null;
    }

    /// <inheritdoc/>
    public JsonNode? ToJson() => Cells is null ? _word : new JsonArray([.. Cells.Select(cell => cell.ToJson())]);

    /// <summary>The cells of a list; none where goals follow a rule.</summary>
    public IEnumerator<GridCell> GetEnumerator() => (Cells ?? []).GetEnumerator();
}
