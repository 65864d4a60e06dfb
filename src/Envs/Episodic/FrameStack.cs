using FedPG.Envs.Wrappers;

namespace FedPG.Envs.Episodic;

/// <summary>
/// Shows the latest observations at once, so that what moves can be told from what stands: of a box, the numbers of each place one after
/// another, the oldest first (a shape [height, width, channels] becomes [height, width, frames * channels]); of other parts, the latest
/// alone. At the start of an episode its first observation stands for those before it. A step allocates nothing.
/// </summary>
internal sealed class FrameStack : EnvironmentWrapper
{
    private readonly double[] _frames;
    private readonly Part[] _parts;
    private readonly int _count, _size;
    private int _latest;

    /// <summary>Wraps an environment.</summary>
    /// <param name="inner">An environment with a box of observations, or with one among their parts.</param>
    /// <param name="frames">How many observations are seen, 1 or more.</param>
    public FrameStack(IEnvironment inner, int frames)
        : base(inner)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        (_count, _size) = (frames, inner.ObservationSpace.Size);
        _frames = new double[frames * _size];
        ObservationSpace = Stacked(inner.ObservationSpace, frames);
        _parts = [.. PartsOf(inner.ObservationSpace)];
    }

    /// <inheritdoc/>
    public override Space ObservationSpace { get; }

    /// <summary>Why observations of an environment cannot be stacked; null where they can.</summary>
    /// <param name="instance">The environment.</param>
    public static string? ErrorOf(FederatedEnvironment instance) =>
        instance is EpisodicEnvironment stepped && PartsOf(stepped.ObservationSpace).Any(part => part.Channels > 0)
            ? null
            : "needs observations with a box of numbers";

    /// <summary>An environment whose observations are stacked; itself where one frame is seen.</summary>
    /// <param name="instance">An environment without an <see cref="ErrorOf"/>.</param>
    /// <param name="options">How many frames.</param>
    public static FederatedEnvironment Of(FederatedEnvironment instance, FrameStackOptions options)
    {
        if (options.Frames == 1) return instance;
        EpisodicEnvironment stepped = EpisodicEnvironment.Of(instance);
        return new EpisodicEnvironment(
            stepped.Name, stepped.Discount, stepped.AgentNames, agent => new FrameStack(stepped.Create(agent), options.Frames),
            stepped.RewardRange, stepped.StepLimit, stepped.Parameters)
        {
            Tasks = stepped.Tasks,
            SuccessAbove = stepped.SuccessAbove,
        };
    }

    /// <inheritdoc/>
    public override void Reset(long seed, Span<double> observation)
    {
        base.Reset(seed, Frame(0));
        for (int k = 1; k < _count; k++) Frame(0).CopyTo(Frame(k));
        _latest = _count - 1;
        Write(observation);
    }

    /// <inheritdoc/>
    public override StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        _latest = (_latest + 1) % _count;
        StepResult result = base.Step(action, Frame(_latest));
        Write(observation);
        return result;
    }

    private Span<double> Frame(int k) => _frames.AsSpan(k * _size, _size);

    private void Write(Span<double> observation)
    {
        int at = 0;
        foreach (Part part in _parts)
        {
            if (part.Channels == 0)
            {
                Frame(_latest).Slice(part.First, part.Size).CopyTo(observation[at..]);
                at += part.Size;
                continue;
            }
            for (int cell = 0; cell < part.Size; cell += part.Channels)
            {
                for (int k = 1; k <= _count; k++, at += part.Channels)
                    Frame((_latest + k) % _count).Slice(part.First + cell, part.Channels).CopyTo(observation[at..]);
            }
        }
    }

    private static Space Stacked(Space space, int frames) => space switch
    {
        NamedSpaces named => new NamedSpaces([.. named.Parts.Select(part => (part.Name, Stacked(part.Space, frames)))]),
        Box box => StackedBox(box, frames),
        _ => space,
    };

    private static Box StackedBox(Box box, int frames) => new(
        Repeated(box.Low, box, frames), Repeated(box.High, box, frames), [.. box.Shape.SkipLast(1), box.Shape[^1] * frames])
    {
        IsWhole = box.IsWhole,
    };

    private static double[] Repeated(IReadOnlyList<double> bounds, Box box, int frames) =>
        [.. bounds.Chunk(box.Shape[^1]).SelectMany(cell => Enumerable.Repeat(cell, frames).SelectMany(numbers => numbers))];

    private static IEnumerable<Part> PartsOf(Space space)
    {
        int first = 0;
        foreach (Space part in space is NamedSpaces named ? named.Parts.Select(part => part.Space) : [space])
        {
            yield return new Part(first, part.Size, part is Box box ? box.Shape[^1] : 0);
            first += part.Size;
        }
    }

    /// <summary>A part of an observation.</summary>
    /// <param name="First">Where its numbers begin.</param>
    /// <param name="Size">How many there are.</param>
    /// <param name="Channels">How many stand together; 0 where only the latest are seen.</param>
    private sealed record Part(int First, int Size, int Channels);
}
