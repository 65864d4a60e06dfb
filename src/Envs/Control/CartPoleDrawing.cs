using FedPG.Envs.Pictures;

namespace FedPG.Envs.Control;

/// <summary>Draws a cart on its track with a pole.</summary>
internal sealed class CartPoleDrawing : StateDrawing
{
    private const float Unit = 78, Ground = 222, Limit = 2.4f;

    public override int Delay => 3;

    protected override string NameOf(PictureScene scene, int index) =>
        index switch { 0 => "x", 1 => "velocity", 2 => "angle", _ => "its velocity" };

    protected override void PaintState(Sketch sketch, PictureScene scene, double[] state, double[]? action)
    {
        float middle = Width / 2, x = middle + ((float)state[0] * Unit), length = (float)(2 * scene.Parameter("length", 0.5)) * 110;
        sketch.Line(middle - (Limit * Unit), Ground, middle + (Limit * Unit), Ground, ColourRole.Muted, 2);
        foreach (float end in (float[])[-Limit, Limit])
            sketch.Line(middle + (end * Unit), Ground - 10, middle + (end * Unit), Ground + 10, ColourRole.Agent, 2);
        if (scene.Parameter("targetShare", 0) > 0)
        {
            float target = middle + ((float)scene.Parameter("target", 0) * Unit);
            sketch.Line(target, Ground - 6, target, Ground + 10, ColourRole.Goal, 4);
        }
        sketch.Cell(x - 24, Ground - 26, 48, 22, ColourRole.Ink, corner: 4);
        sketch.Disc(x - 13, Ground - 3, 5, ColourRole.Muted);
        sketch.Disc(x + 13, Ground - 3, 5, ColourRole.Muted);
        float hinge = Ground - 26, endX = x + (length * (float)Math.Sin(state[2])), endY = hinge - (length * (float)Math.Cos(state[2]));
        sketch.Line(x, hinge, endX, endY, ColourRole.Part, 7);
        sketch.Disc(x, hinge, 4, ColourRole.Action);
        if (action is null) return;
        float side = action[0] > 0.5 ? 1 : -1;
        sketch.Arrow(x + (side * 28), Ground - 15, x + (side * 52), Ground - 15, ColourRole.Action, 3);
    }
}
