using System.Globalization;
using FedPG.Envs.Tabular;
using SkiaSharp;

namespace FedPG.Cli.Rendering;

/// <summary>States without a place on a map: a line each, with the value and a bar for every action's probability (or, without a policy, its reward).</summary>
internal sealed class TablePicture(Subject subject, Episode episode) : Picture
{
    private const int MaxStates = 30, MaxActions = 8;
    private const float Row = 20, StateWidth = 70, ValueWidth = 84, BarWidth = 74;

    private int States => Math.Min(subject.Mdp!.States, MaxStates);

    private int Actions => Math.Min(subject.Mdp!.Actions, MaxActions);

    public override float Width => Math.Max((2 * Margin) + StateWidth + (subject.Values is null ? 0 : ValueWidth) + (Actions * (BarWidth + 8)), 320);

    public override float Height => TitleHeight + (Row * (States + 1)) + CaptionHeight + 8;

    public override void Paint(Pen pen, int? step)
    {
        FiniteMdp mdp = subject.Mdp!;
        string more = mdp.States > MaxStates ? $", the first {MaxStates} of {mdp.States} states" : "";
        PaintFrame(pen, subject, episode, step, subject.StartValue is { } start ? $"value from the start {TextView.Number(start)}{more}" : $"rewards R(s, a){more}");
        float first = Margin + StateWidth + (subject.Values is null ? 0 : ValueWidth), top = TitleHeight;
        pen.Text("state", Margin, top + (Row / 2), 11, Pen.Grey, SKTextAlign.Left);
        if (subject.Values is not null) pen.Text("value", Margin + StateWidth, top + (Row / 2), 11, Pen.Grey, SKTextAlign.Left);
        for (int a = 0; a < Actions; a++) pen.Text($"action {a}", first + (a * (BarWidth + 8)), top + (Row / 2), 11, Pen.Grey, SKTextAlign.Left);
        (double, double) range = subject.Values is null ? (0, 0) : Shades.Range(subject);
        double[] rewards = mdp.Agents[subject.Agent].Rewards;
        double largest = Math.Max(rewards.Max(Math.Abs), double.Epsilon);
        for (int s = 0; s < States; s++)
        {
            float y = top + (Row * (s + 1));
            bool here = step is { } t && (int)episode.States[t][0] == s;
            if (here) pen.Box(Margin - 6, y, Width - (2 * Margin) + 12, Row, 0xfbe3d6, corner: 4);
            pen.Text(mdp.Terminal[s] ? $"{s} end" : mdp.Initial[s] > 0 ? $"{s} start" : $"{s}", Margin, y + (Row / 2), 12, here ? Pen.Red : Pen.Black, SKTextAlign.Left);
            if (subject.Values is { } values)
            {
                pen.Box(Margin + StateWidth, y + 2, ValueWidth - 10, Row - 4, Shades.At(Shades.Share(values[s], range)));
                pen.Text(TextView.Number(values[s]), Margin + StateWidth + 4, y + (Row / 2), 12, Pen.Black, SKTextAlign.Left);
            }
            for (int a = 0; a < Actions; a++)
            {
                double shown = subject.Policy is null ? rewards[(s * mdp.Actions) + a] : subject.Probability(s, a);
                float x = first + (a * (BarWidth + 8)), share = (float)(subject.Policy is null ? Math.Abs(shown) / largest : shown);
                pen.Box(x, y + 4, BarWidth, Row - 8, 0xeef1f4);
                pen.Box(x, y + 4, BarWidth * share, Row - 8, shown < 0 ? 0xe2a29bu : 0x9ab8d8u);
                pen.Text(shown.ToString(subject.Policy is null ? "G4" : "F2", CultureInfo.InvariantCulture), x + 4, y + (Row / 2), 11, Pen.Black, SKTextAlign.Left);
            }
        }
    }
}
