using FedPG.Envs.ToyText;
using SkiaSharp;

namespace FedPG.Cli.Rendering;

/// <summary>The taxi's town twice: while the passenger waits, and with the passenger on board.</summary>
internal sealed class TaxiPicture : Picture
{
    private const float Cell = 52, Town = TaxiState.Side * Cell, Gap = 28, Label = 20;
    private static readonly uint[] PlaceColours = [0xe8867f, 0x8fd19e, 0xf2dc7a, 0x8fb8e8];
    private readonly Subject _subject;
    private readonly Episode _episode;
    private readonly (double Least, double Most) _range;

    public TaxiPicture(Subject subject, Episode episode)
    {
        (_subject, _episode) = (subject, episode);
        _range = subject.Values is null ? (0, 0) : Shades.Range(subject);
    }

    public override float Width => (2 * Margin) + (2 * Town) + Gap;

    public override float Height => TitleHeight + Label + Town + CaptionHeight + 4;

    /// <summary>Whether the subject is the taxi.</summary>
    public static bool Fits(Subject subject) => subject.Mdp is { } mdp && mdp.Name == Taxi.Definition.Id && mdp.States % TaxiState.Count == 0;

    public override void Paint(Pen pen, int? step)
    {
        PaintFrame(pen, _subject, _episode, step, _subject.StartValue is { } value ? $"value from the start {TextView.Number(value)}" : "500 states");
        int index = (int)_episode.States[step ?? 0][0];
        var now = TaxiState.Of(index % TaxiState.Count);
        int offset = index - (index % TaxiState.Count);
        int waiting = now.OnBoard || now.Delivered ? TaxiState.Of((int)_episode.States[0][0] % TaxiState.Count).Passenger : now.Passenger;
        PaintTown(pen, Margin, waiting, now.Destination, offset, $"passenger waits at {TaxiState.PlaceNames[waiting]}, wants to go to {TaxiState.PlaceNames[now.Destination]}");
        float second = Margin + Town + Gap;
        PaintTown(pen, second, TaxiState.InTaxi, now.Destination, offset, $"passenger on board, to {TaxiState.PlaceNames[now.Destination]}");
        bool delivered = now.Delivered;
        if (step is not null || _subject.Policy is null) PaintTaxi(pen, now.OnBoard || delivered ? second : Margin, now, delivered);
    }

    private static float X(float left, double column) => left + (float)(column * Cell);

    private static float Y(double row) => TitleHeight + Label + (float)(row * Cell);

    private void PaintTown(Pen pen, float left, int passenger, int destination, int offset, string label)
    {
        pen.Text(label, left, TitleHeight + (Label / 2) - 2, 12, Pen.Black, SKTextAlign.Left);
        for (int row = 0; row < TaxiState.Side; row++)
        {
            for (int column = 0; column < TaxiState.Side; column++)
            {
                var state = new TaxiState(row, column, passenger, destination);
                uint ground = _subject.Values is { } values ? Shades.At(Shades.Share(values[offset + state.Index], _range)) : Pen.White;
                pen.Box(X(left, column), Y(row), Cell, Cell, ground);
                pen.Frame(X(left, column), Y(row), Cell, Cell, 0xb9c3cc, 0.6f);
                if (state.Place >= 0) PaintPlace(pen, left, state);
                if (_subject.Policy is not null && !state.Delivered) PaintAction(pen, left, state, offset);
            }
        }
        for (int row = 0; row < TaxiState.Side; row++)
        {
            for (int column = 0; column < TaxiState.Side - 1; column++)
            {
                if (TaxiState.HasWallToTheEast(row, column)) pen.Line(X(left, column + 1), Y(row), X(left, column + 1), Y(row + 1), Pen.Black, 4);
            }
        }
        pen.Frame(left, Y(0), Town, Town, Pen.Black, 3);
    }

    private static void PaintPlace(Pen pen, float left, TaxiState state)
    {
        (float x, float y) = (X(left, state.Column), Y(state.Row));
        pen.Box(x + 3, y + 3, 17, 17, PlaceColours[state.Place], corner: 4);
        pen.Text(TaxiState.PlaceNames[state.Place].ToString(), x + 11.5f, y + 11.5f, 12, Pen.Black);
        if (state.Place == state.Destination) pen.Frame(x + 3, y + 3, 17, 17, Pen.Black, 1.6f);
        if (state.Place != state.Passenger) return;
        // The passenger who waits.
        pen.Disc(x + Cell - 11, y + 9, 4, Pen.Black);
        pen.Box(x + Cell - 15, y + 13, 8, 9, Pen.Black, corner: 3);
    }

    private void PaintAction(Pen pen, float left, TaxiState state, int offset)
    {
        (float x, float y) = (X(left, state.Column + 0.5), Y(state.Row + 0.5) + (state.Place >= 0 ? 6 : 0));
        (int Row, int Column)[] ways = [(1, 0), (-1, 0), (0, 1), (0, -1)];
        for (int a = 0; a < ways.Length; a++)
        {
            float length = (float)(0.36 * Cell * _subject.Probability(offset + state.Index, a));
            if (length > 0.4f) pen.Arrow(x, y, x + (length * ways[a].Column), y + (length * ways[a].Row), Pen.Black, 2);
        }
        foreach ((int action, string name) in (ReadOnlySpan<(int, string)>)[(4, "pick up"), (5, "drop")])
        {
            if (_subject.Probability(offset + state.Index, action) > 0.5) pen.Text(name, x, y + 8, 11, Pen.Black);
        }
    }

    private static void PaintTaxi(Pen pen, float left, TaxiState state, bool delivered)
    {
        (float x, float y) = (X(left, state.Column + 0.5), Y(state.Row + 0.5) + 3);
        pen.Box(x - 17, y - 7, 34, 15, Pen.Yellow, corner: 5);
        pen.Box(x - 9, y - 14, 18, 10, Pen.Yellow, corner: 4);
        pen.Box(x - 6, y - 12, 12, 6, delivered || !state.OnBoard ? Pen.White : Pen.Black, corner: 2);
        pen.Disc(x - 10, y + 8, 4, Pen.Black);
        pen.Disc(x + 10, y + 8, 4, Pen.Black);
    }
}
