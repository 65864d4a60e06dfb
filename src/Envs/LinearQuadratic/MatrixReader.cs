using System.Text.Json;

namespace FedPG.Envs.LinearQuadratic;

/// <summary>Matrices as JSON writes them: rows of finite numbers, all of one length and at least one.</summary>
internal static class MatrixReader
{
    /// <summary>One matrix [rows][columns]; null for anything else.</summary>
    public static double[][]? Matrix(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() == 0) return null;
        double[]?[] rows = [.. element.EnumerateArray().Select(Row)];
        return rows.All(row => row is { Length: > 0 } && row.Length == rows[0]!.Length) ? [.. rows.Select(row => row!)] : null;
    }

    /// <summary>A list of matrices of one shape; null for anything else.</summary>
    public static double[][][]? List(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() == 0) return null;
        double[][]?[] matrices = [.. element.EnumerateArray().Select(Matrix)];
        return matrices.All(matrix => matrix is not null && matrix.Length == matrices[0]!.Length && matrix[0].Length == matrices[0]![0].Length)
            ? [.. matrices.Select(matrix => matrix!)]
            : null;
    }

    private static double[]? Row(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array) return null;
        double[] numbers = [.. element.EnumerateArray().Select(e => e.ValueKind == JsonValueKind.Number && e.TryGetDouble(out double value) ? value : double.NaN)];
        return numbers.All(double.IsFinite) ? numbers : null;
    }
}
