using FedPG.Envs.Pictures;

namespace FedPG.Envs.Control;

/// <summary>Draws a rod that turns about its end, and the torque on it.</summary>
internal sealed class PendulumDrawing : StateDrawing
{
    private const float X = Width / 2, Y = 150;

    protected override string NameOf(PictureScene scene, int index) => index == 0 ? "theta" : "velocity";

    protected override void PaintState(Sketch sketch, PictureScene scene, double[] state, double[]? action)
    {
        float length = 96 * (float)Math.Clamp(scene.Parameter("length", 1), 0.3, 1.15);
        sketch.Ring(X, Y, length, ColourRole.Ground, 1);
        double target = scene.Parameter("targetAngle", 0);
        (float goalX, float goalY) = Place(target);
        if (target != 0) sketch.Disc(goalX, goalY, 6, ColourRole.Goal);
        (float endX, float endY) = Place(state[0]);
        sketch.Line(X, Y, endX, endY, ColourRole.Agent, 12);
        sketch.Disc(X, Y, 5, ColourRole.Ink);
        if (action is not null) PaintTorque(sketch, (float)Math.Clamp(action[0], -2, 2));

        // Upright is theta = 0; a positive angle leans to the left, counter-clockwise.
        (float X, float Y) Place(double theta) => (X - (length * (float)Math.Sin(theta)), Y - (length * (float)Math.Cos(theta)));
    }

    private static void PaintTorque(Sketch sketch, float torque)
    {
        (float X, float Y)[] arc = [.. Enumerable.Range(0, 17).Select(k => (-MathF.PI / 2) - (torque / 2 * MathF.PI * 0.75f * k / 16))
            .Select(angle => (X + (30 * MathF.Cos(angle)), Y + (30 * MathF.Sin(angle))))];
        sketch.Line(arc, ColourRole.Action, 3);
        ((float fromX, float fromY), (float toX, float toY)) = (arc[^2], arc[^1]);
        if (Math.Abs(torque) > 0.15)
            sketch.Arrow(fromX, fromY, toX + ((toX - fromX) * 2), toY + ((toY - fromY) * 2), ColourRole.Action, 3);
    }
}
