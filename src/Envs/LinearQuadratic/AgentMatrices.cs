using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core.Options;

namespace FedPG.Envs.LinearQuadratic;

/// <summary>
/// A matrix that may differ between agents: one for all of them, or a list with one an agent, all of one shape. One matrix and a list
/// convert to it: <c>Q = new double[,] { { 1, 0 }, { 0, 1 } }</c>, <c>Q = [first, second]</c>. Immutable.
/// </summary>
[CollectionBuilder(typeof(AgentMatrices), nameof(List))]
public sealed class AgentMatrices : IOptionValue<AgentMatrices>, IEquatable<AgentMatrices>
{
    private readonly NumberMatrix[] _matrices;

    private AgentMatrices(NumberMatrix[] matrices)
    {
        if (matrices.Length == 0 || matrices.Any(matrix => (matrix.Rows, matrix.Columns) != (matrices[0].Rows, matrices[0].Columns)))
            throw new ArgumentException("a list of matrices has at least one, and all have one shape", nameof(matrices));
        _matrices = matrices;
    }

    /// <summary>The number of matrices: 1 where it is one for all agents.</summary>
    public int Count => _matrices.Length;

    /// <summary>The rows of each matrix.</summary>
    public int Rows => _matrices[0].Rows;

    /// <summary>The columns of each matrix.</summary>
    public int Columns => _matrices[0].Columns;

    /// <summary>The matrix of an agent.</summary>
    /// <param name="agent">The agent's index.</param>
    public NumberMatrix this[int agent] => _matrices.Length == 1 ? _matrices[0] : _matrices[agent];

    /// <summary>One matrix for all agents.</summary>
    /// <param name="matrix">The matrix.</param>
    public static implicit operator AgentMatrices(NumberMatrix matrix) => List(matrix);

    /// <summary>One matrix for all agents.</summary>
    /// <param name="numbers">[rows, columns].</param>
    public static implicit operator AgentMatrices(double[,] numbers) => List(NumberMatrix.Of(numbers));

    /// <summary>One matrix an agent, or one for all.</summary>
    /// <param name="matrices">[N], or one.</param>
    /// <exception cref="ArgumentException">There is none, or their shapes differ.</exception>
    public static AgentMatrices List(params ReadOnlySpan<NumberMatrix> matrices) => new([.. matrices]);

    /// <summary>The matrices: one for all agents, or one an agent.</summary>
    public IEnumerator<NumberMatrix> GetEnumerator() => ((IEnumerable<NumberMatrix>)_matrices).GetEnumerator();

    /// <inheritdoc/>
    public static JsonObject Form(NumberRange range) => JsonForm.OneOf(NumberMatrix.Form(range), JsonForm.ListOf(NumberMatrix.Form(range)));

    /// <inheritdoc/>
    public static string Allowed(NumberRange range) => Allowed(agents: 1);

    /// <inheritdoc/>
    public static bool TryParse(JsonElement element, NumberRange range, out AgentMatrices value)
    {
        value = null!;
        if (NumberMatrix.TryParse(element, range, out NumberMatrix one))
        {
            value = one;
            return true;
        }
        if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() == 0) return false;
        var matrices = new List<NumberMatrix>();
        foreach (JsonElement item in element.EnumerateArray())
        {
            if (!NumberMatrix.TryParse(item, range, out NumberMatrix matrix)) return false;
            if (matrices is [var first, ..] && (matrix.Rows, matrix.Columns) != (first.Rows, first.Columns)) return false;
            matrices.Add(matrix);
        }
        value = new AgentMatrices([.. matrices]);
        return true;
    }

    /// <inheritdoc/>
    public JsonNode? ToJson() => new JsonArray([.. _matrices.Select(matrix => matrix.ToJson())]);

    /// <inheritdoc/>
    public bool Equals(AgentMatrices? other) => other is not null && _matrices.SequenceEqual(other._matrices);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as AgentMatrices);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Count, _matrices[0]);

    /// <summary>What is allowed for a number of agents.</summary>
    /// <param name="agents">N.</param>
    internal static string Allowed(int agents) =>
        agents == 1 ? "a matrix [[...], ...]" : $"a matrix [[...], ...] or a list of 1 or {agents}, all of one shape";
}
