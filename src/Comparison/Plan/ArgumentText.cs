namespace FedPG.Comparison.Plan;

/// <summary>
/// Splits texts of the command line where brackets, braces and quotes allow it, so that a value may be any JSON. Stateless.
/// </summary>
internal static class ArgumentText
{
    /// <summary>The parts between separators that stand outside of brackets, braces and quotes; blanks around a part are dropped.</summary>
    /// <param name="text">The text.</param>
    /// <param name="separator">The separator.</param>
    /// <returns>At least one part, which may be empty.</returns>
    public static IReadOnlyList<string> Split(string text, char separator)
    {
        var parts = new List<string>();
        int start = 0, depth = 0;
        bool quoted = false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (quoted && c == '\\') i++;
            else if (c == '"') quoted = !quoted;
            else if (quoted) continue;
            else if (c is '[' or '{') depth++;
            else if (c is ']' or '}') depth--;
            else if (c == separator && depth <= 0)
            {
                parts.Add(text[start..i].Trim());
                start = i + 1;
            }
        }
        parts.Add(text[start..].Trim());
        return parts;
    }

    /// <summary>What stands before and behind the first equals sign outside of brackets and quotes; null where there is none.</summary>
    public static (string Key, string Value)? Assignment(string text)
    {
        string key = Split(text, '=')[0];
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 || text[..equals].Trim() != key ? null : (key, text[(equals + 1)..].Trim());
    }
}
