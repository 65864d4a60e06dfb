using System.Text;

namespace FedPG.Cli.Common;

/// <summary>Sentences on stdout: broken between words on a terminal, one line each in a file or a pipe. Stateless.</summary>
internal static class Prose
{
    private const int Indent = 2;

    /// <summary>Writes a sentence.</summary>
    /// <param name="text">One line; spaces before it are kept.</param>
    public static void Write(string text) => Console.WriteLine(Console.IsOutputRedirected ? text : Wrapped(text, StatusLine.Columns));

    /// <summary>
    /// The text in lines that end before the last column, so that no terminal breaks them; later lines are indented. A word without room,
    /// such as a path, has a line of its own and is left whole.
    /// </summary>
    /// <param name="text">One line.</param>
    /// <param name="columns">The width of the terminal.</param>
    public static string Wrapped(string text, int columns)
    {
        int room = columns - 1, margin = text.Length - text.TrimStart(' ').Length;
        if (text.Length <= room) return text;
        var lines = new StringBuilder();
        int start = 0, indent = 0;
        while (text.Length - start > room - indent)
        {
            int first = start == 0 ? margin : start;
            int end = text.LastIndexOf(' ', Math.Clamp(start + room - indent, first, text.Length - 1));
            if (end <= first) end = text.IndexOf(' ', Math.Min(first + 1, text.Length));
            if (end < 0) break;
            lines.Append(' ', indent).Append(text.AsSpan(start, end - start).TrimEnd(' ')).Append('\n');
            (start, indent) = (end, Math.Min(margin + Indent, Math.Max(0, room - 1)));
            while (start < text.Length && text[start] == ' ') start++;
        }
        return lines.Append(' ', start < text.Length ? indent : 0).Append(text.AsSpan(start)).ToString();
    }
}
