using Spectre.Console.Rendering;

namespace FedPG.Cli.Common;

/// <summary>A table without the empty lines above and below it: a terminal has 24 lines. Stateless.</summary>
/// <param name="table">The table.</param>
internal sealed class DenseTable(IRenderable table) : Renderable
{
    /// <inheritdoc/>
    protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        foreach (SegmentLine line in Segment.SplitLines(table.Render(options, maxWidth)))
        {
            if (line.All(segment => string.IsNullOrWhiteSpace(segment.Text))) continue;
            foreach (Segment segment in line) yield return segment;
            yield return Segment.LineBreak;
        }
    }
}
