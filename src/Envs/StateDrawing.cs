using System.Globalization;
using FedPG.Envs.Pictures;

namespace FedPG.Envs;

/// <summary>
/// Draws states that are some numbers, such as those of a cart: one size, and a still picture that is the episode's first moment. In a
/// terminal, a table of the numbers step by step. Stateless.
/// </summary>
public abstract class StateDrawing : EnvironmentDrawing
{
    private const int MaxRows = 40;

    /// <summary>The width of the picture in units.</summary>
    protected const float Width = 420;

    /// <summary>The height of the picture in units.</summary>
    protected const float Height = 300;

    /// <inheritdoc/>
    public override int Delay => 4;

    /// <inheritdoc/>
    public override IReadOnlyList<TextBlock> Describe(PictureScene scene)
    {
        ArgumentNullException.ThrowIfNull(scene);
        PlayedEpisode episode = scene.Episode;
        IEnumerable<string> names = episode.StateNames ?? episode.States[0].Select((_, k) => $"o{k}");
        int every = Math.Max(1, (int)Math.Ceiling(episode.Steps / (double)(MaxRows - 1)));
        var rows = new List<IReadOnlyList<TextPiece>>();
        foreach (int t in Enumerable.Range(0, episode.Steps + 1).Where(t => t % every == 0 || t == episode.Steps))
        {
            bool moves = t < episode.Steps;
            string action = moves ? string.Join(" ", episode.Actions[t].Select(Number)) : "";
            rows.Add([$"{t}", .. episode.States[t].Select(x => (TextPiece)Place(x)), action, moves ? Number(episode.Rewards[t]) : ""]);
        }
        return [new TextBlock(rows, ["step", .. names, "action", "reward"])];
    }

    /// <inheritdoc/>
    protected override (float Width, float Height) SizeOf(PictureScene scene) => (Width, Height);

    /// <inheritdoc/>
    protected override string CaptionOf(PictureScene scene)
    {
        ArgumentNullException.ThrowIfNull(scene);
        return string.Join("   ",
            scene.Episode.States[0].Select((x, k) => $"{NameOf(scene, k)} {x.ToString("F3", CultureInfo.InvariantCulture)}"));
    }

    /// <inheritdoc/>
    protected override void Paint(Sketch sketch, PictureScene scene, int? moment)
    {
        ArgumentNullException.ThrowIfNull(scene);
        PlayedEpisode episode = scene.Episode;
        int t = moment ?? 0;
        double[] action = episode.Steps == 0 ? [0] : episode.Actions[Math.Min(t, episode.Steps - 1)];
        PaintState(sketch, scene, episode.States[t], moment is not null && t < episode.Steps ? action : null);
    }

    /// <summary>Paints a state.</summary>
    /// <param name="sketch">What to paint on.</param>
    /// <param name="scene">What is shown.</param>
    /// <param name="state">The numbers of the state.</param>
    /// <param name="action">What is done in it; null where nothing is.</param>
    protected abstract void PaintState(Sketch sketch, PictureScene scene, double[] state, double[]? action);

    /// <summary>What a number of the state is called below the picture.</summary>
    /// <param name="scene">What is shown.</param>
    /// <param name="index">Its place in the state, from 0.</param>
    protected virtual string NameOf(PictureScene scene, int index) => $"o{index}";

    /// <summary>
    /// A number of a state: with four decimals, so that steps stand under each other, unless it is too large for them to matter.
    /// </summary>
    private static string Place(double value) => Math.Abs(value) < 1e5 ? value.ToString("F4", CultureInfo.InvariantCulture) : Number(value);
}
