using System.Globalization;
using FedPG.Core.Resources;
using FedPG.Core.Options;

namespace FedPG.Envs.Tabular.Files;

/// <summary>The lines of a text file with what is wrong with them. Not thread-safe.</summary>
internal sealed class ModelText
{
    private static readonly char[] Blank = [' ', '\t'];
    private readonly string[] _lines;

    private ModelText(string path, string[] lines) => (Path, _lines, Errors) = (path, lines, new ErrorCollector(path));

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>What is wrong.</summary>
    public ErrorCollector Errors { get; }

    /// <summary>The number of the line that was read last, from 1.</summary>
    public int Line { get; private set; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="InvalidInputException">It cannot be read.</exception>
    public static ModelText Open(string path)
    {
        try
        {
            return new ModelText(path, InputFile.LinesOf(InputFile.BytesOfFile(path)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string reason = e is FileNotFoundException or DirectoryNotFoundException
                ? "the file does not exist"
                : $"the file cannot be read: {e.Message}";
            throw new InvalidInputException(new ValidationError(path, "", null, reason));
        }
    }

    /// <summary>The next line that is neither empty nor a comment; null at the end.</summary>
    public string? Next()
    {
        while (Line < _lines.Length)
        {
            string line = _lines[Line++].Trim();
            if (line.Length > 0 && line[0] != '#' && !line.StartsWith("//", StringComparison.Ordinal)) return line;
        }
        return null;
    }

    /// <summary>The comments before the next line, such as the name of a reward structure.</summary>
    public IEnumerable<string> Comments() => _lines.TakeWhile(line => line.StartsWith('#'));

    /// <summary>The words of a line.</summary>
    public static string[] Words(string line) => line.Split(Blank, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Notes what is wrong with the line read last.</summary>
    public void Reject(string? value, string allowed) =>
        Errors.Add(string.Create(CultureInfo.InvariantCulture, $"line {Line}"), value, allowed);

    /// <summary>A whole number from 0, below a count; -1, and an error noted, for anything else.</summary>
    public int Index(string word, int count, string what)
    {
        if (int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < count) return index;
        Reject(word, $"must be {what}, a whole number from 0 to {count - 1}");
        return -1;
    }

    /// <summary>A finite number, perhaps a fraction; 0, and an error noted, for anything else.</summary>
    public double Number(string word)
    {
        string[] parts = word.Split('/');
        double value = double.NaN;
        if (parts.Length <= 2 && Parse(parts[0]) is { } above)
            value = parts.Length == 1 ? above : Parse(parts[1]) is { } below ? above / below : double.NaN;
        if (double.IsFinite(value)) return value;
        Reject(word, "must be a finite number");
        return 0;

        static double? Parse(string text) =>
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : null;
    }
}
