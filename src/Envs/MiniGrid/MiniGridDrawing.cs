using FedPG.Envs.MiniGrid.Worlds;
using FedPG.Envs.Pictures;

namespace FedPG.Envs.MiniGrid;

/// <summary>Draws the map, and beside it what the agent sees.</summary>
internal sealed class MiniGridDrawing : EnvironmentDrawing
{
    private const float LargestCell = 30, LargestMap = 480, Gap = 24, ViewCell = 22, Label = 18;
    private const int X = 2, Y = 3, Direction = 4, Carried = 5;
    private static readonly string[] Heads = [">>", "vv", "<<", "^^"];

    public static MiniGridDrawing Instance { get; } = new();

    public override int Delay => 15;

    public override IReadOnlyList<TextBlock> Describe(PictureScene scene)
    {
        ArgumentNullException.ThrowIfNull(scene);
        PlayedEpisode episode = scene.Episode;
        var rows = new List<IReadOnlyList<TextPiece>>();
        foreach (int t in (int[])(episode.Steps == 0 ? [0] : [0, episode.Steps]))
        {
            double[] state = episode.States[t];
            string carried = state[Carried] == 0 ? "" : $", carrying the {Named(WorldState.CellOf(state[Carried]))}";
            rows.Add([t == 0 ? $"start{carried}:" : $"after {t} steps{carried}:"]);
            for (int y = 0; y < Height(state); y++) rows.Add(Row(state, y));
        }
        rows.Add(["agent > v < ^; ## wall, D door, L locked, __ open, K key, A ball, B box, G goal, V lava, then the colour"]);
        return [new TextBlock(rows)];
    }

    protected override (float Width, float Height) SizeOf(PictureScene scene)
    {
        double[] state = scene.Episode.States[0];
        float cell = CellOf(state), view = View.Side * ViewCell;
        return ((2 * Margin) + (cell * Width(state)) + Gap + view,
            TitleHeight + Math.Max(cell * Height(state), Label + view) + CaptionHeight + 8);
    }

    protected override string CaptionOf(PictureScene scene)
    {
        double[] state = scene.Episode.States[0];
        return $"{Width(state)} x {Height(state)} cells";
    }

    protected override void Paint(Sketch sketch, PictureScene scene, int? moment)
    {
        double[] state = scene.Episode.States[moment ?? 0];
        float cell = CellOf(state), right = Margin + (cell * Width(state));
        for (int x = 0; x < Width(state); x++)
        {
            for (int y = 0; y < Height(state); y++)
                PaintCell(sketch, Margin + (x * cell), TitleHeight + (y * cell), cell, WorldState.CellOf(At(state, x, y)));
        }
        (float agentX, float agentY) = (Margin + ((float)(state[X] + 0.5) * cell), TitleHeight + ((float)(state[Y] + 0.5) * cell));
        PaintAgent(sketch, agentX, agentY, cell, (int)state[Direction]);
        PaintView(sketch, scene, state, right + Gap);
    }

    private static int Width(double[] state) => (int)state[0];

    private static int Height(double[] state) => (int)state[1];

    private static float CellOf(double[] state) => Math.Min(LargestCell, LargestMap / Math.Max(Width(state), Height(state)));

    /// <summary>A cell as a number: those of the map stand last.</summary>
    private static double At(double[] state, int x, int y) => state[^((Width(state) * Height(state)) - (x * Height(state)) - y)];

    private static string Named(byte cell) => $"{Cell.ColourName(Cell.ColourOf(cell))} {Cell.NameOf(cell)}";

    private static List<TextPiece> Row(double[] state, int y)
    {
        var row = new List<TextPiece>();
        for (int x = 0; x < Width(state); x++)
        {
            byte cell = WorldState.CellOf(At(state, x, y));
            row.Add(x == state[X] && y == state[Y] ? new TextPiece(Heads[(int)state[Direction]], Bold: true) : Piece(cell));
        }
        return row;
    }

    private static TextPiece Piece(byte cell)
    {
        int colour = Cell.ColourOf(cell);
        char letter = Cell.ColourName(colour)[0];
        return Cell.ObjectOf(cell) switch
        {
            1 => "  ",
            2 => new TextPiece("##", ColourRole.Wall),
            8 => new TextPiece("GG", ColourRole.Goal),
            9 => new TextPiece("VV", ColourRole.Hazard),
            4 => Coloured(Cell.StateOf(cell) switch { 0 => "__", 1 => $"D{letter}", _ => $"L{letter}" }),
            5 => Coloured($"K{letter}"),
            6 => Coloured($"A{letter}"),
            7 => Coloured($"B{letter}"),
            _ => Coloured($"F{letter}"),
        };

        TextPiece Coloured(string text) => new(text, PictureColour.OfPigment(colour));
    }

    private static void PaintView(Sketch sketch, PictureScene scene, double[] state, float left)
    {
        // The environment itself says what is seen in a state.
        var stepped = (MiniGridEnvironment)scene.Environment.Stepping!(scene.Agent);
        double[] seen = new double[stepped.ObservationSpace.Size];
        stepped.Reset(0, seen);
        stepped.WriteState(state, seen);
        sketch.Text("what the agent sees", left, TitleHeight + (Label / 2) - 2, 11, ColourRole.Muted, TextAlign.Start);
        float top = TitleHeight + Label;
        for (int i = 0; i < View.Side; i++)
        {
            for (int j = 0; j < View.Side; j++)
            {
                int at = Cell.Channels * ((i * View.Side) + j);
                (float x, float y) = (left + (i * ViewCell), top + (j * ViewCell));
                if (seen[at] == 0) sketch.Cell(x, y, ViewCell, ViewCell, ColourRole.Muted);
                else PaintCell(sketch, x, y, ViewCell, Cell.Of((int)seen[at], (int)seen[at + 1], (int)seen[at + 2]) ?? Cell.Empty);
            }
        }
        PaintAgent(sketch, left + (View.Side / 2f * ViewCell), top + ((View.Side - 0.5f) * ViewCell), ViewCell, direction: 3);
    }

    private static void PaintAgent(Sketch sketch, float x, float y, float cell, int direction)
    {
        (int dx, int dy) = World.Ways[direction];
        float r = 0.36f * cell;
        sketch.Polygon(
        [
            (x + (dx * r), y + (dy * r)), (x - (dx * r) - (dy * r), y - (dy * r) + (dx * r)),
            (x - (dx * r) + (dy * r), y - (dy * r) - (dx * r)),
        ], ColourRole.Agent);
    }

    private static void PaintCell(Sketch sketch, float x, float y, float cell, byte thing)
    {
        float middleX = x + (cell / 2), middleY = y + (cell / 2);
        PictureColour colour = PictureColour.OfPigment(Cell.ColourOf(thing));
        ColourRole ground = Cell.ObjectOf(thing) switch
        {
            2 => ColourRole.Wall,
            8 => ColourRole.Goal,
            9 => ColourRole.Hazard,
            _ => ColourRole.Paper,
        };
        sketch.Cell(x, y, cell, cell, ground);
        sketch.Frame(x, y, cell, cell, ColourRole.GridLine, 0.6f);
        switch (Cell.ObjectOf(thing))
        {
            case 3:
                sketch.Cell(x + 1, y + 1, cell - 2, cell - 2, colour with { Opacity = 100 });
                break;
            case 4:
                PaintDoor(sketch, x, y, cell, colour, Cell.StateOf(thing));
                break;
            case 5:
                sketch.Ring(middleX, y + (0.3f * cell), 0.15f * cell, colour, 0.1f * cell);
                sketch.Line(middleX, y + (0.45f * cell), middleX, y + (0.85f * cell), colour, 0.1f * cell);
                sketch.Line(middleX, y + (0.8f * cell), middleX - (0.18f * cell), y + (0.8f * cell), colour, 0.08f * cell);
                sketch.Line(middleX, y + (0.63f * cell), middleX - (0.18f * cell), y + (0.63f * cell), colour, 0.08f * cell);
                break;
            case 6:
                sketch.Disc(middleX, middleY, 0.31f * cell, colour);
                break;
            case 7:
                sketch.Frame(x + (0.18f * cell), y + (0.18f * cell), 0.64f * cell, 0.64f * cell, colour, 0.1f * cell);
                sketch.Line(x + (0.18f * cell), middleY, x + (0.82f * cell), middleY, colour, 0.07f * cell);
                break;
            case 9:
                for (int k = 0; k < 3; k++) PaintWave(sketch, x, y + ((0.3f + (0.2f * k)) * cell), cell);
                break;
        }
    }

    private static void PaintWave(Sketch sketch, float x, float y, float cell)
    {
        float crest = y + (0.08f * cell);
        sketch.Line(
            [(x + (0.15f * cell), y), (x + (0.35f * cell), crest), (x + (0.55f * cell), y), (x + (0.8f * cell), crest)],
            ColourRole.HazardMark, 0.05f * cell);
    }

    private static void PaintDoor(Sketch sketch, float x, float y, float cell, PictureColour colour, int state)
    {
        if (state == 0)
        {
            sketch.Frame(x + (0.84f * cell), y + 1, 0.13f * cell, cell - 2, colour, 1.5f);
            return;
        }
        float edge = 0.06f * cell, side = 0.88f * cell;
        sketch.Cell(x + edge, y + edge, side, side, colour with { Opacity = state == 2 ? byte.MaxValue : (byte)110 });
        sketch.Frame(x + edge, y + edge, side, side, colour, 0.08f * cell);
        if (state == 1) sketch.Disc(x + (0.75f * cell), y + (0.5f * cell), 0.08f * cell, colour);
        else sketch.Cell(x + (0.5f * cell), y + (0.47f * cell), 0.26f * cell, 0.08f * cell, ColourRole.Paper);
    }
}
