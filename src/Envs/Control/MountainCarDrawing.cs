using FedPG.Envs.Pictures;

namespace FedPG.Envs.Control;

/// <summary>Draws a car in a valley.</summary>
internal sealed class MountainCarDrawing(bool continuous = false) : StateDrawing
{
    protected override string NameOf(PictureScene scene, int index) => index == 0 ? "position" : "velocity";

    protected override void PaintState(Sketch sketch, PictureScene scene, double[] state, double[]? action)
    {
        (float, float)[] ground = [.. Enumerable.Range(0, 91).Select(k => Place(-1.2 + (k * 0.02)))];
        const float bottom = Height - CaptionHeight;
        sketch.Polygon([.. ground, (ground[^1].Item1, bottom), (ground[0].Item1, bottom)], ColourRole.Ground);
        sketch.Line(ground, ColourRole.Ink, 2);
        (float flagX, float flagY) = Place(scene.Parameter("goalPosition", 0.5));
        sketch.Line(flagX, flagY, flagX, flagY - 34, ColourRole.Ink, 2);
        sketch.Polygon([(flagX, flagY - 34), (flagX + 18, flagY - 28), (flagX, flagY - 22)], ColourRole.Goal);
        (float x, float y) = Place(state[0]);
        sketch.Disc(x, y - 9, 9, ColourRole.Agent);
        sketch.Disc(x, y - 9, 4, ColourRole.Paper);
        double push = action is null ? 0 : continuous ? Math.Clamp(action[0], -1, 1) : action[0] - 1;
        if (push != 0) sketch.Arrow(x, y - 28, x + ((float)push * 24), y - 28, ColourRole.Action, 3);
    }

    private static (float X, float Y) Place(double position) =>
        (26 + (float)((position + 1.2) / 1.8 * 368), 246 - (float)(((0.45 * Math.Sin(3 * position)) + 0.45) * 200));
}
