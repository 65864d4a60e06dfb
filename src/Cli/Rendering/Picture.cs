using SkiaSharp;

namespace FedPG.Cli.Rendering;

/// <summary>A picture of a subject, still or at one moment of an episode. Sizes are in units of which a file has <see cref="Scale"/> pixels each.</summary>
internal abstract class Picture
{
    /// <summary>Pixels a unit.</summary>
    public const int Scale = 2;

    /// <summary>The height of the line with the title, and of that below the picture.</summary>
    protected const float TitleHeight = 30, CaptionHeight = 26, Margin = 14;

    /// <summary>The width in units.</summary>
    public abstract float Width { get; }

    /// <summary>The height in units.</summary>
    public abstract float Height { get; }

    /// <summary>Hundredths of a second that each moment of an episode is shown for.</summary>
    public virtual int Delay => 25;

    /// <summary>The picture that fits a subject.</summary>
    public static Picture Of(Subject subject, Episode episode) => subject.Instance.Name switch
    {
        _ when subject.Mdp?.Grid is not null => new GridPicture(subject, episode),
        _ when TaxiPicture.Fits(subject) => new TaxiPicture(subject, episode),
        _ when subject.Mdp is not null => new TablePicture(subject, episode),
        "CartPole-v1" => new CartPolePicture(subject, episode),
        "Acrobot-v1" => new AcrobotPicture(subject, episode),
        "MountainCar-v0" => new MountainCarPicture(subject, episode),
        "Pendulum-v1" => new PendulumPicture(subject, episode),
        _ => new NumbersPicture(subject, episode),
    };

    /// <summary>Paints.</summary>
    /// <param name="pen">What with.</param>
    /// <param name="step">The moment of the episode, 0 to T; null for the still picture.</param>
    public abstract void Paint(Pen pen, int? step);

    /// <summary>The pixels of a moment.</summary>
    public SKImage Draw(int? step)
    {
        var info = new SKImageInfo((int)MathF.Ceiling(Width * Scale), (int)MathF.Ceiling(Height * Scale), SKColorType.Rgba8888, SKAlphaType.Premul);
        using SKSurface surface = SKSurface.Create(info);
        surface.Canvas.Clear(SKColors.White);
        surface.Canvas.Scale(Scale);
        using var pen = new Pen(surface.Canvas);
        Paint(pen, step);
        return surface.Snapshot();
    }

    /// <summary>The title on top, and below the picture how far the episode is.</summary>
    protected void PaintFrame(Pen pen, Subject subject, Episode episode, int? step, string still)
    {
        pen.Text(Pen.Fitted(subject.Title, 14, Width - (2 * Margin)), Margin, TitleHeight / 2 + 2, 14, Pen.Black, SKTextAlign.Left);
        string caption = step is { } t
            ? $"step {t} of {episode.Steps}   sum of rewards {TextView.Number(episode.Return(t))}{(t == episode.Steps ? episode.Terminated ? "   terminated" : "   cut off" : "")}"
            : still;
        pen.Text(Pen.Fitted(caption, 12, Width - (2 * Margin)), Margin, Height - (CaptionHeight / 2) - 2, 12, Pen.Black, SKTextAlign.Left);
    }
}
