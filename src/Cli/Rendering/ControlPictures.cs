using System.Globalization;
using FedPG.Envs;
using FedPG.Envs.Episodic;

namespace FedPG.Cli.Rendering;

/// <summary>What the pictures of control tasks have in common: one size, and a still picture that is the episode's first moment.</summary>
internal abstract class ControlPicture(Subject subject, Episode episode) : Picture
{
    /// <summary>The subject.</summary>
    protected Subject Subject => subject;

    public override float Width => 420;

    public override float Height => 300;

    public override int Delay => 4;

    public override void Paint(Pen pen, int? step)
    {
        int t = step ?? 0;
        double[] state = episode.States[t];
        double[] action = episode.Steps == 0 ? [0] : episode.Actions[Math.Min(t, episode.Steps - 1)];
        PaintFrame(pen, subject, episode, step, string.Join("   ", state.Select((x, k) => $"{NameOf(k)} {x.ToString("F3", CultureInfo.InvariantCulture)}")));
        PaintState(pen, state, action, moving: step is not null && t < episode.Steps);
    }

    /// <summary>Paints a state, and what is done in it.</summary>
    protected abstract void PaintState(Pen pen, double[] state, double[] action, bool moving);

    /// <summary>What a number of the state is called.</summary>
    protected virtual string NameOf(int index) => $"o{index}";

    /// <summary>The agent's value of a parameter.</summary>
    protected double Parameter(string name, double usual) => subject.Instance is EpisodicEnvironment stepped && stepped.Parameters.TryGetValue(name, out double[]? values) ? values[subject.Agent] : usual;
}

/// <summary>A cart on its track with a pole.</summary>
internal sealed class CartPolePicture(Subject subject, Episode episode) : ControlPicture(subject, episode)
{
    public override int Delay => 3;

    protected override string NameOf(int index) => index switch { 0 => "x", 1 => "velocity", 2 => "angle", _ => "its velocity" };

    protected override void PaintState(Pen pen, double[] state, double[] action, bool moving)
    {
        const float unit = 78, ground = 222;
        float middle = Width / 2, x = middle + ((float)state[0] * unit), length = (float)(2 * Parameter("length", 0.5)) * 110;
        pen.Line(middle - (2.4f * unit), ground, middle + (2.4f * unit), ground, Pen.Grey, 2);
        foreach (float end in (float[])[-2.4f, 2.4f]) pen.Line(middle + (end * unit), ground - 10, middle + (end * unit), ground + 10, Pen.Red, 2);
        if (Parameter("targetShare", 0) > 0)
        {
            float target = middle + ((float)Parameter("target", 0) * unit);
            pen.Line(target, ground - 6, target, ground + 10, Pen.Green, 4);
        }
        pen.Box(x - 24, ground - 26, 48, 22, Pen.Black, corner: 4);
        pen.Disc(x - 13, ground - 3, 5, Pen.Grey);
        pen.Disc(x + 13, ground - 3, 5, Pen.Grey);
        float hinge = ground - 26;
        pen.Line(x, hinge, x + (length * (float)Math.Sin(state[2])), hinge - (length * (float)Math.Cos(state[2])), Pen.Orange, 7);
        pen.Disc(x, hinge, 4, Pen.Navy);
        if (!moving) return;
        float side = action[0] > 0.5 ? 1 : -1;
        pen.Arrow(x + (side * 28), ground - 15, x + (side * 52), ground - 15, Pen.Navy, 3);
    }
}

/// <summary>Two links that hang from a point, and the height to reach.</summary>
internal sealed class AcrobotPicture(Subject subject, Episode episode) : ControlPicture(subject, episode)
{
    protected override string NameOf(int index) => index switch { 0 => "theta1", 1 => "theta2", 2 => "velocity1", _ => "velocity2" };

    protected override void PaintState(Pen pen, double[] state, double[] action, bool moving)
    {
        // Terminal is -cos(theta1) - cos(theta1 + theta2) above the goal, whatever the links' lengths: both are drawn as 1.
        const float unit = 54;
        (float x, float y) = (Width / 2, 148);
        float goal = y - (unit * (float)Parameter("goalHeight", 1));
        pen.Line(x - 150, goal, x + 150, goal, Pen.Green, 2);
        (float x1, float y1) = (x + (unit * (float)Math.Sin(state[0])), y + (unit * (float)Math.Cos(state[0])));
        double angle = state[0] + state[1];
        (float x2, float y2) = (x1 + (unit * (float)Math.Sin(angle)), y1 + (unit * (float)Math.Cos(angle)));
        pen.Line(x, y, x1, y1, Pen.Navy, 9);
        pen.Line(x1, y1, x2, y2, Pen.Orange, 9);
        pen.Disc(x, y, 5, Pen.Black);
        pen.Disc(x1, y1, 5, moving && action[0] != 1 ? Pen.Red : Pen.Black);
    }
}

/// <summary>A car in a valley.</summary>
internal sealed class MountainCarPicture(Subject subject, Episode episode) : ControlPicture(subject, episode)
{
    protected override string NameOf(int index) => index == 0 ? "position" : "velocity";

    protected override void PaintState(Pen pen, double[] state, double[] action, bool moving)
    {
        (float, float)[] ground = [.. Enumerable.Range(0, 91).Select(k => Place(-1.2 + (k * 0.02)))];
        pen.Path([.. ground, (ground[^1].Item1, Height - CaptionHeight), (ground[0].Item1, Height - CaptionHeight)], 0xdfe6ea, 0, filled: true);
        pen.Path(ground, Pen.Black, 2);
        (float flagX, float flagY) = Place(Parameter("goalPosition", 0.5));
        pen.Line(flagX, flagY, flagX, flagY - 34, Pen.Black, 2);
        pen.Path([(flagX, flagY - 34), (flagX + 18, flagY - 28), (flagX, flagY - 22)], Pen.Green, 0, filled: true);
        (float x, float y) = Place(state[0]);
        pen.Disc(x, y - 9, 9, Pen.Red);
        pen.Disc(x, y - 9, 4, Pen.White);
        if (moving && action[0] != 1) pen.Arrow(x, y - 28, x + ((float)(action[0] - 1) * 24), y - 28, Pen.Navy, 3);
    }

    private static (float X, float Y) Place(double position) => (26 + (float)((position + 1.2) / 1.8 * 368), 246 - (float)(((0.45 * Math.Sin(3 * position)) + 0.45) * 200));
}

/// <summary>A rod that turns about its end, and the torque on it.</summary>
internal sealed class PendulumPicture(Subject subject, Episode episode) : ControlPicture(subject, episode)
{
    protected override string NameOf(int index) => index == 0 ? "theta" : "velocity";

    protected override void PaintState(Pen pen, double[] state, double[] action, bool moving)
    {
        (float x, float y) = (Width / 2, 150);
        float length = 96 * (float)Math.Clamp(Parameter("length", 1), 0.3, 1.15);
        pen.Ring(x, y, length, 0xdfe6ea, 1);
        // Upright is theta = 0; a positive angle leans to the left, counter-clockwise.
        (float endX, float endY) = (x - (length * (float)Math.Sin(state[0])), y - (length * (float)Math.Cos(state[0])));
        double target = Parameter("targetAngle", 0);
        if (target != 0) pen.Disc(x - (length * (float)Math.Sin(target)), y - (length * (float)Math.Cos(target)), 6, Pen.Green);
        pen.Line(x, y, endX, endY, Pen.Red, 12);
        pen.Disc(x, y, 5, Pen.Black);
        if (!moving) return;
        float torque = (float)Math.Clamp(action[0], -2, 2);
        (float, float)[] arc = [.. Enumerable.Range(0, 17).Select(k => -MathF.PI / 2 - (torque / 2 * MathF.PI * 0.75f * k / 16)).Select(a => (x + (30 * MathF.Cos(a)), y + (30 * MathF.Sin(a))))];
        pen.Path(arc, Pen.Navy, 3);
        ((float fromX, float fromY), (float toX, float toY)) = (arc[^2], arc[^1]);
        if (Math.Abs(torque) > 0.15) pen.Arrow(fromX, fromY, toX + ((toX - fromX) * 2), toY + ((toY - fromY) * 2), Pen.Navy, 3);
    }
}

/// <summary>Any other environment: its numbers as bars.</summary>
internal sealed class NumbersPicture(Subject subject, Episode episode) : ControlPicture(subject, episode)
{
    private readonly double[] _scale = [.. episode.States[0].Select((_, k) => Math.Max(1e-9, episode.States.Max(s => Math.Abs(s[k]))))];

    private readonly IReadOnlyList<string>? _names = (EpisodicEnvironment.Of(subject.Instance, subject.StepLimit).Create(subject.Agent) as IStatefulEnvironment)?.StateNames;

    protected override string NameOf(int index) => _names is { } names ? names[index] : base.NameOf(index);

    protected override void PaintState(Pen pen, double[] state, double[] action, bool moving)
    {
        int shown = Math.Min(state.Length, 10);
        for (int k = 0; k < shown; k++)
        {
            float y = TitleHeight + 16 + (k * 22), middle = Width / 2, reach = (float)(state[k] / _scale[k]) * 130;
            pen.Text(NameOf(k), Margin, y, 12, Pen.Black, SkiaSharp.SKTextAlign.Left);
            pen.Box(Math.Min(middle, middle + reach), y - 7, Math.Abs(reach), 14, 0x9ab8d8);
            pen.Line(middle, y - 9, middle, y + 9, Pen.Grey, 1);
            pen.Text(TextView.Number(state[k]), Width - Margin, y, 12, Pen.Black, SkiaSharp.SKTextAlign.Right);
        }
    }
}
