using FedPG.Core.Resources;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FedPG.Core.Options;

/// <summary>Opens the JSON files a user writes: comments and trailing commas are welcome, duplicate keys are not.</summary>
internal static class JsonDocuments
{
    /// <summary>How files are read.</summary>
    public static JsonDocumentOptions ReadingOptions { get; } = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        AllowDuplicateProperties = false,
        MaxDepth = 32,
    };

    /// <summary>A value of a document as a tree of its own, with whatever comments and commas stand in it.</summary>
    public static JsonNode? NodeOf(JsonElement element) => JsonNode.Parse(element.GetRawText(), null, ReadingOptions);

    /// <summary>Reads and parses a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="regular">Whether it must be one that can be read again, and no pipe.</param>
    /// <exception cref="InvalidInputException">The file is missing, unreadable or not JSON.</exception>
    public static JsonElement ReadFile(string path, bool regular = false)
    {
        byte[] bytes;
        try
        {
            bytes = regular ? InputFile.BytesOfFile(path) : InputFile.Bytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            string reason = e switch
            {
                FileNotFoundException or DirectoryNotFoundException => "the file does not exist",
                _ when Directory.Exists(path) => "is a folder; a file is needed",
                UnauthorizedAccessException => "the file cannot be read: permission denied",
                _ => $"the file cannot be read: {e.Message}",
            };
            throw new InvalidInputException(new ValidationError(path, "", null, reason));
        }
        return Parse(bytes, path);
    }

    /// <summary>Parses the bytes of a file.</summary>
    /// <exception cref="InvalidInputException">They are not JSON, or no Unicode text; the message
    /// names line and column, or the key.</exception>
    public static JsonElement Parse(ReadOnlyMemory<byte> utf8, string source)
    {
        ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
        if (utf8.Span.StartsWith(mark)) utf8 = utf8[mark.Length..];
        if (UnicodeText.ErrorOf(utf8.Span) is { } notText) throw new InvalidInputException(new ValidationError(source, "", null, notText));
        try
        {
            using var document = JsonDocument.Parse(utf8, ReadingOptions);
            JsonElement root = document.RootElement.Clone();
            if (utf8.Span.IndexOf("\\u"u8) >= 0) UnicodeText.ThrowIfBroken(root, source);
            return root;
        }
        catch (InvalidOperationException)
        {
            // Names are compared while they are parsed.
            throw new InvalidInputException(new ValidationError(source, "", null, $"a key {UnicodeText.Half}"));
        }
        catch (JsonException e)
        {
            string place = e.LineNumber is { } line ? $" at line {line + 1}, column {e.BytePositionInLine + 1}" : "";
            string reason = Brief(e.Message.Split(" LineNumber:")[0].Split(" Path:")[0]);
            throw new InvalidInputException(new ValidationError(source, "", null, $"not valid JSON{place}: {reason}"));
        }
    }

    /// <summary>A message that may quote a broken literal with all that follows it, which is cut.</summary>
    private static string Brief(string message)
    {
        const int most = 20;
        int end = message.IndexOf("' is an invalid ", StringComparison.Ordinal);
        return !message.StartsWith('\'') || end <= most ? message : $"'{ValidationError.Shorten(message[1..most])}...{message[end..]}";
    }
}
