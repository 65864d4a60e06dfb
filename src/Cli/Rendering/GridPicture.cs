using FedPG.Envs.Tabular;
using SkiaSharp;

namespace FedPG.Cli.Rendering;

/// <summary>A grid: walls, goals, holes, lava and cliff, the value as a shade, and every action's probability as the length of an arrow.</summary>
internal sealed class GridPicture : Picture
{
    private const float LegendWidth = 62;
    private readonly Subject _subject;
    private readonly Episode _episode;
    private readonly GridLayout _grid;
    private readonly int[,] _states;
    private readonly (double Least, double Most) _range;
    private readonly float _cell;

    public GridPicture(Subject subject, Episode episode)
    {
        (_subject, _episode, _grid) = (subject, episode, subject.Mdp!.Grid!);
        _states = TextGrid.StatesOf(_grid);
        _range = subject.Values is null ? (0, 0) : Shades.Range(subject);
        _cell = Math.Clamp(560f / Math.Max(_grid.Rows, _grid.Columns), 3, 56);
        Width = Math.Max((2 * Margin) + (_cell * _grid.Columns) + (subject.Values is null ? 0 : LegendWidth), 300);
        Height = TitleHeight + (_cell * _grid.Rows) + CaptionHeight + 4;
    }

    public override float Width { get; }

    public override float Height { get; }

    public override void Paint(Pen pen, int? step)
    {
        PaintFrame(pen, _subject, _episode, step, _subject.StartValue is { } value ? $"value from the start {TextView.Number(value)}" : $"{_subject.Mdp!.States} states");
        for (int row = 0; row < _grid.Rows; row++)
        {
            for (int column = 0; column < _grid.Columns; column++) PaintCell(pen, row, column);
        }
        pen.Frame(X(0), Y(0), _cell * _grid.Columns, _cell * _grid.Rows, Pen.Black, 1.5f);
        if (_subject.Values is not null) PaintLegend(pen);
        if (step is { } t) PaintAgent(pen, t);
    }

    private float X(double column) => Margin + (float)(column * _cell);

    private float Y(double row) => TitleHeight + (float)(row * _cell);

    private void PaintCell(Pen pen, int row, int column)
    {
        (char letter, int state) = (_grid.Map[row][column], _states[row, column]);
        (float x, float y) = (X(column), Y(row));
        (float middleX, float middleY) = (x + (_cell / 2), y + (_cell / 2));
        bool acts = state >= 0 && _subject.Policy is not null && !_subject.Mdp!.Terminal[state] && letter is not 'C';
        uint ground = letter switch
        {
            '#' => Pen.Wall,
            'C' => Pen.Brown,
            'L' => Pen.Orange,
            _ when acts => Shades.At(Shades.Share(_subject.Values![state], _range)),
            _ => Pen.White,
        };
        pen.Box(x, y, _cell, _cell, ground);
        if (letter == '#') return;
        pen.Frame(x, y, _cell, _cell, 0xb9c3cc, 0.6f);
        if (letter == 'H') pen.Disc(middleX, middleY, 0.38f * _cell, Pen.Navy);
        if (letter == 'C') Hatch(pen, x, y);
        if (letter == 'L') Waves(pen, x, y);
        bool goal = letter is 'G' or 'T' || char.IsAsciiDigit(letter);
        if (goal) Goal(pen, letter, middleX, middleY, acts);
        if (letter == 'S') pen.Ring(middleX, middleY, 0.4f * _cell, Pen.Green, Math.Max(1, 0.05f * _cell));
        if (acts) Arrows(pen, state, middleX, middleY);
        else if (letter == 'S' && _cell > 14) pen.Text("S", middleX, middleY, 0.4f * _cell, Pen.Black);
    }

    private void Goal(Pen pen, char letter, float x, float y, bool acts)
    {
        bool own = _subject.Together || !char.IsAsciiDigit(letter) || letter - '0' == _subject.Agent;
        uint colour = own ? Pen.Green : 0xa8d5b5;
        // Where the policy acts on from a goal, its mark goes into the corner and leaves the arrows free.
        float radius = acts ? 0.17f * _cell : 0.34f * _cell;
        if (acts) (x, y) = (x - (0.3f * _cell), y - (0.3f * _cell));
        pen.Disc(x, y, radius, colour);
        if (_cell > 14) pen.Text(letter.ToString(), x, y, radius * 1.25f, own ? Pen.White : Pen.Black);
    }

    private void Arrows(Pen pen, int state, float x, float y)
    {
        if (_cell < 8) return;
        float stroke = Math.Clamp(0.05f * _cell, 0.8f, 2.4f);
        int actions = _subject.Mdp!.Actions;
        var lengths = new Dictionary<(int Row, int Column), double>();
        for (int a = 0; a < actions; a++)
        {
            (int, int) way = GridArrows.Of(_subject.Mdp, _subject.Agent, state, a);
            lengths[way] = lengths.GetValueOrDefault(way) + _subject.Probability(state, a);
        }
        foreach (((int row, int column), double share) in lengths)
        {
            if (share < 0.02) continue;
            float length = (float)(0.43 * _cell * share) / MathF.Sqrt(Math.Max(1, (row * row) + (column * column)));
            if ((row, column) == (0, 0)) pen.Disc(x, y, (float)(0.12 * _cell * share), Pen.Black);
            // An action that is certain stands in the middle of its cell; several go out from there.
            else if (share > 0.98) pen.Arrow(x - (0.6f * length * column), y - (0.6f * length * row), x + (0.6f * length * column), y + (0.6f * length * row), Pen.Black, stroke);
            else pen.Arrow(x, y, x + (length * column), y + (length * row), Pen.Black, stroke);
        }
    }

    private void Hatch(Pen pen, float x, float y)
    {
        for (int k = 1; k <= 4; k++)
        {
            float reach = k * _cell / 2.5f, over = Math.Max(0, reach - _cell);
            pen.Line(x + over, y + reach - over, x + reach - over, y + over, 0x6d4a2c, Math.Max(0.6f, 0.025f * _cell));
        }
    }

    private void Waves(Pen pen, float x, float y)
    {
        for (int k = 1; k <= 3; k++)
        {
            float level = y + (k * _cell / 4);
            (float, float)[] wave = [.. Enumerable.Range(0, 49).Select(i => (x + (_cell * (0.1f + (0.8f * i / 48f))), level + (0.05f * _cell * MathF.Sin(i * MathF.PI / 8))))];
            pen.Path(wave, 0xb5412b, Math.Max(0.8f, 0.035f * _cell));
        }
    }

    private void PaintLegend(Pen pen)
    {
        float left = X(_grid.Columns) + 10, top = Y(0) + 8, height = Math.Min((_cell * _grid.Rows) - 16, 260);
        const int steps = 64;
        for (int k = 0; k < steps; k++) pen.Box(left, top + (height * k / steps), 12, (height / steps) + 0.6f, Shades.At(1 - ((k + 0.5) / steps)));
        pen.Frame(left, top, 12, height, Pen.Black, 0.8f);
        pen.Text(Short(_range.Most), left + 16, top + 4, 11, Pen.Black, SKTextAlign.Left);
        pen.Text(Short(_range.Least), left + 16, top + height - 4, 11, Pen.Black, SKTextAlign.Left);
        if (height > 60) pen.Text("value", left + 16, top + (height / 2), 11, Pen.Grey, SKTextAlign.Left);
    }

    private static string Short(double value) => value.ToString("G3", System.Globalization.CultureInfo.InvariantCulture);

    private void PaintAgent(Pen pen, int step)
    {
        (float X, float Y)[] trail = [.. _episode.States.Take(step + 1).Select(s => _grid.Cells[(int)s[0]]).Where(c => c.Row >= 0).Select(c => (X(c.Column + 0.5), Y(c.Row + 0.5)))];
        if (trail.Length == 0) return;
        pen.Path(trail, Pen.Red, Math.Clamp(0.07f * _cell, 1, 4), alpha: 150);
        (float x, float y) = trail[^1];
        pen.Disc(x, y, 0.3f * _cell, Pen.White);
        pen.Disc(x, y, 0.25f * _cell, Pen.Red);
    }
}
