using System.Text;
using FedPG.Envs.Tabular;
using Spectre.Console;

namespace FedPG.Cli.Rendering;

/// <summary>A grid in the terminal: three characters a cell, its letter, the likeliest action, and the value as the colour behind them.</summary>
internal static class TextGrid
{
    private const string Words = "letters: # wall, S start, G goal, 0-9 goal of that agent, H hole, L lava, C cliff, T treasure";

    /// <summary>Writes the grid and its legend.</summary>
    public static void Write(IAnsiConsole console, Subject subject)
    {
        FiniteMdp mdp = subject.Mdp!;
        GridLayout grid = mdp.Grid!;
        int[,] states = StatesOf(grid);
        (double Least, double Most) range = subject.Values is null ? (0, 0) : Shades.Range(subject);
        for (int row = 0; row < grid.Rows; row++)
        {
            var line = new StringBuilder();
            for (int column = 0; column < grid.Columns; column++) line.Append(Cell(subject, grid.Map[row][column], states[row, column], range));
            console.MarkupLine(line.ToString());
        }
        console.WriteLine();
        char[] present = [.. grid.Map.SelectMany(l => l).Distinct()];
        console.WriteLine("letters: " + string.Join(", ", Words[9..].Split(", ").Where(w => w[0] == '0' ? present.Any(char.IsAsciiDigit) : present.Contains(w[0]))));
        if (subject.Policy is null) return;
        console.WriteLine("arrows: the likeliest action (a dot where none is likelier than the others)");
        console.WriteLine($"shading: value from {TextView.Number(range.Least)} (light) to {TextView.Number(range.Most)} (dark)");
    }

    /// <summary>Text in black on a colour, as markup.</summary>
    public static string Shaded(string text, uint colour) => $"[#000000 on #{colour:x6}]{text.EscapeMarkup()}[/]";

    /// <summary>The state in each cell, -1 where there is none.</summary>
    public static int[,] StatesOf(GridLayout grid)
    {
        int[,] states = new int[grid.Rows, grid.Columns];
        for (int k = 0; k < states.Length; k++) states[k / grid.Columns, k % grid.Columns] = -1;
        for (int s = 0; s < grid.Cells.Count; s++)
        {
            if (grid.Cells[s].Row >= 0) states[grid.Cells[s].Row, grid.Cells[s].Column] = s;
        }
        return states;
    }

    private static string Cell(Subject subject, char letter, int state, (double Least, double Most) range)
    {
        if (letter == '#') return "[#808080 on #404040]###[/]";
        char mark = letter is '.' or 'F' ? ' ' : letter;
        bool acts = state >= 0 && subject.Policy is not null && !subject.Mdp!.Terminal[state] && letter is not 'C';
        string text = acts ? $"{mark}{Arrow(subject, state)} " : letter is '.' or 'F' ? " . " : $" {mark} ";
        return letter switch
        {
            'H' => Shaded(text, 0x8fa3b8),
            'L' => Shaded(text, 0xf28e2b),
            'C' => Shaded(text, 0xb58863),
            'G' or 'T' or (>= '0' and <= '9') when !acts => Shaded(text, 0x7ccf8a),
            _ when acts => Shaded(text, Shades.At(Shades.Share(subject.Values![state], range))),
            _ => text.EscapeMarkup(),
        };
    }

    private static char Arrow(Subject subject, int state)
    {
        int likely = 0;
        for (int a = 1; a < subject.Mdp!.Actions; a++)
        {
            if (subject.Probability(state, a) > subject.Probability(state, likely)) likely = a;
        }
        bool even = subject.Probability(state, likely) < (1.0 / subject.Mdp.Actions) + 0.01;
        return even ? '·' : GridArrows.Character(GridArrows.Of(subject.Mdp, subject.Agent, state, likely));
    }
}
