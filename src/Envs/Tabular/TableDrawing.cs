using System.Globalization;
using FedPG.Envs.Pictures;

namespace FedPG.Envs.Tabular;

/// <summary>
/// Draws states without a place on a map: a line each, with the value and a bar for every action's probability (or, without a policy, its
/// reward).
/// </summary>
internal sealed class TableDrawing : TabularDrawing
{
    private const int MaxStates = 30, MaxActions = 8, MaxRows = 40;
    private const float Row = 20, StateWidth = 70, ValueWidth = 84, BarWidth = 74, BarStep = BarWidth + 8;

    public static TableDrawing Instance { get; } = new();

    protected override (float Width, float Height) SizeOf(PictureScene scene)
    {
        FiniteMdp mdp = MdpOf(scene);
        float width = FirstBar(scene) + Margin + (Math.Min(mdp.Actions, MaxActions) * BarStep);
        return (Math.Max(width, 320), TitleHeight + (Row * (Math.Min(mdp.States, MaxStates) + 1)) + CaptionHeight + 8);
    }

    protected override string CaptionOf(PictureScene scene)
    {
        int states = MdpOf(scene).States;
        return CaptionOr(scene, "rewards R(s, a)") + (states > MaxStates ? $", the first {MaxStates} of {states} states" : "");
    }

    protected override void Paint(Sketch sketch, PictureScene scene, int? moment)
    {
        FiniteMdp mdp = MdpOf(scene);
        int actions = Math.Min(mdp.Actions, MaxActions);
        float first = FirstBar(scene);
        Head("state", Margin);
        if (scene.Values is not null) Head("value", Margin + StateWidth);
        for (int a = 0; a < actions; a++) Head($"action {a}", first + (a * BarStep));
        double largest = Math.Max(mdp.Agents[scene.Agent].Rewards.Max(Math.Abs), double.Epsilon);
        for (int s = 0; s < Math.Min(mdp.States, MaxStates); s++)
        {
            float y = TitleHeight + (Row * (s + 1));
            PaintState(sketch, scene, s, y, here: moment is { } t && StateAt(scene, t) == s);
            for (int a = 0; a < actions; a++) PaintBar(sketch, scene, s, a, (first + (a * BarStep), y), largest);
        }

        void Head(string text, float x) => sketch.Text(text, x, TitleHeight + (Row / 2), 11, ColourRole.Muted, TextAlign.Start);
    }

    protected override IReadOnlyList<TextBlock> DescribeStates(PictureScene scene)
    {
        FiniteMdp mdp = MdpOf(scene);
        bool hasPolicy = scene.Policy is not null;
        List<string> headings = ["state"];
        if (scene.Values is not null) headings.Add("value");
        for (int a = 0; a < mdp.Actions; a++) headings.Add(hasPolicy ? $"pi({a}|s)" : $"R(s, {a})");
        var rows = new List<IReadOnlyList<TextPiece>>();
        for (int s = 0; s < Math.Min(mdp.States, MaxRows); s++)
        {
            List<TextPiece> row = [mdp.Terminal[s] ? $"{s} end" : $"{s}"];
            if (scene.Values is { } values) row.Add(new TextPiece(Number(values[s]), PictureColour.OfValue(scene.ShareOf(values[s]))));
            for (int a = 0; a < mdp.Actions; a++)
            {
                double shown = Shown(scene, s, a);
                string text = hasPolicy ? shown.ToString("F3", CultureInfo.InvariantCulture) : Number(shown);
                row.Add(new TextPiece(text, Bold: hasPolicy && shown > 0.5));
            }
            rows.Add(row);
        }
        var table = new TextBlock(rows, headings);
        return mdp.States <= MaxRows ? [table]
            : [table, TextBlock.OfLines($"... and {mdp.States - MaxRows} more states (fedpg env export writes them all)")];
    }

    private static float FirstBar(PictureScene scene) => Margin + StateWidth + (scene.Values is null ? 0 : ValueWidth);

    private static double Shown(PictureScene scene, int state, int action) =>
        scene.Policy is null
            ? MdpOf(scene).Agents[scene.Agent].Rewards[(state * MdpOf(scene).Actions) + action]
            : Probability(scene, state, action);

    private static void PaintState(Sketch sketch, PictureScene scene, int state, float y, bool here)
    {
        FiniteMdp mdp = MdpOf(scene);
        if (here) sketch.Cell(Margin - 6, y, sketch.Width - (2 * Margin) + 12, Row, ColourRole.Highlight, corner: 4);
        string name = mdp.Terminal[state] ? $"{state} end" : mdp.Initial[state] > 0 ? $"{state} start" : $"{state}";
        sketch.Text(name, Margin, y + (Row / 2), 12, here ? ColourRole.Agent : ColourRole.Ink, TextAlign.Start);
        if (scene.Values is not { } values) return;
        sketch.Cell(Margin + StateWidth, y + 2, ValueWidth - 10, Row - 4, PictureColour.OfValue(scene.ShareOf(values[state])));
        sketch.Text(Number(values[state]), Margin + StateWidth + 4, y + (Row / 2), 12, ColourRole.Ink, TextAlign.Start);
    }

    private static void PaintBar(Sketch sketch, PictureScene scene, int state, int action, (float X, float Y) at, double largest)
    {
        double shown = Shown(scene, state, action);
        float share = (float)(scene.Policy is null ? Math.Abs(shown) / largest : shown);
        string text = shown.ToString(scene.Policy is null ? "G4" : "F2", CultureInfo.InvariantCulture);
        sketch.Cell(at.X, at.Y + 4, BarWidth, Row - 8, ColourRole.BarGround);
        sketch.Cell(at.X, at.Y + 4, BarWidth * share, Row - 8, shown < 0 ? ColourRole.NegativeBar : ColourRole.Bar);
        sketch.Text(text, at.X + 4, at.Y + (Row / 2), 11, ColourRole.Ink, TextAlign.Start);
    }
}
