using Spectre.Console;

namespace FedPG.Cli.Common;

/// <summary>
/// The last line of a terminal on stderr, which is drawn anew in its place; elsewhere (a file, a pipe, a terminal without such abilities)
/// lines are added. Not thread-safe.
/// </summary>
internal sealed class StatusLine
{
    private const string ToStart = "\r\u001b[J", WrapOff = "\u001b[?7l", WrapOn = "\u001b[?7h";
    private int _shown;

    /// <param name="quiet">Whether nothing is to be drawn.</param>
    public StatusLine(bool quiet = false)
    {
        IsQuiet = quiet;
        if (quiet || Console.IsErrorRedirected) return;
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        IsTerminal = console.Profile.Capabilities.Ansi;
        HasColours = IsTerminal && console.Profile.Capabilities.ColorSystem != ColorSystem.NoColors;
    }

    /// <summary>Whether nothing is drawn.</summary>
    public bool IsQuiet { get; }

    /// <summary>Whether lines are drawn in the place of the last one.</summary>
    public bool IsTerminal { get; }

    /// <summary>Whether it shows colours.</summary>
    public bool HasColours { get; }

    /// <summary>The width of the terminal now.</summary>
    public static int Columns => Size(() => Console.WindowWidth, 80);

    /// <summary>The height of the terminal now.</summary>
    public static int Rows => Size(() => Console.WindowHeight, 24);

    /// <summary>Shows a line of progress.</summary>
    public void Show(ProgressLine line)
    {
        if (IsQuiet) return;
        if (!IsTerminal)
        {
            Console.Error.WriteLine(Console.IsErrorRedirected ? line.ToString() : Prose.Wrapped(line.ToString(), Columns));
            return;
        }
        int columns = Columns;
        // A terminal that knows its width better than we do cuts the line itself, instead of breaking it.
        Console.Error.Write($"{Back(columns)}{WrapOff}{(HasColours ? line.Coloured(columns) : line.Plain(columns))}{WrapOn}");
        _shown = line.Plain(columns).Length;
    }

    /// <summary>Writes a remark above the line of progress, which is gone until it is drawn again.</summary>
    public void Note(string text)
    {
        string lines = Console.IsErrorRedirected ? text : Prose.Wrapped(text, Columns);
        if (!IsQuiet) Console.Error.WriteLine(IsTerminal ? Back(Columns) + lines : lines);
        _shown = 0;
    }

    /// <summary>Takes the line away.</summary>
    public void Clear()
    {
        if (IsTerminal) Console.Error.Write(Back(Columns));
        _shown = 0;
    }

    /// <summary>Leaves the line where it is.</summary>
    public void Keep()
    {
        if (IsTerminal && _shown > 0) Console.Error.WriteLine();
        _shown = 0;
    }

    private static int Size(Func<int> ask, int usual)
    {
        try
        {
            return ask() is > 0 and int size ? size : usual;
        }
        catch (IOException)
        {
            return usual;
        }
    }

    /// <summary>To the start of the line, also where the terminal has become narrower since and has broken it.</summary>
    private string Back(int columns)
    {
        int above = _shown > columns ? (_shown - 1) / columns : 0;
        return above > 0 ? $"\u001b[{above}A{ToStart}" : ToStart;
    }
}
