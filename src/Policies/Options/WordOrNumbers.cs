using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core.Options;

namespace FedPG.Policies.Options;

/// <summary>
/// An option that is a word, or an array of numbers of one to three dimensions that says the same in full: <c>"radial"</c>, or given
/// features. A string and arrays of C# convert to it. Immutable.
/// </summary>
[SuppressMessage("Usage", "CA2225:Operator overloads have named alternates", Justification = "Of is that alternate.")]
public readonly record struct WordOrNumbers : IOptionValue<WordOrNumbers>
{
    private static readonly JsonSerializerOptions AsWritten = new()
    {
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    private readonly string? _json;

    private WordOrNumbers(string? word, string json) => (Word, _json) = (word, json);

    /// <summary>The word; null where numbers are given.</summary>
    public string? Word { get; }

    /// <summary>A word.</summary>
    /// <param name="word">The word.</param>
    public static implicit operator WordOrNumbers(string word) => Of(word);

    /// <summary>Numbers, [A].</summary>
    /// <param name="numbers">The numbers.</param>
    public static implicit operator WordOrNumbers(double[] numbers) => Of(numbers);

    /// <summary>Numbers, [S, m].</summary>
    /// <param name="numbers">The numbers.</param>
    public static implicit operator WordOrNumbers(double[,] numbers) => Of(numbers);

    /// <summary>Numbers, [S, A, d].</summary>
    /// <param name="numbers">The numbers.</param>
    public static implicit operator WordOrNumbers(double[,,] numbers) => Of(numbers);

    /// <summary>A word.</summary>
    /// <param name="word">The word.</param>
    public static WordOrNumbers Of(string word) => new(word, JsonSerializer.Serialize(word));

    /// <summary>Numbers of one to three dimensions.</summary>
    /// <param name="numbers">The numbers, an array of <see cref="double"/>.</param>
    public static WordOrNumbers Of(Array numbers)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        return new WordOrNumbers(null, Written(numbers, 0, []));
    }

    /// <inheritdoc/>
    public static JsonObject Form(NumberRange range) => JsonForm.OneOf(JsonForm.Text(), JsonForm.ListOf(JsonForm.Anything()));

    /// <inheritdoc/>
    public static string Allowed(NumberRange range) => "a word, or an array of numbers";

    /// <inheritdoc/>
    public static bool TryParse(JsonElement element, NumberRange range, out WordOrNumbers value)
    {
        bool known = element.ValueKind is JsonValueKind.String or JsonValueKind.Array;
        value = known ? Of(element) : default;
        return known;
    }

    /// <inheritdoc/>
    public JsonNode? ToJson() => _json is null ? null : JsonNode.Parse(_json, null, JsonDocuments.ReadingOptions);

    /// <summary>A word or an array, as it stands in a document.</summary>
    internal static WordOrNumbers Of(JsonElement element) =>
        new(element.ValueKind == JsonValueKind.String ? element.GetString() : null, element.GetRawText());

    /// <summary>The numbers as arrays of arrays; null where they are no such array of finite numbers.</summary>
    /// <typeparam name="T">double[], double[][] or double[][][].</typeparam>
    internal T? Numbers<T>()
        where T : class
    {
        if (_json is null) return null;
        try
        {
            return JsonSerializer.Deserialize<T>(_json, AsWritten);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The numbers as a matrix; null where they are no matrix of finite numbers of that size.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="columns">The columns; null for any number, 1 or more.</param>
    internal double[,]? Matrix(int rows, int? columns = null)
    {
        double[][]? values = Numbers<double[][]>();
        int width = columns ?? (values is [{ Length: > 0 } first, ..] ? first.Length : 0);
        bool fits = width > 0 && values?.Length == rows && values.All(row => row?.Length == width && row.All(double.IsFinite));
        if (!fits) return null;
        double[,] matrix = new double[rows, width];
        for (int k = 0; k < matrix.Length; k++) matrix[k / width, k % width] = values![k / width][k % width];
        return matrix;
    }

    private static string Written(Array numbers, int dimension, int[] at)
    {
        if (dimension == numbers.Rank)
            return numbers.GetValue(at) is double x && double.IsFinite(x) ? x.ToString("R", CultureInfo.InvariantCulture) : "null";
        IEnumerable<string> items = Enumerable.Range(0, numbers.GetLength(dimension)).Select(
            k => Written(numbers, dimension + 1, [.. at, k]));
        return $"[{string.Join(',', items)}]";
    }
}
