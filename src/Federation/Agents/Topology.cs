using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core.Options;

namespace FedPG.Federation.Agents;

/// <summary>Who hears whom, for any number of agents: a <see cref="MixingGraph"/> by its word, or the matrix of one. Immutable.</summary>
public sealed record Topology : IOptionValue<Topology>
{
    private readonly string? _word;
    private readonly double[][]? _matrix;

    private Topology(string? word, double[][]? matrix) => (_word, _matrix) = (word, matrix);

    /// <summary><see cref="MixingGraph.Ring"/>.</summary>
    public static Topology Ring { get; } = new("ring", null);

    /// <summary><see cref="MixingGraph.Complete"/>.</summary>
    public static Topology Complete { get; } = new("complete", null);

    /// <summary><see cref="MixingGraph.Bipartite"/>.</summary>
    public static Topology Bipartite { get; } = new("bipartite", null);

    /// <summary>Any weights, [N][N], doubly stochastic.</summary>
    public static implicit operator Topology(double[][] matrix) => FromMatrix(matrix);

    /// <summary>Any weights, [N][N], doubly stochastic.</summary>
    /// <param name="matrix">W; copied.</param>
    public static Topology FromMatrix(double[][] matrix) => new(null, [.. matrix.Select(row => (double[])row.Clone())]);

    /// <summary>The graph of N agents.</summary>
    /// <param name="agents">N.</param>
    /// <exception cref="ArgumentException">There is a matrix, and it is none of N agents that is doubly stochastic.</exception>
    public MixingGraph For(int agents) => _word switch
    {
        null => MixingGraph.Of(_matrix!),
        "complete" => MixingGraph.Complete(agents),
        "bipartite" => MixingGraph.Bipartite(agents),
        _ => MixingGraph.Ring(agents),
    };

    /// <summary>What keeps it from being a graph of N agents; null when nothing does.</summary>
    /// <param name="agents">N; 0 where it is not known.</param>
    public string? ErrorFor(int agents) => _matrix is null || agents == 0 ? null : MixingGraph.ErrorOf(_matrix, agents);

    /// <inheritdoc/>
    public static JsonObject Form(NumberRange range) => JsonForm.OneOf(
        JsonForm.Words("complete", "ring", "bipartite"), JsonForm.ListOf(JsonForm.ListOf(JsonForm.Number(NumberRange.NonNegative))));

    /// <inheritdoc/>
    public static string Allowed(NumberRange range) =>
        "\"complete\" | \"ring\" | \"bipartite\", or a doubly stochastic matrix [[...], ...], a row an agent";

    /// <inheritdoc/>
    public static bool TryParse(JsonElement element, NumberRange range, out Topology value)
    {
        value = Ring;
        if (element.ValueKind == JsonValueKind.String)
        {
            Topology? known = Array.Find([Complete, Ring, Bipartite], topology => topology._word == element.GetString());
            value = known ?? Ring;
            return known is not null;
        }
        if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() == 0) return false;
        double[]?[] rows = [.. element.EnumerateArray().Select(Row)];
        if (!Array.TrueForAll(rows, row => row is not null)) return false;
        value = FromMatrix([.. rows.Select(row => row!)]);
        return true;
    }

    /// <inheritdoc/>
    public JsonNode? ToJson() => _word is null ? JsonSerializer.SerializeToNode(_matrix) : JsonValue.Create(_word);

    private static double[]? Row(JsonElement row) =>
        row.ValueKind == JsonValueKind.Array && row.EnumerateArray().All(e => e.ValueKind == JsonValueKind.Number && e.TryGetDouble(out _))
            ? [.. row.EnumerateArray().Select(e => e.GetDouble())]
            : null;
}
