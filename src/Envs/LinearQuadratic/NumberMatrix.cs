using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core.Options;

namespace FedPG.Envs.LinearQuadratic;

/// <summary>
/// A matrix as an option, in JSON a list of rows [rows][columns]. A <c>double[,]</c> and a list of rows convert to it. Immutable.
/// </summary>
public sealed class NumberMatrix : IOptionValue<NumberMatrix>, IEquatable<NumberMatrix>
{
    private readonly double[][] _rows;

    /// <summary>Creates a matrix.</summary>
    /// <param name="rows">[rows][columns], at least one of each, all rows of one length.</param>
    /// <exception cref="ArgumentException">There are no numbers, or rows have different lengths.</exception>
    public NumberMatrix(double[][] rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.Length == 0 || rows[0].Length == 0 || rows.Any(row => row.Length != rows[0].Length))
            throw new ArgumentException("a matrix has at least one row and one column, and rows of one length", nameof(rows));
        _rows = [.. rows.Select(row => (double[])row.Clone())];
    }

    /// <summary>The number of rows.</summary>
    public int Rows => _rows.Length;

    /// <summary>The number of columns.</summary>
    public int Columns => _rows[0].Length;

    /// <summary>One of the numbers.</summary>
    /// <param name="row">The row, from 0.</param>
    /// <param name="column">The column, from 0.</param>
    public double this[int row, int column] => _rows[row][column];

    /// <summary>A matrix from its numbers.</summary>
    /// <param name="numbers">[rows, columns].</param>
    public static implicit operator NumberMatrix(double[,] numbers) => Of(numbers);

    /// <summary>A matrix from its rows.</summary>
    /// <param name="rows">[rows][columns].</param>
    public static implicit operator NumberMatrix(double[][] rows) => new(rows);

    /// <summary>A matrix from its numbers.</summary>
    /// <param name="numbers">[rows, columns].</param>
    public static NumberMatrix Of(double[,] numbers)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        int columns = numbers.GetLength(1);
        return new NumberMatrix(
            [.. Enumerable.Range(0, numbers.GetLength(0)).Select(i => Enumerable.Range(0, columns).Select(j => numbers[i, j]).ToArray())]);
    }

    /// <inheritdoc/>
    public static JsonObject Form(NumberRange range) => JsonForm.ListOf(JsonForm.ListOf(JsonForm.Number(range)));

    /// <inheritdoc/>
    public static string Allowed(NumberRange range) => "a matrix [[...], ...]";

    /// <inheritdoc/>
    public static bool TryParse(JsonElement element, NumberRange range, out NumberMatrix value)
    {
        value = null!;
        if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() == 0) return false;
        double[]?[] rows = [.. element.EnumerateArray().Select(row => JsonValues.Numbers(row, range))];
        if (!rows.All(row => row is { Length: > 0 } && row.Length == rows[0]!.Length)) return false;
        value = new NumberMatrix(rows!);
        return true;
    }

    /// <inheritdoc/>
    public JsonNode? ToJson() => new JsonArray([.. _rows.Select(row => new JsonArray([.. row.Select(number => (JsonNode)number)]))]);

    /// <inheritdoc/>
    public bool Equals(NumberMatrix? other) =>
        other is not null && Rows == other.Rows && _rows.Zip(other._rows).All(pair => pair.First.SequenceEqual(pair.Second));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as NumberMatrix);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Rows, Columns, _rows[0][0]);

    /// <summary>The rows, as a copy.</summary>
    internal double[][] ToRows() => [.. _rows.Select(row => (double[])row.Clone())];

}
