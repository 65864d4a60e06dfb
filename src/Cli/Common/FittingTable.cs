using Spectre.Console;

namespace FedPG.Cli.Common;

/// <summary>A column of a <see cref="FittingTable"/>.</summary>
/// <param name="Name">Its heading; empty for none.</param>
/// <param name="Spare">Where there is no room the column with the smallest number goes first; 0 for one that stays.</param>
/// <param name="GoesFirst">Whether it goes before a heading is broken over lines, unmentioned: what it says stands elsewhere too.</param>
internal sealed record FittingColumn(string Name, int Spare = 0, bool GoesFirst = false);

/// <summary>
/// A table on stdout that leaves columns out rather than break numbers over lines. The first column holds names, the others numbers on the
/// right. Not thread-safe.
/// </summary>
/// <param name="title">The line above it.</param>
/// <param name="columns">The columns.</param>
internal sealed class FittingTable(string title, IReadOnlyList<FittingColumn> columns)
{
    /// <summary>What a file or a pipe may hold in a line; a terminal says itself.</summary>
    public const int RedirectedWidth = 180;

    /// <summary>What a column takes beside its text, and the least that a name is broken to.</summary>
    private const int Padding = 3, NameWidth = 14;

    private readonly List<string[]> _rows = [];

    /// <summary>Adds a row.</summary>
    /// <param name="cells">As many as there are columns, as plain text.</param>
    public void Add(params string[] cells) => _rows.Add(cells);

    /// <summary>Writes the table, and a sentence where columns were left out.</summary>
    /// <param name="elsewhere">Where the columns left out can be read.</param>
    public void Print(string elsewhere)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) });
        if (Console.IsOutputRedirected) console.Profile.Width = RedirectedWidth;
        int[] shown = Fitting(console.Profile.Width);
        if (IsTight(shown, console.Profile.Width)) shown = [.. shown.Where(c => !columns[c].GoesFirst)];
        bool tight = IsTight(shown, console.Profile.Width);
        var table = new Table { Border = TableBorder.Simple, Title = new TableTitle(title.EscapeMarkup()) };
        foreach (int c in shown)
        {
            string name = columns[c].Name.EscapeMarkup();
            // Numbers are never broken; where there is no room headings are, between words, and names at any place.
            if (tight) name = Folded(name, Width(c) - Padding);
            table.AddColumn(c == 0 ? new TableColumn(name) : new TableColumn(name).NoWrap().RightAligned());
        }
        foreach (string[] row in _rows) table.AddRow([.. shown.Where(c => c < row.Length).Select(c => row[c].EscapeMarkup())]);
        console.Write(new DenseTable(table));
        string[] left =
            [.. Enumerable.Range(0, columns.Count).Except(shown).Where(c => !columns[c].GoesFirst).Select(c => columns[c].Name)];
        if (left.Length > 0) Prose.Write($"no room on this terminal for {string.Join(", ", left)}: see {elsewhere}");
    }

    /// <summary>The columns that a width has room for.</summary>
    /// <param name="width">The width of the terminal.</param>
    internal int[] Fitting(int width)
    {
        List<int> shown = [.. Enumerable.Range(0, columns.Count)];
        while (shown.Sum(Width) > width && shown.Where(c => columns[c].Spare > 0).ToArray() is { Length: > 0 } spare)
            shown.Remove(spare.MinBy(c => columns[c].Spare));
        return [.. shown];
    }

    /// <summary>Whether headings have to be broken.</summary>
    private bool IsTight(int[] shown, int width) => shown.Sum(c => Math.Max(Width(c), columns[c].Name.Length + Padding)) > width;

    /// <summary>A heading over lines of at most a width, broken between words.</summary>
    private static string Folded(string heading, int width)
    {
        string folded = "";
        int used = 0;
        foreach (string word in heading.Split(' '))
        {
            bool fits = used > 0 && used + 1 + word.Length <= width;
            folded += (used == 0 ? "" : fits ? " " : "\n") + word;
            used = fits ? used + 1 + word.Length : word.Length;
        }
        return folded;
    }

    /// <summary>The least width of a column: numbers are not broken, headings are broken between words, names at any place.</summary>
    private int Width(int column)
    {
        int heading = columns[column].Name.Split(' ').Max(word => word.Length);
        int cells = _rows.Where(row => column < row.Length).Select(row => row[column].Length).DefaultIfEmpty().Max();
        return Math.Max(heading, column == 0 ? Math.Min(cells, NameWidth) : cells) + Padding;
    }
}
