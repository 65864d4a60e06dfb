using System.Globalization;
using FedPG.Envs.Pictures;

namespace FedPG.Envs;

/// <summary>
/// How an environment is drawn. An environment hands its own to <see cref="EnvironmentDefinition.Drawing"/>; without one it is drawn as its
/// kind is: a map, a table of states, or numbers. Stateless and safe to share between threads.
/// </summary>
public abstract class EnvironmentDrawing
{
    /// <summary>The height of the line with the title.</summary>
    protected const float TitleHeight = 30;

    /// <summary>The height of the line below the picture.</summary>
    protected const float CaptionHeight = 26;

    /// <summary>The room at the left and at the right.</summary>
    protected const float Margin = 14;

    /// <summary>Hundredths of a second that each moment of an episode is shown for, 1 or more.</summary>
    public virtual int Delay => 25;

    /// <summary>Whether an environment can be drawn so; true by default.</summary>
    /// <param name="environment">The environment.</param>
    public virtual bool Fits(FederatedEnvironment environment) => true;

    /// <summary>The picture: a title, what <see cref="Paint"/> adds, and a line below.</summary>
    /// <param name="scene">What is shown.</param>
    /// <param name="moment">The moment of the episode, 0 to T; null for a still picture.</param>
    public Picture Draw(PictureScene scene, int? moment)
    {
        ArgumentNullException.ThrowIfNull(scene);
        (float width, float height) = SizeOf(scene);
        var sketch = new Sketch(width, height);
        float room = width - (2 * Margin);
        sketch.Add(new TextShape(scene.Title, Margin, (TitleHeight / 2) + 2, 14, ColourRole.Ink, TextAlign.Start, room));
        string caption = moment is { } t ? Progress(scene.Episode, t) : CaptionOf(scene);
        sketch.Add(new TextShape(caption, Margin, height - (CaptionHeight / 2) - 2, 12, ColourRole.Ink, TextAlign.Start, room));
        Paint(sketch, scene, moment);
        return sketch.ToPicture();
    }

    /// <summary>The same for a terminal: what stands below the title.</summary>
    /// <param name="scene">What is shown.</param>
    public abstract IReadOnlyList<TextBlock> Describe(PictureScene scene);

    /// <summary>A number for people: five digits.</summary>
    /// <param name="value">The number.</param>
    protected static string Number(double value) => value.ToString("G5", CultureInfo.InvariantCulture);

    /// <summary>The size of the picture in units, title and caption included.</summary>
    /// <param name="scene">What is shown.</param>
    protected abstract (float Width, float Height) SizeOf(PictureScene scene);

    /// <summary>The line below a still picture.</summary>
    /// <param name="scene">What is shown.</param>
    protected abstract string CaptionOf(PictureScene scene);

    /// <summary>Paints between the title and the line below.</summary>
    /// <param name="sketch">What to paint on.</param>
    /// <param name="scene">What is shown.</param>
    /// <param name="moment">The moment of the episode, 0 to T; null for a still picture.</param>
    protected abstract void Paint(Sketch sketch, PictureScene scene, int? moment);

    private static string Progress(PlayedEpisode episode, int step)
    {
        string end = step < episode.Steps ? "" : episode.Terminated ? "   terminated" : "   cut off";
        return $"step {step} of {episode.Steps}   sum of rewards {Number(episode.Return(step))}{end}";
    }
}
