using FedPG.Envs.Pictures;

namespace FedPG.Envs.Tabular;

/// <content>The grid in a terminal.</content>
internal sealed partial class GridDrawing
{
    private static readonly string[] Words =
        ["# wall", "S start", "G goal", "0-9 goal of that agent", "H hole", "L lava", "C cliff", "T treasure"];

    protected override IReadOnlyList<TextBlock> DescribeStates(PictureScene scene)
    {
        GridLayout grid = MdpOf(scene).Grid!;
        int[,] states = StatesOf(grid);
        var rows = new List<IReadOnlyList<TextPiece>>();
        for (int row = 0; row < grid.Rows; row++)
        {
            int at = row;
            rows.Add([.. Enumerable.Range(0, grid.Columns).Select(column => Cell(scene, grid.Map[at][column], states[at, column]))]);
        }
        char[] present = [.. grid.Map.SelectMany(line => line).Distinct()];
        IEnumerable<string> letters = Words.Where(w => w[0] == '0' ? present.Any(char.IsAsciiDigit) : present.Contains(w[0]));
        List<string> legend = ["", "letters: " + string.Join(", ", letters)];
        if (scene.Policy is not null)
        {
            legend.Add("arrows: the likeliest action (a dot where none is likelier than the others)");
            legend.Add($"shading: value from {Number(scene.ValueRange.Least)} (light) to {Number(scene.ValueRange.Most)} (dark)");
        }
        return [new TextBlock(rows), TextBlock.OfLines(legend)];
    }

    protected override string NameOf(FiniteMdp mdp, int state)
    {
        (int row, int column) = mdp.Grid!.Cells[state];
        return row < 0 ? "end" : $"({row},{column})";
    }

    private static TextPiece Cell(PictureScene scene, char letter, int state)
    {
        if (letter == '#') return new TextPiece("###", ColourRole.Wall);
        bool acts = Acts(scene, letter, state), floor = letter is '.' or 'F';
        string text = acts ? $"{(floor ? ' ' : letter)}{Arrow(scene, state)} " : floor ? " . " : $" {letter} ";
        return letter switch
        {
            'H' => new TextPiece(text, ColourRole.Hole),
            'L' => new TextPiece(text, ColourRole.Hazard),
            'C' => new TextPiece(text, ColourRole.Cliff),
            'G' or 'T' or (>= '0' and <= '9') when !acts => new TextPiece(text, ColourRole.Goal),
            _ when acts => new TextPiece(text, PictureColour.OfValue(scene.ShareOf(scene.Values![state]))),
            _ => text,
        };
    }

    private static char Arrow(PictureScene scene, int state) =>
        Likeliest(scene, state) is { } action ? GridArrows.Character(GridArrows.Of(MdpOf(scene), scene.Agent, state, action)) : '·';
}
