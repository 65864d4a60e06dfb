using System.Collections.Concurrent;
using FedPG.Envs.Pictures;
using FedPG.Reporting.Drawing;
using FedPG.Reporting.Figures;
using FedPG.Reporting.Pictures;
using Xunit;

namespace FedPG.Tests.Reporting;

/// <summary>
/// Figures and pictures from many threads at once, while the collector runs: the native library survives, and no byte changes.
/// FEDPG_DRAWINGS sets how many there are (400 unless told otherwise); docs/reliability.md says when 10,000 were last drawn.
/// </summary>
public sealed class DrawingStressTests
{
    private const int Threads = 8, Layouts = 12, Standard = 400;

    private static int Rounds =>
        (int.TryParse(Environment.GetEnvironmentVariable("FEDPG_DRAWINGS"), out int count) && count > 0 ? count : Standard) / Threads;

    [Fact]
    public void Many_threads_draw_what_one_draws()
    {
        byte[][] alone = [.. Enumerable.Range(0, 2 * Layouts).Select(Drawn)];
        var different = new ConcurrentBag<int>();
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(thread => new Thread(() =>
        {
            for (int k = 0; k < Rounds; k++)
            {
                int layout = (k + (5 * thread)) % alone.Length;
                if (!Drawn(layout).AsSpan().SequenceEqual(alone[layout])) different.Add(layout);
                if (k % 20 == 0) GC.Collect();
            }
        }))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        Assert.Empty(different);
    }

    /// <summary>A picture for even numbers, a figure in one of its formats for odd ones.</summary>
    private static byte[] Drawn(int layout) => (layout % 4) switch
    {
        1 => FigureFiles.ToPng(FigureOf(layout)),
        3 => FigureFiles.ToSvg(FigureOf(layout)),
        _ => PictureFiles.ToPng(PictureOf(layout)),
    };

    private static Picture PictureOf(int layout)
    {
        var sketch = new Sketch(120 + layout, 60);
        sketch.Arrow(10, 50, 90, 20 + layout, ColourRole.Action, 3);
        for (int k = 0; k < 6; k++) sketch.Text($"Value {layout * k} äß", 60, 8 + (9 * k), 7 + (layout * 0.3f), ColourRole.Ink);
        return sketch.ToPicture();
    }

    private static Figure FigureOf(int layout)
    {
        double[] x = [.. Enumerable.Range(0, 30).Select(i => (double)i)];
        double[] y = [.. x.Select(v => Math.Exp(-v * (1 + layout) / 40))];
        return Figure.Of(new Panel
        {
            Title = $"Layout {layout}",
            XLabel = "round",
            YLabel = "J - J^{*}",
            YScale = layout % 3 == 0 ? AxisScale.Log : AxisScale.Linear,
            Series = [new Series { Name = $"curve_{{{layout}}}", X = x, Y = y }],
        }) with { Width = 260 + (10 * layout), Height = 180 };
    }
}
