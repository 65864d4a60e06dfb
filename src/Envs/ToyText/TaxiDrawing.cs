using FedPG.Envs.Pictures;
using FedPG.Envs.Tabular;

namespace FedPG.Envs.ToyText;

/// <summary>Draws the taxi's town twice: while the passenger waits, and with the passenger on board.</summary>
internal sealed class TaxiDrawing : TabularDrawing
{
    private const float Cell = 52, Town = TaxiState.Side * Cell, Gap = 28, Label = 20;
    private const string Arrows = "↓↑→←PD";

    public override bool Fits(FederatedEnvironment environment) =>
        FiniteMdp.Find(environment) is { } mdp && mdp.States % TaxiState.Count == 0;

    protected override (float Width, float Height) SizeOf(PictureScene scene) =>
        ((2 * Margin) + (2 * Town) + Gap, TitleHeight + Label + Town + CaptionHeight + 4);

    protected override string CaptionOf(PictureScene scene) => CaptionOr(scene, $"{TaxiState.Count} states");

    protected override void Paint(Sketch sketch, PictureScene scene, int? moment)
    {
        int index = StateAt(scene, moment ?? 0), offset = OffsetOf(index);
        TaxiState now = StateOf(index);
        int waiting = now.OnBoard || now.Delivered ? StateOf(StateAt(scene, 0)).Passenger : now.Passenger;
        (char from, char to) = (TaxiState.PlaceNames[waiting], TaxiState.PlaceNames[now.Destination]);
        const float second = Margin + Town + Gap;
        PaintTown(sketch, scene, Margin, offset, waiting, now.Destination, $"passenger waits at {from}, wants to go to {to}");
        PaintTown(sketch, scene, second, offset, TaxiState.InTaxi, now.Destination, $"passenger on board, to {to}");
        if (moment is not null || scene.Policy is null) PaintTaxi(sketch, now.OnBoard || now.Delivered ? second : Margin, now);
    }

    protected override IReadOnlyList<TextBlock> DescribeStates(PictureScene scene)
    {
        int start = StateAt(scene, 0);
        TaxiState first = StateOf(start);
        string edge = $"+{string.Concat(Enumerable.Repeat("---", TaxiState.Side))}----+";
        var rows = new List<IReadOnlyList<TextPiece>>();
        foreach (int passenger in (int[])[first.Passenger, TaxiState.InTaxi])
        {
            string where = passenger == TaxiState.InTaxi ? "on board" : $"waiting at {TaxiState.PlaceNames[passenger]}";
            rows.Add([$"passenger {where}, destination {TaxiState.PlaceNames[first.Destination]}:"]);
            rows.Add([edge]);
            for (int row = 0; row < TaxiState.Side; row++) rows.Add(RowOf(scene, row, OffsetOf(start), passenger, first.Destination));
            rows.Add([edge]);
        }
        if (scene.Policy is not null) rows.Add(["arrows: the likeliest action; P pick up, D drop off; walls |"]);
        return [new TextBlock(rows)];
    }

    protected override string NameOf(FiniteMdp mdp, int state)
    {
        TaxiState taxi = StateOf(state);
        return $"({taxi.Row},{taxi.Column}){(taxi.OnBoard ? "*" : "")}";
    }

    private static TaxiState StateOf(int index) => TaxiState.Of(index % TaxiState.Count);

    private static int OffsetOf(int index) => index - (index % TaxiState.Count);

    private static float X(float left, double column) => left + (float)(column * Cell);

    private static float Y(double row) => TitleHeight + Label + (float)(row * Cell);

    private static List<TextPiece> RowOf(PictureScene scene, int row, int offset, int passenger, int destination)
    {
        List<TextPiece> line = ["|"];
        for (int column = 0; column < TaxiState.Side; column++)
        {
            var state = new TaxiState(row, column, passenger, destination);
            int index = offset + state.Index;
            char mark = state.Place >= 0 ? TaxiState.PlaceNames[state.Place] : ' ';
            string text = scene.Policy is null ? $" {mark} " : $"{mark}{(Likeliest(scene, index) is { } action ? Arrows[action] : '·')} ";
            line.Add(scene.Values is { } values ? new TextPiece(text, PictureColour.OfValue(scene.ShareOf(values[index]))) : text);
            if (column < TaxiState.Side - 1) line.Add(TaxiState.HasWallToTheEast(row, column) ? "|" : ":");
        }
        line.Add("|");
        return line;
    }

    private static void PaintTown(Sketch sketch, PictureScene scene, float left, int offset, int passenger, int destination, string label)
    {
        sketch.Text(label, left, TitleHeight + (Label / 2) - 2, 12, ColourRole.Ink, TextAlign.Start);
        for (int row = 0; row < TaxiState.Side; row++)
        {
            for (int column = 0; column < TaxiState.Side; column++)
            {
                var state = new TaxiState(row, column, passenger, destination);
                PictureColour ground = scene.Values is { } values
                    ? PictureColour.OfValue(scene.ShareOf(values[offset + state.Index])) : ColourRole.Paper;
                sketch.Cell(X(left, column), Y(row), Cell, Cell, ground);
                sketch.Frame(X(left, column), Y(row), Cell, Cell, ColourRole.GridLine, 0.6f);
                if (state.Place >= 0) PaintPlace(sketch, left, state);
                if (scene.Policy is not null && !state.Delivered) PaintAction(sketch, scene, left, state, offset);
            }
        }
        for (int row = 0; row < TaxiState.Side; row++)
        {
            for (int column = 0; column < TaxiState.Side - 1; column++)
            {
                float wall = X(left, column + 1);
                if (TaxiState.HasWallToTheEast(row, column)) sketch.Line(wall, Y(row), wall, Y(row + 1), ColourRole.Ink, 4);
            }
        }
        sketch.Frame(left, Y(0), Town, Town, ColourRole.Ink, 3);
    }

    private static void PaintPlace(Sketch sketch, float left, TaxiState state)
    {
        (float x, float y) = (X(left, state.Column), Y(state.Row));
        sketch.Cell(x + 3, y + 3, 17, 17, PictureColour.OfKind(state.Place), corner: 4);
        sketch.Text(TaxiState.PlaceNames[state.Place].ToString(), x + 11.5f, y + 11.5f, 12, ColourRole.Ink);
        if (state.Place == state.Destination) sketch.Frame(x + 3, y + 3, 17, 17, ColourRole.Ink, 1.6f);
        if (state.Place != state.Passenger) return;
        // The passenger who waits.
        sketch.Disc(x + Cell - 11, y + 9, 4, ColourRole.Ink);
        sketch.Cell(x + Cell - 15, y + 13, 8, 9, ColourRole.Ink, corner: 3);
    }

    private static void PaintAction(Sketch sketch, PictureScene scene, float left, TaxiState state, int offset)
    {
        (float x, float y) = (X(left, state.Column + 0.5), Y(state.Row + 0.5) + (state.Place >= 0 ? 6 : 0));
        (int Row, int Column)[] ways = [(1, 0), (-1, 0), (0, 1), (0, -1)];
        for (int a = 0; a < ways.Length; a++)
        {
            float length = (float)(0.36 * Cell * Probability(scene, offset + state.Index, a));
            if (length > 0.4f) sketch.Arrow(x, y, x + (length * ways[a].Column), y + (length * ways[a].Row), ColourRole.Ink, 2);
        }
        foreach ((int action, string name) in (ReadOnlySpan<(int, string)>)[(4, "pick up"), (5, "drop")])
        {
            if (Probability(scene, offset + state.Index, action) > 0.5) sketch.Text(name, x, y + 8, 11, ColourRole.Ink);
        }
    }

    private static void PaintTaxi(Sketch sketch, float left, TaxiState state)
    {
        (float x, float y) = (X(left, state.Column + 0.5), Y(state.Row + 0.5) + 3);
        sketch.Cell(x - 17, y - 7, 34, 15, ColourRole.Vehicle, corner: 5);
        sketch.Cell(x - 9, y - 14, 18, 10, ColourRole.Vehicle, corner: 4);
        sketch.Cell(x - 6, y - 12, 12, 6, state.Delivered || !state.OnBoard ? ColourRole.Paper : ColourRole.Ink, corner: 2);
        sketch.Disc(x - 10, y + 8, 4, ColourRole.Ink);
        sketch.Disc(x + 10, y + 8, 4, ColourRole.Ink);
    }
}
