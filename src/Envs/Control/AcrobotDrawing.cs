using FedPG.Envs.Pictures;

namespace FedPG.Envs.Control;

/// <summary>Draws two links that hang from a point, and the height to reach.</summary>
internal sealed class AcrobotDrawing : StateDrawing
{
    protected override string NameOf(PictureScene scene, int index) =>
        index switch { 0 => "theta1", 1 => "theta2", 2 => "velocity1", _ => "velocity2" };

    protected override void PaintState(Sketch sketch, PictureScene scene, double[] state, double[]? action)
    {
        // Terminal is -cos(theta1) - cos(theta1 + theta2) above the goal, whatever the links' lengths: both are drawn as 1.
        const float unit = 54, x = Width / 2, y = 148;
        float goal = y - (unit * (float)scene.Parameter("goalHeight", 1));
        sketch.Line(x - 150, goal, x + 150, goal, ColourRole.Goal, 2);
        (float x1, float y1) = (x + (unit * (float)Math.Sin(state[0])), y + (unit * (float)Math.Cos(state[0])));
        double angle = state[0] + state[1];
        (float x2, float y2) = (x1 + (unit * (float)Math.Sin(angle)), y1 + (unit * (float)Math.Cos(angle)));
        sketch.Line(x, y, x1, y1, ColourRole.Action, 9);
        sketch.Line(x1, y1, x2, y2, ColourRole.Part, 9);
        sketch.Disc(x, y, 5, ColourRole.Ink);
        sketch.Disc(x1, y1, 5, action is not null && action[0] != 1 ? ColourRole.Agent : ColourRole.Ink);
    }
}
