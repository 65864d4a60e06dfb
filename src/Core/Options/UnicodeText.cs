using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace FedPG.Core.Options;

/// <summary>Whether what a user writes is Unicode text: bytes that are no UTF-8, and escapes that name half of a character.</summary>
internal static class UnicodeText
{
    /// <summary>What is wrong with a text that holds half of a character.</summary>
    public const string Half = "holds half of a character: a \\uD800 to \\uDFFF without its other half";

    /// <summary>What is wrong with the bytes of a text; null where they are UTF-8.</summary>
    public static string? ErrorOf(ReadOnlySpan<byte> utf8)
    {
        if (Utf8.IsValid(utf8)) return null;
        (int line, int column) = (1, 1);
        while (Rune.DecodeFromUtf8(utf8, out Rune rune, out int length) == System.Buffers.OperationStatus.Done)
        {
            (line, column) = rune.Value == '\n' ? (line + 1, 1) : (line, column + length);
            utf8 = utf8[length..];
        }
        return string.Create(CultureInfo.InvariantCulture, $"is not UTF-8 text: byte 0x{utf8[0]:X2} at line {line}, column {column}");
    }

    /// <summary>Reads all names and strings of a document.</summary>
    /// <exception cref="InvalidInputException">One of them holds half of a character; the first is named.</exception>
    public static void ThrowIfBroken(JsonElement element, string source, string path = "")
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String when !IsWhole(element):
                throw new InvalidInputException(new ValidationError(source, path, null, Half));
            case JsonValueKind.Array:
                int index = 0;
                foreach (JsonElement item in element.EnumerateArray()) ThrowIfBroken(item, source, $"{path}[{index++}]");
                break;
            case JsonValueKind.Object:
                foreach (JsonProperty property in element.EnumerateObject())
                {
                    string name = NameOf(property)
                        ?? throw new InvalidInputException(new ValidationError(source, path, null, $"a key {Half}"));
                    ThrowIfBroken(property.Value, source, path.Length == 0 ? name : $"{path}.{name}");
                }
                break;
            default:
                break;
        }
    }

    private static bool IsWhole(JsonElement text)
    {
        try
        {
            return text.GetString() is not null;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static string? NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
