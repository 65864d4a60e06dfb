using System.Globalization;
using FedPG.Envs.Pictures;

namespace FedPG.Envs.Tabular;

/// <summary>
/// Draws a grid: walls, goals, holes, lava and cliff, the value as a shade, and every action's probability as the length of an arrow. In a
/// terminal, three characters a cell: its letter, the likeliest action, and the value as the colour behind them.
/// </summary>
internal sealed partial class GridDrawing : TabularDrawing
{
    private const float LegendWidth = 62;

    public static GridDrawing Instance { get; } = new();

    public override bool Fits(FederatedEnvironment environment) => environment is FiniteMdp { Grid: not null };

    protected override (float Width, float Height) SizeOf(PictureScene scene)
    {
        GridLayout grid = MdpOf(scene).Grid!;
        float cell = CellOf(grid);
        float width = (2 * Margin) + (cell * grid.Columns) + (scene.Values is null ? 0 : LegendWidth);
        return (Math.Max(width, 300), TitleHeight + (cell * grid.Rows) + CaptionHeight + 4);
    }

    protected override string CaptionOf(PictureScene scene) => CaptionOr(scene, $"{MdpOf(scene).States} states");

    protected override void Paint(Sketch sketch, PictureScene scene, int? moment)
    {
        GridLayout grid = MdpOf(scene).Grid!;
        int[,] states = StatesOf(grid);
        float cell = CellOf(grid);
        for (int row = 0; row < grid.Rows; row++)
        {
            for (int column = 0; column < grid.Columns; column++)
            {
                var at = new GridCell(grid.Map[row][column], states[row, column], X(column, cell), Y(row, cell), cell);
                PaintCell(sketch, scene, at);
            }
        }
        sketch.Frame(X(0, cell), Y(0, cell), cell * grid.Columns, cell * grid.Rows, ColourRole.Ink, 1.5f);
        if (scene.Values is not null) PaintLegend(sketch, scene, X(grid.Columns, cell) + 10, Math.Min((cell * grid.Rows) - 16, 260));
        if (moment is { } t) PaintAgent(sketch, scene, t, cell);
    }

    private static float CellOf(GridLayout grid) => Math.Clamp(560f / Math.Max(grid.Rows, grid.Columns), 3, 56);

    private static float X(double column, float cell) => Margin + (float)(column * cell);

    private static float Y(double row, float cell) => TitleHeight + (float)(row * cell);

    /// <summary>The state in each cell, -1 where there is none.</summary>
    private static int[,] StatesOf(GridLayout grid)
    {
        int[,] states = new int[grid.Rows, grid.Columns];
        for (int k = 0; k < states.Length; k++) states[k / grid.Columns, k % grid.Columns] = -1;
        for (int s = 0; s < grid.Cells.Count; s++)
        {
            if (grid.Cells[s].Row >= 0) states[grid.Cells[s].Row, grid.Cells[s].Column] = s;
        }
        return states;
    }

    /// <summary>Whether the policy chooses an action in a state that is drawn.</summary>
    private static bool Acts(PictureScene scene, char letter, int state) =>
        state >= 0 && scene.Policy is not null && !MdpOf(scene).Terminal[state] && letter is not 'C';

    private static void PaintCell(Sketch sketch, PictureScene scene, GridCell at)
    {
        bool acts = Acts(scene, at.Letter, at.State);
        PictureColour ground = at.Letter switch
        {
            '#' => ColourRole.Wall,
            'C' => ColourRole.Cliff,
            'L' => ColourRole.Hazard,
            _ when acts => PictureColour.OfValue(scene.ShareOf(scene.Values![at.State])),
            _ => ColourRole.Paper,
        };
        sketch.Cell(at.X, at.Y, at.Size, at.Size, ground);
        if (at.Letter == '#') return;
        sketch.Frame(at.X, at.Y, at.Size, at.Size, ColourRole.GridLine, 0.6f);
        if (at.Letter == 'H') sketch.Disc(at.MiddleX, at.MiddleY, 0.38f * at.Size, ColourRole.Hole);
        if (at.Letter == 'C') Hatch(sketch, at);
        if (at.Letter == 'L') Waves(sketch, at);
        if (at.Letter is 'G' or 'T' || char.IsAsciiDigit(at.Letter)) PaintGoal(sketch, scene, at, acts);
        if (at.Letter == 'S') sketch.Ring(at.MiddleX, at.MiddleY, 0.4f * at.Size, ColourRole.Goal, Math.Max(1, 0.05f * at.Size));
        if (acts) PaintArrows(sketch, scene, at);
        else if (at.Letter == 'S' && at.Size > 14) sketch.Text("S", at.MiddleX, at.MiddleY, 0.4f * at.Size, ColourRole.Ink);
    }

    private static void PaintGoal(Sketch sketch, PictureScene scene, GridCell at, bool acts)
    {
        bool own = scene.Together || !char.IsAsciiDigit(at.Letter) || at.Letter - '0' == scene.Agent;
        // Where the policy acts on from a goal, its mark goes into the corner and leaves the arrows free.
        float radius = (acts ? 0.17f : 0.34f) * at.Size, shift = acts ? 0.3f * at.Size : 0;
        (float x, float y) = (at.MiddleX - shift, at.MiddleY - shift);
        sketch.Disc(x, y, radius, own ? ColourRole.Goal : ColourRole.OtherGoal);
        if (at.Size > 14) sketch.Text(at.Letter.ToString(), x, y, radius * 1.25f, own ? ColourRole.Paper : ColourRole.Ink);
    }

    private static void PaintArrows(Sketch sketch, PictureScene scene, GridCell at)
    {
        if (at.Size < 8) return;
        FiniteMdp mdp = MdpOf(scene);
        float stroke = Math.Clamp(0.05f * at.Size, 0.8f, 2.4f);
        (float x, float y) = (at.MiddleX, at.MiddleY);
        var shares = new Dictionary<(int Row, int Column), double>();
        for (int a = 0; a < mdp.Actions; a++)
        {
            (int, int) way = GridArrows.Of(mdp, scene.Agent, at.State, a);
            shares[way] = shares.GetValueOrDefault(way) + Probability(scene, at.State, a);
        }
        foreach (((int row, int column), double share) in shares)
        {
            if (share < 0.02) continue;
            float length = (float)(0.43 * at.Size * share) / MathF.Sqrt(Math.Max(1, (row * row) + (column * column)));
            // An action that is certain stands in the middle of its cell; several go out from there.
            float back = share > 0.98 ? 0.6f : 0, ahead = share > 0.98 ? 0.6f : 1;
            if ((row, column) == (0, 0)) sketch.Disc(x, y, (float)(0.12 * at.Size * share), ColourRole.Ink);
            else
            {
                sketch.Arrow(
                    x - (back * length * column), y - (back * length * row), x + (ahead * length * column), y + (ahead * length * row),
                    ColourRole.Ink, stroke);
            }
        }
    }

    private static void Hatch(Sketch sketch, GridCell at)
    {
        for (int k = 1; k <= 4; k++)
        {
            float reach = k * at.Size / 2.5f, over = Math.Max(0, reach - at.Size), stroke = Math.Max(0.6f, 0.025f * at.Size);
            sketch.Line(at.X + over, at.Y + reach - over, at.X + reach - over, at.Y + over, ColourRole.CliffMark, stroke);
        }
    }

    private static void Waves(Sketch sketch, GridCell at)
    {
        for (int k = 1; k <= 3; k++)
        {
            float level = at.Y + (k * at.Size / 4);
            (float, float)[] wave = [.. Enumerable.Range(0, 49)
                .Select(i => (at.X + (at.Size * (0.1f + (0.8f * i / 48f))), level + (0.05f * at.Size * MathF.Sin(i * MathF.PI / 8))))];
            sketch.Line(wave, ColourRole.HazardMark, Math.Max(0.8f, 0.035f * at.Size));
        }
    }

    private static void PaintLegend(Sketch sketch, PictureScene scene, float left, float height)
    {
        const int steps = 64;
        float top = TitleHeight + 8;
        for (int k = 0; k < steps; k++)
        {
            PictureColour shade = PictureColour.OfValue(1 - ((k + 0.5) / steps));
            sketch.Cell(left, top + (height * k / steps), 12, (height / steps) + 0.6f, shade);
        }
        sketch.Frame(left, top, 12, height, ColourRole.Ink, 0.8f);
        sketch.Text(Short(scene.ValueRange.Most), left + 16, top + 4, 11, ColourRole.Ink, TextAlign.Start);
        sketch.Text(Short(scene.ValueRange.Least), left + 16, top + height - 4, 11, ColourRole.Ink, TextAlign.Start);
        if (height > 60) sketch.Text("value", left + 16, top + (height / 2), 11, ColourRole.Muted, TextAlign.Start);
    }

    private static string Short(double value) => value.ToString("G3", CultureInfo.InvariantCulture);

    private static void PaintAgent(Sketch sketch, PictureScene scene, int step, float cell)
    {
        GridLayout grid = MdpOf(scene).Grid!;
        (float X, float Y)[] trail = [.. scene.Episode.States.Take(step + 1).Select(s => grid.Cells[(int)s[0]])
            .Where(c => c.Row >= 0).Select(c => (X(c.Column + 0.5, cell), Y(c.Row + 0.5, cell)))];
        if (trail.Length == 0) return;
        sketch.Line(trail, new PictureColour(ColourRole.Agent, Opacity: 150), Math.Clamp(0.07f * cell, 1, 4));
        (float x, float y) = trail[^1];
        sketch.Disc(x, y, 0.3f * cell, ColourRole.Paper);
        sketch.Disc(x, y, 0.25f * cell, ColourRole.Agent);
    }

    /// <summary>A cell that is painted.</summary>
    private readonly record struct GridCell(char Letter, int State, float X, float Y, float Size)
    {
        public float MiddleX => X + (Size / 2);

        public float MiddleY => Y + (Size / 2);
    }
}
