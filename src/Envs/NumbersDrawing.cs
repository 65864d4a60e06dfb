using FedPG.Envs.Pictures;

namespace FedPG.Envs;

/// <summary>Draws any state: its numbers as bars.</summary>
internal sealed class NumbersDrawing : StateDrawing
{
    private const int MaxBars = 10;

    public static NumbersDrawing Instance { get; } = new();

    protected override string NameOf(PictureScene scene, int index) =>
        scene.Episode.StateNames is { } names ? names[index] : base.NameOf(scene, index);

    protected override void PaintState(Sketch sketch, PictureScene scene, double[] state, double[]? action)
    {
        for (int k = 0; k < Math.Min(state.Length, MaxBars); k++)
        {
            double scale = Math.Max(1e-9, scene.Episode.States.Max(s => Math.Abs(s[k])));
            float y = TitleHeight + 16 + (k * 22), middle = Width / 2, reach = (float)(state[k] / scale) * 130;
            sketch.Text(NameOf(scene, k), Margin, y, 12, ColourRole.Ink, TextAlign.Start);
            sketch.Cell(Math.Min(middle, middle + reach), y - 7, Math.Abs(reach), 14, ColourRole.Bar);
            sketch.Line(middle, y - 9, middle, y + 9, ColourRole.Muted, 1);
            sketch.Text(Number(state[k]), Width - Margin, y, 12, ColourRole.Ink, TextAlign.End);
        }
    }
}
